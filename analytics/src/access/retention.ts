/** For how long access records are kept. */
import type { ClickHouse } from '../clickhouse.ts';
import { setTimeToLive } from '../operation/retention.ts';

/** Three years, one of them a leap year: fewer would not do for an audit. */
export const leastRetentionDays = 1_096;

/** Makes the table forget what is older; nothing where it does so already. */
export async function setRetention(clickhouse: ClickHouse, days: number): Promise<void> {
  if (!Number.isInteger(days) || days < leastRetentionDays) {
    throw new RangeError(`Access records are kept for ${leastRetentionDays} days at least.`);
  }
  await setTimeToLive(clickhouse, 'access', days);
}
