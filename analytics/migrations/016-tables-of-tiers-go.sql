-- What 015-cells.sql has put into one table.

DROP TABLE IF EXISTS onenet.minute {{onCluster}} SYNC;

DROP TABLE IF EXISTS onenet.hour {{onCluster}} SYNC;

DROP TABLE IF EXISTS onenet.day {{onCluster}} SYNC;

DROP TABLE IF EXISTS onenet.month {{onCluster}} SYNC;

DROP TABLE IF EXISTS onenet.places {{onCluster}} SYNC;
