-- The gateways' log, line by line, with the heads of its chain: who was given what. One row a line; of a line
-- that is no access record (uses, rejected ones) only the line, without which the chain could not be proved.

CREATE TABLE IF NOT EXISTS onenet.access {{onCluster}}
(
    -- As in onenet.usage: how often the gateways' log was taken up anew.
    epoch UInt32,
    sequence UInt64,
    type LowCardinality(String),
    time DateTime64(3, 'UTC'),
    recorded DateTime64(3, 'UTC'),
    -- The request's id; empty where many stand for one.
    request String CODEC(ZSTD(3)),
    -- Empty where the caller could not be told.
    client LowCardinality(String),
    person String CODEC(ZSTD(3)),
    roles Array(LowCardinality(String)),
    purpose LowCardinality(String),
    operation LowCardinality(String),
    document String CODEC(ZSTD(3)),
    kind LowCardinality(String),
    -- Which coordinates: a row of usage_shapes.
    shape LowCardinality(String),
    result LowCardinality(String),
    codes Array(LowCardinality(String)),
    status UInt16,
    count UInt64,
    duration_ms Float64,
    -- Of each call to an owner: which one, and how many records it gave; -1: not known.
    platforms Array(LowCardinality(String)),
    rows Array(Int64),
    -- Only more coordinates and owners of a row before.
    continued Bool,
    -- Why the line counts nowhere; empty when it counts.
    rejected LowCardinality(String),
    -- The bytes that the chain is over. The calls' leaves and grants stand in them alone.
    line String CODEC(ZSTD(3)),
    -- The chain's head at this line.
    head String CODEC(ZSTD(3)),
    -- The last line of a batch: where reading may go on.
    batch_end Bool,
    INDEX time_range time TYPE minmax GRANULARITY 1,
    INDEX by_client client TYPE set(100) GRANULARITY 1,
    INDEX by_platform platforms TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_request request TYPE bloom_filter(0.01) GRANULARITY 1
)
-- No partitions, as in onenet.usage: an insert is one part, there or not; a line that comes twice is one row.
ENGINE = {{ReplacingMergeTree}}
ORDER BY (epoch, sequence)
-- Three years; --access-retention-days says otherwise.
TTL toDateTime(recorded) + toIntervalDay(1096);
