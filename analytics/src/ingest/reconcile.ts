/** At the start: each store may have been restored alone, so each is compared with the others before reading on. */
import type { ClickHouse } from '../clickhouse.ts';
import { newestBoundary, takeNewEpoch } from './epochs.ts';
import type { Stores } from './epochs.ts';
import type { Position } from './positions.ts';
import { dropEpochsBelow, epochStates, isWhole } from './tables.ts';

/**
 * Compares a platform's position with raw and the rollups. What they do not agree on becomes a new
 * epoch of what raw has without a hole; what that lacks is read again from the platform.
 */
export async function reconcile(
  stores: Stores,
  position: Position,
  switched?: (position: Position) => Promise<void>,
): Promise<Position> {
  const states = await epochStates(stores.clickhouse, position._id);
  const current = states.find((state) => state.epoch === position.epoch);
  // Raw has an epoch that was never taken here: MongoDB is older than ClickHouse.
  const unknown = states.some((state) => state.epoch > position.lastEpoch);
  const whole = current ? isWhole(current, position.sequence) : position.sequence === 0;
  if (whole && !unknown) {
    if (states.some(({ epoch }) => epoch < position.epoch)) {
      await dropEpochsBelow(stores.clickhouse, position._id, position.epoch);
    }
    return position;
  }
  return await takeNewEpoch(
    stores,
    position,
    await newestBoundary(stores.clickhouse, position._id),
    switched,
  );
}

/** The platforms of which any table holds something. */
export async function platformsInTables(clickhouse: ClickHouse): Promise<string[]> {
  return [...new Set((await epochStates(clickhouse)).map((state) => state.platform))];
}
