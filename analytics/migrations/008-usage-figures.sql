-- What usage is counted from: how each call to an owner ended, and how far each feed was, minute by minute.

-- `OK`, or why the owner's part is missing; beside `platforms`. Older rows have it in their line alone.
ALTER TABLE onenet.access {{onCluster}}
ADD COLUMN IF NOT EXISTS outcomes Array(LowCardinality(String))
DEFAULT if(
    type = 'onenet.access.recorded',
    arrayMap(o -> JSONExtractString(o, 'outcome'), JSONExtractArrayRaw(line, 'data', 'owners')),
    []
)
AFTER platforms;

CREATE TABLE IF NOT EXISTS onenet.freshness {{onCluster}}
(
    platform LowCardinality(String),
    minute DateTime('UTC'),
    state LowCardinality(String),
    -- Seconds that were not in; null while the owner has never answered.
    lag_seconds Nullable(Float64)
)
-- A minute that is written twice, as after a restart, is one row, read with FINAL.
ENGINE = {{ReplacingMergeTree}}
PARTITION BY toYYYYMM(minute, 'Asia/Shanghai')
ORDER BY (platform, minute)
TTL minute + toIntervalDay(1096);
