-- What came in last, of all platforms: raw lies in the order of the logs, and the latest lines of each are few.

ALTER TABLE onenet.raw {{onCluster}} ADD INDEX IF NOT EXISTS recorded_range recorded TYPE minmax GRANULARITY 1;

ALTER TABLE onenet.raw {{onCluster}} MATERIALIZE INDEX recorded_range;
