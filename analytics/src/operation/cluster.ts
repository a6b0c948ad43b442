/** What a cluster must be like: tables are made on all of it, and asked at one server. */
import type { ClickHouse } from '../clickhouse.ts';
import { quote } from '../clickhouse.ts';

/** Refuses a cluster that is not there, and one of several shards: each server would answer for its own rows alone. */
export async function checkCluster(clickhouse: ClickHouse): Promise<void> {
  const { cluster } = clickhouse;
  if (cluster === undefined) return;
  const [row] = await clickhouse.rows<{ shards: number }>(
    `SELECT uniqExact(shard_num) AS shards FROM system.clusters WHERE cluster = ${quote(cluster)}`,
  );
  if (row?.shards === 1) return;
  throw new Error(
    row?.shards === undefined || row.shards === 0
      ? `--clickhouse-cluster ${cluster}: the server knows no such cluster (system.clusters names those that it knows).`
      : `--clickhouse-cluster ${cluster} has ${row.shards} shards, and one is supported, with any number of replicas.`,
  );
}
