-- A balance may open the sum of a type's values (fen, people) instead of its number.

ALTER TABLE onenet.raw {{onCluster}}
    -- count or value; empty when the line opens nothing, or came before there was a choice: then it is count.
    ADD COLUMN IF NOT EXISTS opening_of LowCardinality(String) AFTER opening_kind;

ALTER TABLE onenet.openings {{onCluster}}
    -- In the unit of the type's values; `value` is of its number. Sums of fen are exact up to 2^53.
    ADD COLUMN IF NOT EXISTS value_sum Float64 AFTER value;

ALTER TABLE onenet.openings_view {{onCluster}} MODIFY QUERY
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
