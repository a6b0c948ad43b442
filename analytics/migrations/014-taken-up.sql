-- Lines that an earlier version rejected, and a later one reads, count from the epoch in which they were taken
-- up. A state that was given in an earlier epoch goes on without them.

ALTER TABLE onenet.raw {{onCluster}}
    -- 0: a line that counts, or is rejected, since it came in.
    ADD COLUMN IF NOT EXISTS taken_up UInt32 DEFAULT 0 AFTER rejected;

ALTER TABLE onenet.raw {{onCluster}} ADD INDEX IF NOT EXISTS taken_up_range taken_up TYPE minmax GRANULARITY 1;

ALTER TABLE onenet.durations {{onCluster}} ADD COLUMN IF NOT EXISTS taken_up UInt32 DEFAULT 0 AFTER recorded;

-- Views are made anew, and not by MODIFY QUERY: of a view that was changed so, an insert that is replayed after a
-- restart is not known again, and counts twice in its target (tried, 26.7).
DROP VIEW IF EXISTS onenet.durations_view {{onCluster}};

CREATE MATERIALIZED VIEW onenet.durations_view {{onCluster}} TO onenet.durations AS
SELECT
    type, time, platform, epoch, sequence, place, category, channel, simulated, ifNull(raw.value, 0) AS value, corrects, recorded, taken_up
FROM onenet.raw AS raw
WHERE rejected = '' AND (corrects != 0 OR (isNotNull(raw.value) AND type IN ('onenet.request.accepted',
    'onenet.request.resolved', 'onenet.request.rejected', 'onenet.request.rated', 'onenet.supervision.answered',
    'onenet.correction.confirmed', 'onenet.correction.rejected')));

-- So it was with this one since 005-openings-of-values.sql.
DROP VIEW IF EXISTS onenet.openings_view {{onCluster}};

CREATE MATERIALIZED VIEW onenet.openings_view {{onCluster}} TO onenet.openings AS
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
    sumIf(opening_value, opening_of != 'value') AS value,
    sumIf(opening_value, opening_of = 'value') AS value_sum
FROM onenet.raw AS raw
WHERE rejected = '' AND raw.type = 'onenet.opening'
GROUP BY raw.opening_measure, kind, platform, epoch, place, category, channel, simulated;
