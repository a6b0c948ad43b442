-- Balances from before a log began: in totals since the beginning, never in a period.

CREATE TABLE IF NOT EXISTS onenet.openings {{onCluster}}
(
    -- The event type whose total it opens.
    type LowCardinality(String),
    -- stock or flow
    kind LowCardinality(String),
    platform LowCardinality(String),
    epoch UInt32,
    place String,
    category LowCardinality(String),
    channel LowCardinality(String),
    simulated Bool,
    events Int64,
    value Float64
)
ENGINE = {{SummingMergeTree}}
ORDER BY (type, kind, platform, epoch, place, category, channel, simulated)
SETTINGS {{deduplication}};

CREATE MATERIALIZED VIEW IF NOT EXISTS onenet.openings_view {{onCluster}} TO onenet.openings AS
SELECT
    raw.opening_measure AS type,
    opening_kind AS kind,
    platform,
    epoch,
    place,
    category,
    channel,
    simulated,
    count() AS events,
    sum(opening_value) AS value
FROM onenet.raw AS raw
WHERE rejected = '' AND raw.type = 'onenet.opening'
GROUP BY raw.opening_measure, kind, platform, epoch, place, category, channel, simulated;
