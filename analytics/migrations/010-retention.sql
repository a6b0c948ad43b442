-- Raw may be kept for a limited time: what goes is a prefix of a platform's log. Its sums stay, so that
-- the rollups can be made anew and compared as before.

-- How far raw begins: of an epoch the lines up to `sequence` are gone, but for opening balances, which stay.
CREATE TABLE IF NOT EXISTS onenet.floors {{onCluster}}
(
    platform LowCardinality(String),
    epoch UInt32,
    sequence UInt64,
    -- Of each attempt another: rows of onenet.dropped whose step is not here count nowhere.
    step String,
    -- Of the lines that this step took: how many, of them those that count, and the sum of their numbers' hashes.
    lines UInt64,
    accepted UInt64,
    hashes UInt64,
    -- The latest event among them.
    time_to DateTime64(3, 'UTC'),
    at DateTime('UTC')
)
ENGINE = {{MergeTree}}
ORDER BY (platform, epoch, sequence);

-- Sums over lines that are gone, as onenet.hour has them, rejected lines too.
CREATE TABLE IF NOT EXISTS onenet.dropped {{onCluster}}
(
    platform LowCardinality(String),
    epoch UInt32,
    step String,
    type LowCardinality(String),
    hour DateTime('UTC'),
    county LowCardinality(String),
    category LowCardinality(String),
    channel LowCardinality(String),
    simulated Bool,
    rejected LowCardinality(String),
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
ENGINE = {{MergeTree}}
ORDER BY (platform, epoch, step, type, hour);
