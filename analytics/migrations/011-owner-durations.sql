-- How long each call to an owner took, in milliseconds, beside `platforms`; -1: not noted, as by older gateways.

ALTER TABLE onenet.access {{onCluster}}
ADD COLUMN IF NOT EXISTS durations Array(Float64)
DEFAULT if(
    type = 'onenet.access.recorded',
    arrayMap(
        o -> if(JSONHas(o, 'durationMs'), JSONExtractFloat(o, 'durationMs'), -1),
        JSONExtractArrayRaw(line, 'data', 'owners')
    ),
    []
)
AFTER outcomes;
