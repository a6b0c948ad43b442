-- One table of sums for every tier. Planning a SELECT costs more than reading what it finds, and each view of an insert
-- costs the same for five rows as for a thousand: what was five tables is one, read by one SELECT and written by one view.
-- Only additive columns: a batch adds to what is there, a correction subtracts.

CREATE TABLE IF NOT EXISTS onenet.cells {{onCluster}}
(
    tier Enum8('minute' = 1, 'hour' = 2, 'day' = 3, 'month' = 4, 'places' = 5),
    -- Of the tier `places` a code of 9 or 12 digits; empty of the others.
    place String,
    type LowCardinality(String),
    -- Where the minute, hour, day or month of Asia/Shanghai begins.
    at DateTime('UTC'),
    platform LowCardinality(String),
    epoch UInt32,
    -- Codes as given, cut to the county's six digits; of the tier `places` empty.
    county LowCardinality(String),
    category LowCardinality(String),
    channel LowCardinality(String),
    simulated Bool,
    events Int64,
    total Int64,
    value_sum Float64,
    value_count Int64,
    on_time_count Int64,
    timed_count Int64,
    first_day Int64,
    first_week Int64,
    first_month Int64,
    first_quarter Int64,
    first_year Int64
)
ENGINE = {{SummingMergeTree}}
-- Minutes go by whole days of them; the rest stays.
PARTITION BY if(tier = 'minute', toYYYYMMDD(at, 'Asia/Shanghai'), toYear(at, 'Asia/Shanghai'))
PRIMARY KEY (tier, place, type, at, platform)
ORDER BY (tier, place, type, at, platform, epoch, county, category, channel, simulated)
TTL if(tier = 'minute', at + toIntervalDay(3), toDateTime('2106-01-01 00:00:00', 'UTC'))
SETTINGS ttl_only_drop_parts = 1, {{deduplication}};

-- What is in already. Nothing is inserted while migrations run: an attempt that broke off is begun anew.
-- From the tables of before, which have what raw may have no more; they go with the next migration.
DROP VIEW IF EXISTS onenet.cells_view {{onCluster}};

TRUNCATE TABLE onenet.cells {{onCluster}};

INSERT INTO onenet.cells
(tier, place, type, at, platform, epoch, county, category, channel, simulated, events, total, value_sum, value_count, on_time_count, timed_count, first_day, first_week, first_month, first_quarter, first_year)
SETTINGS insert_deduplicate = 0, async_insert = 0, max_partitions_per_insert_block = 0
SELECT
    'minute', '', t.type, t.minute, t.platform, t.epoch, t.county, t.category, t.channel, t.simulated,
    t.events, t.total, t.value_sum, t.value_count, t.on_time_count, t.timed_count, t.first_day, t.first_week, t.first_month, t.first_quarter, t.first_year
FROM onenet.minute AS t
WHERE t.minute >= now() - INTERVAL 3 DAY;

INSERT INTO onenet.cells
(tier, place, type, at, platform, epoch, county, category, channel, simulated, events, total, value_sum, value_count, on_time_count, timed_count, first_day, first_week, first_month, first_quarter, first_year)
SETTINGS insert_deduplicate = 0, async_insert = 0, max_partitions_per_insert_block = 0
SELECT
    'hour', '', t.type, t.hour, t.platform, t.epoch, t.county, t.category, t.channel, t.simulated,
    t.events, t.total, t.value_sum, t.value_count, t.on_time_count, t.timed_count, t.first_day, t.first_week, t.first_month, t.first_quarter, t.first_year
FROM onenet.hour AS t;

INSERT INTO onenet.cells
(tier, place, type, at, platform, epoch, county, category, channel, simulated, events, total, value_sum, value_count, on_time_count, timed_count, first_day, first_week, first_month, first_quarter, first_year)
SETTINGS insert_deduplicate = 0, async_insert = 0, max_partitions_per_insert_block = 0
SELECT
    'day', '', t.type, toDateTime(t.day, 'Asia/Shanghai'), t.platform, t.epoch, t.county, t.category, t.channel, t.simulated,
    t.events, t.total, t.value_sum, t.value_count, t.on_time_count, t.timed_count, t.first_day, t.first_week, t.first_month, t.first_quarter, t.first_year
FROM onenet.day AS t;

INSERT INTO onenet.cells
(tier, place, type, at, platform, epoch, county, category, channel, simulated, events, total, value_sum, value_count, on_time_count, timed_count, first_day, first_week, first_month, first_quarter, first_year)
SETTINGS insert_deduplicate = 0, async_insert = 0, max_partitions_per_insert_block = 0
SELECT
    'month', '', t.type, toDateTime(t.month, 'Asia/Shanghai'), t.platform, t.epoch, t.county, t.category, t.channel, t.simulated,
    t.events, t.total, t.value_sum, t.value_count, t.on_time_count, t.timed_count, t.first_day, t.first_week, t.first_month, t.first_quarter, t.first_year
FROM onenet.month AS t;

INSERT INTO onenet.cells
(tier, place, type, at, platform, epoch, county, category, channel, simulated, events, total, value_sum, value_count, on_time_count, timed_count, first_day, first_week, first_month, first_quarter, first_year)
SETTINGS insert_deduplicate = 0, async_insert = 0, max_partitions_per_insert_block = 0
SELECT
    'places', t.place, t.type, toDateTime(t.day, 'Asia/Shanghai'), t.platform, t.epoch, '', t.category, t.channel, t.simulated,
    t.events, t.total, t.value_sum, t.value_count, t.on_time_count, t.timed_count, t.first_day, t.first_week, t.first_month, t.first_quarter, t.first_year
FROM onenet.places AS t;

DROP VIEW IF EXISTS onenet.minute_view {{onCluster}};

DROP VIEW IF EXISTS onenet.hour_view {{onCluster}};

DROP VIEW IF EXISTS onenet.day_view {{onCluster}};

DROP VIEW IF EXISTS onenet.month_view {{onCluster}};

DROP VIEW IF EXISTS onenet.places_view {{onCluster}};

CREATE MATERIALIZED VIEW onenet.cells_view {{onCluster}} TO onenet.cells AS
SELECT
    tiers.1 AS tier,
    if(tiers.1 = 'places', raw.place, '') AS place,
    type,
    tiers.2 AS at,
    platform,
    epoch,
    if(tiers.1 = 'places', '', substring(raw.place, 1, 6)) AS county,
    category,
    channel,
    simulated,
    count() AS events,
    sum(count) AS total,
    sum(ifNull(value, 0)) AS value_sum,
    sumIf(count, isNotNull(value)) AS value_count,
    sumIf(count, on_time = true) AS on_time_count,
    sumIf(count, isNotNull(on_time)) AS timed_count,
    sum(raw.first_day) AS first_day,
    sum(raw.first_week) AS first_week,
    sum(raw.first_month) AS first_month,
    sum(raw.first_quarter) AS first_quarter,
    sum(raw.first_year) AS first_year
FROM onenet.raw AS raw
ARRAY JOIN arrayFilter(
    each -> (each.1 != 'minute' OR time >= now() - INTERVAL 3 DAY) AND (each.1 != 'places' OR length(raw.place) > 6),
    [
        -- Older minutes would be dropped at once, and a history of years has more days than an insert may have partitions.
        ('minute', toDateTime(toStartOfMinute(time, 'Asia/Shanghai'), 'UTC')),
        ('hour', toDateTime(toStartOfHour(time, 'Asia/Shanghai'), 'UTC')),
        ('day', toDateTime(toStartOfDay(time, 'Asia/Shanghai'), 'UTC')),
        ('month', toDateTime(toStartOfMonth(time, 'Asia/Shanghai'), 'Asia/Shanghai')),
        ('places', toDateTime(toStartOfDay(time, 'Asia/Shanghai'), 'UTC'))
    ]
) AS tiers
WHERE rejected = '' AND type != 'onenet.opening'
GROUP BY tier, place, type, at, platform, epoch, county, category, channel, simulated;
