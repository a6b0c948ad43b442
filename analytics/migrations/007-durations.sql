-- Single values for distributions: how many minutes something took, and ratings. A year of them is read
-- without a year of raw. Lines that correct others are here too, whatever their type: what they correct is
-- left out of every distribution.

CREATE TABLE IF NOT EXISTS onenet.durations {{onCluster}}
(
    type LowCardinality(String),
    time DateTime64(3, 'UTC'),
    platform LowCardinality(String),
    epoch UInt32,
    sequence UInt64,
    place String,
    category LowCardinality(String),
    channel LowCardinality(String),
    simulated Bool,
    value Float64,
    -- The sequence that this line corrects, or 0.
    corrects UInt64,
    recorded DateTime64(3, 'UTC'),
    -- Most granules correct nothing: they are passed over when corrections are looked for.
    INDEX corrections corrects TYPE minmax GRANULARITY 1
)
ENGINE = {{MergeTree}}
PARTITION BY toYear(time, 'Asia/Shanghai')
ORDER BY (type, time, platform, epoch, sequence)
SETTINGS {{deduplication}};

-- What raw has already. Nothing is inserted while migrations run: an attempt that broke off is begun anew.
TRUNCATE TABLE onenet.durations {{onCluster}};

INSERT INTO onenet.durations
SETTINGS insert_deduplicate = 0, async_insert = 0, max_partitions_per_insert_block = 0
SELECT
    type, time, platform, epoch, sequence, place, category, channel, simulated, ifNull(value, 0), corrects, recorded
FROM onenet.raw
WHERE rejected = '' AND (corrects != 0 OR (isNotNull(value) AND type IN ('onenet.request.accepted',
    'onenet.request.resolved', 'onenet.request.rejected', 'onenet.request.rated', 'onenet.supervision.answered',
    'onenet.correction.confirmed', 'onenet.correction.rejected')));

CREATE MATERIALIZED VIEW IF NOT EXISTS onenet.durations_view {{onCluster}} TO onenet.durations AS
SELECT
    type, time, platform, epoch, sequence, place, category, channel, simulated, ifNull(raw.value, 0) AS value, corrects, recorded
FROM onenet.raw AS raw
WHERE rejected = '' AND (corrects != 0 OR (isNotNull(raw.value) AND type IN ('onenet.request.accepted',
    'onenet.request.resolved', 'onenet.request.rejected', 'onenet.request.rated', 'onenet.supervision.answered',
    'onenet.correction.confirmed', 'onenet.correction.rejected')));

-- What came in after a state is looked for by when it was recorded.
ALTER TABLE onenet.raw {{onCluster}} ADD INDEX IF NOT EXISTS recorded_range recorded TYPE minmax GRANULARITY 1;

ALTER TABLE onenet.raw {{onCluster}} MATERIALIZE INDEX recorded_range SETTINGS mutations_sync = 0;
