-- Every line of every feed, as it came: immutable, one row a line, rejected lines too.

CREATE DATABASE IF NOT EXISTS onenet {{onCluster}};

CREATE TABLE IF NOT EXISTS onenet.raw {{onCluster}}
(
    platform LowCardinality(String),
    -- The province's own count of how often a platform's log was taken up anew.
    epoch UInt32,
    sequence UInt64,
    time DateTime64(3, 'UTC'),
    recorded DateTime64(3, 'UTC'),
    id String,
    type LowCardinality(String),
    -- Division code as given: 6, 9 or 12 digits, or empty.
    place String,
    category LowCardinality(String),
    channel LowCardinality(String),
    simulated Bool,
    -- Negative in a correction.
    count Int64,
    value Nullable(Float64),
    on_time Nullable(Bool),
    first_day Int32,
    first_week Int32,
    first_month Int32,
    first_quarter Int32,
    first_year Int32,
    -- The sequence that this line corrects, or 0.
    corrects UInt64,
    opening_measure LowCardinality(String),
    opening_kind LowCardinality(String),
    opening_value Float64,
    opening_as_of DateTime64(3, 'UTC'),
    -- Why the line counts nowhere; empty when it counts.
    rejected LowCardinality(String),
    -- The bytes of a rejected line; empty otherwise.
    line String CODEC(ZSTD(3)),
    -- The chain's head, on the last row of a batch; empty elsewhere. So raw knows its own batch boundaries.
    head String CODEC(ZSTD(3)),
    INDEX time_range time TYPE minmax GRANULARITY 1
)
ENGINE = {{MergeTree}}
PARTITION BY toYYYYMM(time, 'Asia/Shanghai')
ORDER BY (platform, epoch, sequence)
SETTINGS {{deduplication}};
