-- What a month came to, by the place as it was given: written once, when the month is closed, and never changed.

CREATE TABLE IF NOT EXISTS onenet.statistics {{onCluster}}
(
    -- The month's first day in Asia/Shanghai.
    month Date,
    type LowCardinality(String),
    place String,
    total Int64,
    value_sum Float64,
    value_count Int64,
    on_time_count Int64,
    timed_count Int64,
    first_month Int64
)
ENGINE = {{MergeTree}}
PARTITION BY toYear(month)
ORDER BY (month, type, place)
SETTINGS {{deduplication}};

-- The months that are closed; a row that comes twice is one.
CREATE TABLE IF NOT EXISTS onenet.closings {{onCluster}}
(
    month Date,
    closed DateTime64(3, 'UTC'),
    -- Platforms whose events are in.
    platforms Array(String)
)
ENGINE = {{ReplacingMergeTree}}
ORDER BY month;
