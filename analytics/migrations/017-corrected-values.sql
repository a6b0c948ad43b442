-- A correction that puts a value in stands in distributions itself: for that its count must be known, and whether it
-- has a value. Of corrections that raw has no more, the sign of the value says which they were: nobody takes back zero.

ALTER TABLE onenet.durations {{onCluster}}
    ADD COLUMN IF NOT EXISTS count Int64 DEFAULT if(corrects = 0 OR value > 0, 1, -1) AFTER value,
    -- What is in this table and corrects nothing has a value.
    ADD COLUMN IF NOT EXISTS valued Bool DEFAULT corrects = 0 OR value != 0 AFTER count;

-- Of those that raw has, raw says it. Nothing is inserted while migrations run: an attempt that broke off is begun anew.
ALTER TABLE onenet.durations {{onCluster}}
    DELETE WHERE corrects != 0
        AND (platform, epoch, sequence) IN (SELECT platform, epoch, sequence FROM onenet.raw WHERE corrects != 0 AND rejected = '')
    SETTINGS mutations_sync = 2, allow_nondeterministic_mutations = 1;

INSERT INTO onenet.durations
(type, time, platform, epoch, sequence, place, category, channel, simulated, value, count, valued, corrects, recorded, taken_up)
SETTINGS insert_deduplicate = 0, async_insert = 0, max_partitions_per_insert_block = 0
SELECT
    type, time, platform, epoch, sequence, place, category, channel, simulated, ifNull(raw.value, 0), raw.count, isNotNull(raw.value), corrects, recorded, taken_up
FROM onenet.raw AS raw
WHERE rejected = '' AND corrects != 0;

DROP VIEW IF EXISTS onenet.durations_view {{onCluster}};

CREATE MATERIALIZED VIEW onenet.durations_view {{onCluster}} TO onenet.durations AS
SELECT
    type, time, platform, epoch, sequence, place, category, channel, simulated, ifNull(raw.value, 0) AS value, raw.count AS count, isNotNull(raw.value) AS valued, corrects, recorded, taken_up
FROM onenet.raw AS raw
WHERE rejected = '' AND (corrects != 0 OR (isNotNull(raw.value) AND type IN ('onenet.request.accepted',
    'onenet.request.resolved', 'onenet.request.rejected', 'onenet.request.rated', 'onenet.supervision.answered',
    'onenet.correction.confirmed', 'onenet.correction.rejected')));
