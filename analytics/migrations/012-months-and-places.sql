-- Two more tiers. Months: a level since the beginning, a year and what it is compared with are read from a
-- fraction of the days. Places below the county, by day: no rollup had them, and raw is in the order of the logs.

CREATE TABLE IF NOT EXISTS onenet.month {{onCluster}}
(
    type LowCardinality(String),
    -- The month's first day in Asia/Shanghai.
    month Date,
    platform LowCardinality(String),
    epoch UInt32,
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
PARTITION BY toYear(month)
ORDER BY (type, month, platform, epoch, county, category, channel, simulated)
SETTINGS {{deduplication}};

-- What is in already. Nothing is inserted while migrations run: an attempt that broke off is begun anew.
-- From the days, which have what raw may have no more.
TRUNCATE TABLE onenet.month {{onCluster}};

INSERT INTO onenet.month
(type, month, platform, epoch, county, category, channel, simulated, events, total, value_sum, value_count, on_time_count, timed_count, first_day, first_week, first_month, first_quarter, first_year)
SETTINGS insert_deduplicate = 0, async_insert = 0, max_partitions_per_insert_block = 0
SELECT
    type, toStartOfMonth(day.day) AS of_month, platform, epoch, county, category, channel, simulated, sum(day.events), sum(day.total), sum(day.value_sum), sum(day.value_count), sum(day.on_time_count), sum(day.timed_count), sum(day.first_day), sum(day.first_week), sum(day.first_month), sum(day.first_quarter), sum(day.first_year)
FROM onenet.day AS day
GROUP BY type, of_month, platform, epoch, county, category, channel, simulated;

CREATE MATERIALIZED VIEW IF NOT EXISTS onenet.month_view {{onCluster}} TO onenet.month AS
SELECT
    type,
    toStartOfMonth(time, 'Asia/Shanghai') AS month,
    platform,
    epoch,
    substring(place, 1, 6) AS county,
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
WHERE rejected = '' AND type != 'onenet.opening'
GROUP BY type, month, platform, epoch, county, category, channel, simulated;

-- The place comes first in the order: whatever is asked of one place lies together.
CREATE TABLE IF NOT EXISTS onenet.places {{onCluster}}
(
    -- 9 or 12 digits; what is of a county or a larger place stands in none.
    place String,
    type LowCardinality(String),
    day Date,
    platform LowCardinality(String),
    epoch UInt32,
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
PARTITION BY toYear(day)
ORDER BY (place, type, day, platform, epoch, category, channel, simulated)
SETTINGS {{deduplication}};

TRUNCATE TABLE onenet.places {{onCluster}};

INSERT INTO onenet.places
(place, type, day, platform, epoch, category, channel, simulated, events, total, value_sum, value_count, on_time_count, timed_count, first_day, first_week, first_month, first_quarter, first_year)
SETTINGS insert_deduplicate = 0, async_insert = 0, max_partitions_per_insert_block = 0
SELECT
    place,
    type,
    toDate(time, 'Asia/Shanghai') AS day,
    platform,
    epoch,
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
WHERE rejected = '' AND type != 'onenet.opening' AND length(place) > 6
GROUP BY place, type, day, platform, epoch, category, channel, simulated;

CREATE MATERIALIZED VIEW IF NOT EXISTS onenet.places_view {{onCluster}} TO onenet.places AS
SELECT
    place,
    type,
    toDate(time, 'Asia/Shanghai') AS day,
    platform,
    epoch,
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
WHERE rejected = '' AND type != 'onenet.opening' AND length(place) > 6
GROUP BY place, type, day, platform, epoch, category, channel, simulated;

-- Of the lines that a step took, those that onenet.places has of this epoch.
ALTER TABLE onenet.floors {{onCluster}} ADD COLUMN IF NOT EXISTS places UInt64 DEFAULT 0 AFTER accepted;
