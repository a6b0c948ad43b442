/** For how long access records are kept. */
import type { ClickHouse } from '../clickhouse.ts';
import { quote } from '../clickhouse.ts';

/** Three years, one of them a leap year: fewer would not do for an audit. */
export const leastRetentionDays = 1_096;

/** Makes the table forget what is older; nothing where it does so already. */
export async function setRetention(clickhouse: ClickHouse, days: number): Promise<void> {
  if (!Number.isInteger(days) || days < leastRetentionDays) {
    throw new RangeError(`Access records are kept for ${leastRetentionDays} days at least.`);
  }
  const ttl = `toIntervalDay(${days})`;
  const [table] = await clickhouse.rows<{ engine: string }>(
    `SELECT engine_full AS engine FROM system.tables WHERE database = 'onenet' AND name = 'access'`,
  );
  if (table?.engine.includes(ttl) === true) return;
  const onCluster = clickhouse.cluster ? `ON CLUSTER ${quote(clickhouse.cluster)}` : '';
  await clickhouse.run(
    `ALTER TABLE onenet.access ${onCluster} MODIFY TTL toDateTime(recorded) + ${ttl}`,
  );
}
