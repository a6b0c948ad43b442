/** What ingest asks of the tables: how whole an epoch is, where its batches end, copying and dropping it. Long, because it is one list of questions. */
import type { ClickHouse } from '../clickhouse.ts';
import { quote } from '../clickhouse.ts';
import { copyDurations, isDuration } from './durations.ts';
import { copyFloor, droppedCells, floorOf, floorsOf, isInPlaces, isKept } from './floors.ts';
import { isNotTakenUp, takeUp } from './read-again.ts';
import type { Tier } from '../tiers.ts';
import { rawColumns } from './row.ts';

/** Every table that carries a platform and an epoch. Raw first: the others follow from it. */
export const epochTables = ['raw', 'cells', 'openings', 'durations'] as const;

/** How one epoch of one platform stands in raw and in the rollups. */
export interface EpochState {
  readonly platform: string;
  readonly epoch: number;
  readonly lines: number;
  readonly last: number;
  /** The lines are 1 to `last`, each once. */
  readonly contiguous: boolean;
  /** Lines that count, and of them the openings, as raw has them; those that it has no more are in it. */
  readonly accepted: number;
  readonly openings: number;
  /** Of those that raw still has, the ones whose single value is kept. */
  readonly durations: number;
  /** Of lines that count, those of a place below the county. */
  readonly places: number;
  /** The same by the rollups. */
  readonly inHours: number;
  readonly inDays: number;
  readonly inMonths: number;
  readonly inPlaces: number;
  readonly inOpenings: number;
  readonly inDurations: number;
}

/** Whether raw holds exactly 1 to `sequence`, and every rollup holds the same. */
export function isWhole(state: EpochState, sequence: number): boolean {
  return (
    state.contiguous &&
    state.last === sequence &&
    state.inHours === state.accepted - state.openings &&
    state.inDays === state.accepted - state.openings &&
    state.inMonths === state.accepted - state.openings &&
    state.inPlaces === state.places &&
    state.inOpenings === state.openings &&
    state.inDurations === state.durations
  );
}

/** A batch's end that raw knows, with the chain's head there. */
export interface Boundary {
  readonly epoch: number;
  readonly sequence: number;
  readonly head: string;
  /** RFC 3339, of the last line up to there that was counted as it came; 1970 where there is none. */
  readonly recordedTime: string;
}

interface RawState {
  platform: string;
  epoch: number;
  lines: number;
  last: number;
  sum: number | string;
  accepted: number;
  openings: number;
  durations: number;
  places: number;
}

/** Every epoch of every platform (or of one) that any table holds. */
export async function epochStates(
  clickhouse: ClickHouse,
  platform?: string,
): Promise<EpochState[]> {
  const where = platform === undefined ? '' : `WHERE platform = ${quote(platform)}`;
  const floors = await floorsOf(clickhouse, platform);
  const [raw, cells, openings, durations] = await Promise.all([
    clickhouse.rows<RawState>(`
      SELECT platform, epoch, sum(lines) AS lines, max(last) AS last, toString(sum(hashes)) AS sum,
        sum(accepted) AS accepted, sum(openings) AS openings, sum(durations) AS durations, sum(places) AS places
      FROM (
        SELECT t.platform AS platform, t.epoch AS epoch, count() AS lines, max(t.sequence) AS last,
          sum(cityHash64(t.sequence)) AS hashes, countIf(t.rejected = '') AS accepted,
          countIf(t.rejected = '' AND t.type = 'onenet.opening') AS openings,
          countIf(t.rejected = '' AND ${isDuration}) AS durations,
          countIf(${isInPlaces}) AS places
        FROM onenet.raw AS t WHERE ${isKept(floors)} GROUP BY t.platform, t.epoch
        UNION ALL
        SELECT platform, epoch, lines, sequence AS last, hashes, accepted, 0 AS openings, 0 AS durations, places FROM onenet.floors
      ) ${where} GROUP BY platform, epoch`),
    clickhouse.rows<EpochEvents & { tier: Tier }>(
      `SELECT platform, epoch, tier, sum(t.events) AS events FROM onenet.cells AS t ${where} GROUP BY platform, epoch, tier`,
    ),
    clickhouse.rows<EpochEvents>(
      `SELECT platform, epoch, sum(t.events) AS events FROM onenet.openings AS t ${where} GROUP BY platform, epoch`,
    ),
    // An epoch that has only values is one too: of an attempt that broke off.
    clickhouse.rows<EpochEvents>(
      `SELECT t.platform AS platform, t.epoch AS epoch, countIf(${isKept(floors)}) AS events FROM onenet.durations AS t ${where} GROUP BY t.platform, t.epoch`,
    ),
  ]);
  const inTier = (tier: Tier) => eventsOf(cells.filter((row) => row.tier === tier));
  const [hours, days, months, places] = [
    inTier('hour'),
    inTier('day'),
    inTier('month'),
    inTier('places'),
  ];
  const [balances, values] = [eventsOf(openings), eventsOf(durations)];
  const none = { lines: 0, last: 0, sum: '0', accepted: 0, openings: 0, durations: 0, places: 0 };
  const states = new Map(raw.map((row) => [keyOf(row), row]));
  for (const key of [...cells, ...openings, ...durations].map(keyOf)) {
    if (states.has(key)) continue;
    const [code = '', epoch = ''] = key.split('/');
    states.set(key, { platform: code, epoch: Number(epoch), ...none });
  }
  return await Promise.all(
    [...states].map(async ([key, row]) => ({
      platform: row.platform,
      epoch: row.epoch,
      lines: row.lines,
      last: row.last,
      contiguous: row.lines === row.last && row.sum === (await sumOfFirst(clickhouse, row.last)),
      accepted: row.accepted,
      openings: row.openings,
      inHours: hours.get(key) ?? 0,
      inDays: days.get(key) ?? 0,
      inMonths: months.get(key) ?? 0,
      places: row.places,
      inPlaces: places.get(key) ?? 0,
      inOpenings: balances.get(key) ?? 0,
      durations: row.durations,
      inDurations: values.get(key) ?? 0,
    })),
  );
}

interface EpochEvents {
  platform: string;
  epoch: number;
  events: number;
}

function eventsOf(rows: readonly EpochEvents[]): Map<string, number> {
  return new Map(rows.map((row) => [keyOf(row), row.events]));
}

function keyOf(row: { readonly platform: string; readonly epoch: number }): string {
  return `${row.platform}/${row.epoch}`;
}

/**
 * What the hashes of 1 to `last` add up to. Numbers that are there once each give this sum, and with
 * a hole and a repeat they do not; counting distinct numbers would hold all of them in memory.
 */
async function sumOfFirst(clickhouse: ClickHouse, last: number): Promise<string> {
  if (last === 0) return '0';
  const [row] = await clickhouse.rows<{ sum: string }>(
    `SELECT toString(sum(cityHash64(number))) AS sum FROM numbers(1, ${last})`,
  );
  return row?.sum ?? '';
}

/** The sequence up to which an epoch in raw has every number, from where it begins. */
export async function contiguousEnd(
  clickhouse: ClickHouse,
  platform: string,
  epoch: number,
): Promise<number> {
  const floor = await floorOf(clickhouse, platform, epoch);
  const [row] = await clickhouse.rows<{ end: number }>(`
    SELECT greatest(max(sequence), ${floor}) AS end FROM (
      SELECT sequence, row_number() OVER (ORDER BY sequence) AS place
      FROM (SELECT DISTINCT sequence FROM onenet.raw WHERE ${epochIs(platform, epoch)} AND sequence > ${floor})
    ) WHERE sequence = place + ${floor}`);
  return row?.end ?? 0;
}

/** The batches' ends of an epoch up to a sequence, ascending; those in what raw has no more are of no use. */
export async function boundaries(
  clickhouse: ClickHouse,
  platform: string,
  epoch: number,
  upTo: number,
): Promise<Boundary[]> {
  const floor = await floorOf(clickhouse, platform, epoch);
  return await clickhouse.rows<Boundary>(`
    SELECT DISTINCT epoch, sequence, head,
      concat(formatDateTime(counted, '%FT%T'), '.', leftPad(toString(toUnixTimestamp64Milli(counted) % 1000), 3, '0'), 'Z') AS recordedTime
    FROM (
      SELECT epoch, sequence, head, maxIf(recorded, rejected = '' AND taken_up = 0) OVER (ORDER BY sequence) AS counted
      FROM onenet.raw
      WHERE ${epochIs(platform, epoch)} AND sequence > ${floor} AND sequence <= ${upTo}
    )
    WHERE head != ''
    ORDER BY sequence`);
}

/** How many lines of an epoch up to a sequence count nowhere; those that raw has no more are among them. */
export async function rejectedLines(
  clickhouse: ClickHouse,
  {
    platform,
    epoch,
    upTo,
  }: { readonly platform: string; readonly epoch: number; readonly upTo: number },
): Promise<number> {
  const floors = await floorsOf(clickhouse, platform);
  const own = `t.platform = ${quote(platform)} AND t.epoch = ${epoch} AND t.rejected != ''`;
  const [row] = await clickhouse.rows<{ n: number }>(
    `SELECT sum(n) AS n FROM (
      SELECT toInt64(count()) AS n FROM onenet.raw AS t WHERE ${own} AND t.sequence <= ${upTo} AND ${isKept(floors)}
      UNION ALL
      SELECT sum(t.events) AS n FROM ${droppedCells} WHERE ${own}
    )`,
  );
  return row?.n ?? 0;
}

/**
 * Copies the lines behind `after` up to `upTo` of an epoch under a new number, through the same views.
 * What raw has no more comes as the sums that are kept of it; rejected lines are read by today's rules.
 * Nothing is deduplicated, because the number is fresh: an attempt that failed leaves its rows to be dropped.
 */
export async function copyEpoch(
  clickhouse: ClickHouse,
  platform: string,
  from: number,
  { after = 0, upTo }: { readonly after?: number; readonly upTo: number },
  to: number,
): Promise<void> {
  const floors = (await floorsOf(clickhouse, platform)).filter((floor) => floor.epoch === from);
  const [floor] = floors;
  if (after === 0 && floor) {
    await copyFloor(clickhouse, platform, from, to);
    await copyDurations(clickhouse, platform, from, floor.sequence, to);
  }
  await takeUp(clickhouse, { platform, epoch: from, after, upTo }, to);
  const all = [...rawColumns, 'taken_up'];
  const columns = all.map((column) => (column === 'epoch' ? `${to} AS epoch` : column));
  await clickhouse.run(`
    INSERT INTO onenet.raw (${all.join(', ')})
    SETTINGS insert_deduplicate = 0, async_insert = 0, materialized_views_ignore_errors = 0,
      max_partitions_per_insert_block = 0, max_insert_threads = 1
    SELECT ${columns.join(', ')} FROM (
      SELECT * FROM onenet.raw AS t
      WHERE ${epochIs(platform, from)} AND sequence > ${after} AND sequence <= ${upTo} AND ${isKept(floors)}
        AND ${isNotTakenUp(platform, to)}
      LIMIT 1 BY sequence
    )`);
}

/**
 * Removes every epoch of a platform before one, from all tables; the rows go in the background. A later
 * one is being built, or is an attempt that failed: it counts nowhere, and goes when the next one counts.
 */
export async function dropEpochsBelow(
  clickhouse: ClickHouse,
  platform: string,
  epoch: number,
): Promise<void> {
  const onCluster = clickhouse.cluster ? `ON CLUSTER ${quote(clickhouse.cluster)}` : '';
  for (const table of [...epochTables, 'dropped', 'floors']) {
    await clickhouse.run(
      `ALTER TABLE onenet.${table} ${onCluster} DELETE WHERE platform = ${quote(platform)} AND epoch < ${epoch} SETTINGS mutations_sync = 0`,
    );
  }
}

function epochIs(platform: string, epoch: number): string {
  return `platform = ${quote(platform)} AND epoch = ${epoch}`;
}
