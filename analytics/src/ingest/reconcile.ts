/** At the start: each store may have been restored alone, so each is compared with the others before reading on. */
import type { ClickHouse } from '../clickhouse.ts';
import { deduplicationWindowBlocks } from '../migrate.ts';
import type { Blocks } from './blocks.ts';
import { newestBoundary, takeNewEpoch } from './epochs.ts';
import type { Stores } from './epochs.ts';
import { statementOf } from './positions.ts';
import type { Position } from './positions.ts';
import { dropOtherEpochs, epochStates, isWhole } from './tables.ts';

/** A replay is left to the deduplication window only well within it. */
const replayableBlocks = deduplicationWindowBlocks / 2;

/**
 * Runs an open intent again, unchanged, and closes it. One that is too old for the deduplication
 * window is left open: then `reconcile` finds what raw has of it.
 */
export async function replayIntent(
  { clickhouse, positions }: Stores,
  blocks: Blocks,
  position: Position,
): Promise<Position> {
  const { intent } = position;
  if (!intent || blocks.count - intent.blocksBefore > replayableBlocks) return position;
  await clickhouse.run(await statementOf(intent));
  await positions.advance(position._id, intent);
  return await positions.ensure(position._id);
}

/**
 * Compares a platform's position with raw and the rollups. What they do not agree on becomes a new
 * epoch of what raw has without a hole; what that lacks is read again from the platform.
 */
export async function reconcile(stores: Stores, position: Position): Promise<Position> {
  const states = await epochStates(stores.clickhouse, position._id);
  const current = states.find((state) => state.epoch === position.epoch);
  // Raw has an epoch that was never taken here: MongoDB is older than ClickHouse.
  const unknown = states.some((state) => state.epoch > position.lastEpoch);
  const whole = current ? isWhole(current, position.sequence) : position.sequence === 0;
  if (whole && !unknown && !position.intent) {
    if (states.length > (current ? 1 : 0)) {
      await dropOtherEpochs(stores.clickhouse, position._id, position.epoch);
    }
    return position;
  }
  return await takeNewEpoch(
    stores,
    position._id,
    await newestBoundary(stores.clickhouse, position._id),
  );
}

/** The platforms of which any table holds something. */
export async function platformsInTables(clickhouse: ClickHouse): Promise<string[]> {
  return [...new Set((await epochStates(clickhouse)).map((state) => state.platform))];
}
