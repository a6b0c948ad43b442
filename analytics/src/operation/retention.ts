/** How long tables keep what they have: raw by prefixes of each log, whose sums stay; uses by their time. Rollups are kept. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ClickHouse } from '../clickhouse.ts';
import { quote, timeLiteral } from '../clickhouse.ts';
import { floorOf, raiseFloor } from '../ingest/floors.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { Positions } from '../ingest/positions.ts';
import { boundaries, epochStates, isWhole } from '../ingest/tables.ts';
import { monthStart } from '../months.ts';
import { firstOpenMonth } from '../statistics/close.ts';

/** Raw answers for places below the county, distributions and earlier states: a month and its comparison at least. */
export const leastRawDays = 62;
export const leastUsageDays = 62;

const everyMs = 6 * 3_600_000;
const dayMs = 86_400_000;

export interface RetentionSources {
  readonly clickhouse: ClickHouse;
  readonly positions: Positions;
  readonly ingest: Ingest;
  readonly log: (message: string, detail?: unknown) => void;
}

/** Forgets what is older than so many days, now and every six hours, until the signal aborts. */
export async function keepRawFor(
  sources: RetentionSources,
  days: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await forgetRaw(sources, await beforeOpenMonths(sources, Date.now() - days * dayMs));
    } catch (error) {
      sources.log('old lines of raw stay for now', error);
    }
    await delay(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * `beforeMs`, or earlier: months are closed from raw, and of one that is open every line must be there. Who was off for
 * longer than raw is kept would else close what is left of them. A day less, since a clock may have been ahead.
 */
export async function beforeOpenMonths(
  { clickhouse, ingest }: Pick<RetentionSources, 'clickhouse' | 'ingest'>,
  beforeMs: number,
): Promise<number> {
  const month = await firstOpenMonth(clickhouse, ingest);
  return month === undefined ? beforeMs : Math.min(beforeMs, monthStart(month) - dayMs);
}

/** Takes out of raw what was numbered before `beforeMs`, by whole batches, of each platform that this process reads. */
export async function forgetRaw(sources: RetentionSources, beforeMs: number): Promise<void> {
  for (const platform of (await sources.positions.all()).keys()) {
    await sources.ingest.between(platform, () => forgetOf(sources, platform, beforeMs));
  }
  await sources.ingest.refreshFloors();
}

async function forgetOf(
  { clickhouse, positions, ingest, log }: RetentionSources,
  platform: string,
  beforeMs: number,
): Promise<void> {
  const { epoch, sequence, building } = await positions.ensure(platform);
  if (!ingest.works(platform) || building !== null) return;
  const from = await floorOf(clickhouse, platform, epoch);
  const ends = await boundaries(clickhouse, platform, epoch, sequence);
  const ahead = await firstAhead(clickhouse, platform, epoch, { from, beforeMs });
  const old = ends.slice(0, -1);
  const upTo = lastBefore(
    old.filter(({ sequence: end }) => end < ahead),
    beforeMs,
  );
  if (upTo !== lastBefore(old, beforeMs)) {
    log(`${platform}: raw keeps ${ahead} and what came after it: the event's clock was ahead`);
  }
  if (upTo === undefined || upTo <= from) return;
  const state = (await epochStates(clickhouse, platform)).find((each) => each.epoch === epoch);
  if (!state || !isWhole(state, sequence)) {
    log(`${platform}: nothing is forgotten while raw and the rollups do not agree`);
    return;
  }
  await raiseFloor(clickhouse, platform, epoch, { from, upTo }, () => ingest.refreshFloors());
  log(`${platform}: raw begins at ${upTo + 1} now`);
}

/**
 * The first line of an event that lies, by a clock that was ahead, in the time of which raw is to have everything. It
 * stays, with all after it: else raw would have nothing whole until that time is over.
 */
async function firstAhead(
  clickhouse: ClickHouse,
  platform: string,
  epoch: number,
  { from, beforeMs }: { readonly from: number; readonly beforeMs: number },
): Promise<number> {
  const [row] = await clickhouse.rows<{ n: number; first: number }>(
    `SELECT count() AS n, min(t.sequence) AS first FROM onenet.raw AS t
    WHERE t.platform = ${quote(platform)} AND t.epoch = ${epoch} AND t.sequence > ${from}
      AND t.time >= ${timeLiteral(beforeMs)} AND t.rejected = '' AND t.type != 'onenet.opening'`,
  );
  return row && row.n > 0 ? row.first : Infinity;
}

/** The last batch before the first that is not old. A batch that ends in a rejected line has no time of its own. */
function lastBefore(
  ends: readonly { readonly sequence: number; readonly recordedTime: string }[],
  beforeMs: number,
): number | undefined {
  let last: number | undefined;
  for (const { sequence, recordedTime } of ends) {
    const recordedMs = Date.parse(recordedTime);
    if (recordedMs >= beforeMs) return last;
    if (recordedMs > 0) last = sequence;
  }
  return last;
}

/** Makes a table that has `recorded` forget what is older; nothing where it does so already. */
export async function setTimeToLive(
  clickhouse: ClickHouse,
  table: 'access' | 'usage',
  days: number,
): Promise<void> {
  const ttl = `toIntervalDay(${days})`;
  const [row] = await clickhouse.rows<{ engine: string }>(
    `SELECT engine_full AS engine FROM system.tables WHERE database = 'onenet' AND name = ${quote(table)}`,
  );
  if (row?.engine.includes(ttl) === true) return;
  const onCluster = clickhouse.cluster ? `ON CLUSTER ${quote(clickhouse.cluster)}` : '';
  await clickhouse.run(
    `ALTER TABLE onenet.${table} ${onCluster} MODIFY TTL toDateTime(recorded) + ${ttl}`,
  );
}
