-- Sums over raw by minute, hour and day (Asia/Shanghai), cut to the county. A place finer than that is
-- answered from raw. Only additive columns: a batch adds to what is there, a correction subtracts.

CREATE TABLE IF NOT EXISTS onenet.minute {{onCluster}}
(
    type LowCardinality(String),
    minute DateTime('UTC'),
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
PARTITION BY toYYYYMMDD(minute, 'Asia/Shanghai')
ORDER BY (type, minute, platform, epoch, county, category, channel, simulated)
TTL minute + INTERVAL 3 DAY
SETTINGS ttl_only_drop_parts = 1, {{deduplication}};

CREATE MATERIALIZED VIEW IF NOT EXISTS onenet.minute_view {{onCluster}} TO onenet.minute AS
SELECT
    type,
    toStartOfMinute(time, 'Asia/Shanghai') AS minute,
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
    -- Older minutes would be dropped at once, and a history of years has more days than an insert may have partitions.
    AND time >= now() - INTERVAL 3 DAY
GROUP BY type, minute, platform, epoch, county, category, channel, simulated;

CREATE TABLE IF NOT EXISTS onenet.hour {{onCluster}}
(
    type LowCardinality(String),
    hour DateTime('UTC'),
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
PARTITION BY toYYYYMM(hour, 'Asia/Shanghai')
ORDER BY (type, hour, platform, epoch, county, category, channel, simulated)
SETTINGS {{deduplication}};

CREATE MATERIALIZED VIEW IF NOT EXISTS onenet.hour_view {{onCluster}} TO onenet.hour AS
SELECT
    type,
    toStartOfHour(time, 'Asia/Shanghai') AS hour,
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
GROUP BY type, hour, platform, epoch, county, category, channel, simulated;

CREATE TABLE IF NOT EXISTS onenet.day {{onCluster}}
(
    type LowCardinality(String),
    day Date,
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
PARTITION BY toYear(day)
ORDER BY (type, day, platform, epoch, county, category, channel, simulated)
SETTINGS {{deduplication}};

CREATE MATERIALIZED VIEW IF NOT EXISTS onenet.day_view {{onCluster}} TO onenet.day AS
SELECT
    type,
    toDate(time, 'Asia/Shanghai') AS day,
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
GROUP BY type, day, platform, epoch, county, category, channel, simulated;
