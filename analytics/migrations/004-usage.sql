-- What consumers asked the gateway: one row a line of its feed, rejected lines too.

CREATE TABLE IF NOT EXISTS onenet.usage {{onCluster}}
(
    -- The province's own count of how often the gateway's log was taken up anew.
    epoch UInt32,
    sequence UInt64,
    time DateTime64(3, 'UTC'),
    recorded DateTime64(3, 'UTC'),
    -- SHA-256 of the planned document, hexadecimal.
    document String CODEC(ZSTD(3)),
    name LowCardinality(String),
    kind LowCardinality(String),
    client LowCardinality(String),
    result LowCardinality(String),
    -- Requests, and how long they took together.
    count UInt64,
    duration_ms Float64,
    -- Which coordinates: a row of usage_shapes.
    shape LowCardinality(String),
    -- The owners that were asked, and of the calls to each: all, and those without its part.
    owners Array(LowCardinality(String)),
    calls Array(UInt32),
    failed Array(UInt32),
    -- Only more coordinates and owners of a row before.
    continued Bool,
    -- Why the line counts nowhere; empty when it counts.
    rejected LowCardinality(String),
    -- The bytes of a rejected line; empty otherwise.
    line String CODEC(ZSTD(3)),
    -- The chain's head, on the last row of a batch; empty elsewhere.
    head String CODEC(ZSTD(3)),
    INDEX time_range time TYPE minmax GRANULARITY 1
)
-- No partitions: an insert is one part, there or not. A line that comes twice is one row, read with FINAL.
ENGINE = {{ReplacingMergeTree}}
ORDER BY (epoch, sequence);

-- The sets of coordinates that were used: few, however many requests. Written before the rows that name them.
CREATE TABLE IF NOT EXISTS onenet.usage_shapes {{onCluster}}
(
    shape String,
    coordinates Array(LowCardinality(String))
)
ENGINE = {{ReplacingMergeTree}}
ORDER BY shape;

-- Where each epoch but the first begins: rows of earlier epochs beyond `after` count nowhere.
CREATE TABLE IF NOT EXISTS onenet.usage_epochs {{onCluster}}
(
    epoch UInt32,
    after UInt64,
    -- The chain's head at `after`, and when that was numbered.
    head String,
    recorded DateTime64(3, 'UTC')
)
ENGINE = {{ReplacingMergeTree}}
ORDER BY epoch;
