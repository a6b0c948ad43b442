/** Takes a platform's log up anew: the part that still holds is copied under a fresh epoch, then that one counts. */
import type { ClickHouse } from '../clickhouse.ts';
import type { Position, Positions } from './positions.ts';
import { hasReadable, readingRules } from './read-again.ts';
import {
  boundaries,
  contiguousEnd,
  copyEpoch,
  dropEpochsBelow,
  epochStates,
  isWhole,
  rejectedLines,
} from './tables.ts';
import type { Boundary } from './tables.ts';

export interface Stores {
  readonly clickhouse: ClickHouse;
  readonly positions: Positions;
}

/**
 * Makes, under `fence`, a new epoch of what lies up to `boundary` (undefined: of nothing), and switches to it.
 * The old epoch counts until the switch; a failed attempt leaves everything as it was. `switched` is
 * called before the old one is dropped: until it resolves, questions may still be about that.
 */
export async function takeNewEpoch(
  { clickhouse, positions }: Stores,
  { _id: platform, fence }: Pick<Position, '_id' | 'fence'>,
  boundary: Boundary | undefined,
  switched: (position: Position) => Promise<void> = () => Promise.resolve(),
): Promise<Position> {
  const held = (await epochStates(clickhouse, platform)).map((state) => state.epoch);
  const epoch = await positions.takeEpoch(platform, Math.max(0, ...held) + 1);
  if (boundary) {
    await copyEpoch(clickhouse, platform, boundary.epoch, { upTo: boundary.sequence }, epoch);
    const state = (await epochStates(clickhouse, platform)).find((s) => s.epoch === epoch);
    if (!state || !isWhole(state, boundary.sequence)) {
      throw new Error(
        `Epoch ${epoch} of ${platform} is not whole after copying: ${JSON.stringify(state)}.`,
      );
    }
  }
  const upTo = boundary?.sequence ?? 0;
  await positions.switchEpoch(platform, fence, {
    epoch,
    sequence: upTo,
    head: boundary?.head ?? null,
    recordedTime: boundary?.recordedTime ?? null,
    rejected: await rejectedLines(clickhouse, { platform, epoch, upTo }),
    rules: readingRules(),
  });
  const position = await positions.ensure(platform);
  await switched(position);
  await dropEpochsBelow(clickhouse, platform, epoch);
  return position;
}

/**
 * Takes up the lines that an earlier version rejected and this one reads: in a new epoch of all that is in. Looked for
 * once under the same rules.
 */
export async function takeUpRejected(
  stores: Stores,
  position: Position,
  switched: (position: Position) => Promise<void>,
): Promise<Position> {
  const { epoch, sequence, head, recordedTime } = position;
  const rules = readingRules();
  if (position.rules === rules || sequence === 0) return position;
  if (!(await hasReadable(stores.clickhouse, position))) {
    await stores.positions.readBy(position, rules);
    return { ...position, rules };
  }
  const all = { epoch, sequence, head: head ?? '', recordedTime: recordedTime ?? never };
  return await takeNewEpoch(stores, position, all, switched);
}

/** When no line was recorded that counts. */
const never = new Date(0).toISOString();

/** The newest batch's end within what raw has without a hole, over all its epochs of a platform. */
export async function newestBoundary(
  clickhouse: ClickHouse,
  platform: string,
): Promise<Boundary | undefined> {
  let newest: Boundary | undefined;
  for (const { epoch } of await epochStates(clickhouse, platform)) {
    const end = await contiguousEnd(clickhouse, platform, epoch);
    const last = (await boundaries(clickhouse, platform, epoch, end)).at(-1);
    if (last && last.sequence > (newest?.sequence ?? 0)) newest = last;
  }
  return newest;
}

/** The newest batch's end of the current epoch whose head the platform still accepts. Undefined when it accepts none. */
export async function newestAccepted(
  clickhouse: ClickHouse,
  position: Position,
  accepts: (boundary: Boundary) => Promise<boolean>,
): Promise<Boundary | undefined> {
  const ends = await boundaries(clickhouse, position._id, position.epoch, position.sequence);
  return await lastAccepted(ends, accepts);
}

/** By halving: who accepts an end accepts all before it. */
export async function lastAccepted<End>(
  ends: readonly End[],
  accepts: (end: End) => Promise<boolean>,
): Promise<End | undefined> {
  let accepted = 0;
  let refused = ends.length + 1;
  while (refused - accepted > 1) {
    const middle = Math.floor((accepted + refused) / 2);
    const end = ends[middle - 1];
    if (end !== undefined && (await accepts(end))) accepted = middle;
    else refused = middle;
  }
  return ends[accepted - 1];
}
