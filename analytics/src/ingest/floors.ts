/**
 * Where raw begins, when it is not kept for ever: a prefix of a platform's log is gone, and its sums are kept
 * (migrations/010-retention.sql). Opening balances stay in raw: they are few, and belong to no time.
 */
import { additiveColumns } from '../additive.ts';
import { randomUUID } from 'node:crypto';
import type { ClickHouse } from '../clickhouse.ts';
import { quote } from '../clickhouse.ts';

/** What raw has lost of one epoch. */
export interface Floor {
  readonly platform: string;
  readonly epoch: number;
  /** Up to here the lines are gone. */
  readonly sequence: number;
  readonly lines: number;
  readonly accepted: number;
  /** UTC ms of the latest event among them: of what happened later raw has all. */
  readonly timeToMs: number;
}

const opening = `'onenet.opening'`;
/** The columns of onenet.dropped behind its key. */
const sumNames = Object.keys(additiveColumns).join(', ');
const cellKey = 'type, platform, epoch, county, category, channel, simulated';

/** Every floor; of one platform, or of all. */
export async function floorsOf(clickhouse: ClickHouse, platform?: string): Promise<Floor[]> {
  return await clickhouse.rows<Floor>(
    `SELECT t.platform AS platform, t.epoch AS epoch, max(t.sequence) AS sequence, sum(t.lines) AS lines,
      sum(t.accepted) AS accepted, max(toUnixTimestamp64Milli(t.time_to)) AS timeToMs
    FROM onenet.floors AS t ${platform === undefined ? '' : `WHERE t.platform = ${quote(platform)}`}
    GROUP BY t.platform, t.epoch`,
  );
}

/** The sequence at which an epoch's raw begins; 0 where it is whole. */
export async function floorOf(
  clickhouse: ClickHouse,
  platform: string,
  epoch: number,
): Promise<number> {
  const floors = await floorsOf(clickhouse, platform);
  return floors.find((floor) => floor.epoch === epoch)?.sequence ?? 0;
}

/** SQL: whether a row of raw, named `t`, is one that counts there; those below a floor go in the background. */
export function isKept(floors: readonly Floor[]): string {
  if (floors.length === 0) return 'true';
  const below = floors.map(
    ({ platform, epoch, sequence }) =>
      `(t.platform = ${quote(platform)} AND t.epoch = ${epoch} AND t.sequence <= ${sequence})`,
  );
  return `(t.type = ${opening} OR NOT (${below.join(' OR ')}))`;
}

/** SQL: whether a row of raw, named `t`, stands among the places below the county too. */
export const isInPlaces = `(t.rejected = '' AND t.type != ${opening} AND length(t.place) > 6)`;

/** SQL: the cells of onenet.dropped, named `t`, that count. */
export const droppedCells =
  '(SELECT * FROM onenet.dropped WHERE (platform, epoch, step) IN (SELECT platform, epoch, step FROM onenet.floors)) AS t';

/**
 * Takes the lines behind `from` up to `upTo` out of raw; their sums are written before the floor says
 * that they count, and the floor before a row goes: until `raised` resolves, none does. An attempt that breaks off has
 * changed nothing.
 */
export async function raiseFloor(
  clickhouse: ClickHouse,
  platform: string,
  epoch: number,
  { from, upTo }: { readonly from: number; readonly upTo: number },
  raised: () => Promise<void>,
): Promise<void> {
  const step = quote(randomUUID());
  const own = `t.platform = ${quote(platform)} AND t.epoch = ${epoch} AND t.type != ${opening}`;
  const going = `${own} AND t.sequence > ${from} AND t.sequence <= ${upTo}`;
  const values = Object.entries(additiveColumns).map(([name, sql]) => `${sql} AS ${name}`);
  const settings = 'SETTINGS async_insert = 0, insert_deduplicate = 0';
  await clickhouse.run(
    `INSERT INTO onenet.dropped (step, hour, rejected, ${cellKey}, ${sumNames}) ${settings}
    SELECT ${step} AS step, toStartOfHour(t.time, 'Asia/Shanghai') AS hour, t.rejected AS rejected, t.type AS type,
      t.platform AS platform, t.epoch AS epoch, substring(t.place, 1, 6) AS county, t.category AS category,
      t.channel AS channel, t.simulated AS simulated, ${values.join(', ')}
    FROM onenet.raw AS t WHERE ${going} GROUP BY hour, rejected, ${cellKey}`,
  );
  await clickhouse.run(
    `INSERT INTO onenet.floors (platform, epoch, sequence, step, lines, accepted, places, hashes, time_to, at) ${settings}
    SELECT ${quote(platform)}, ${epoch}, ${upTo}, ${step}, count(), countIf(t.rejected = ''), countIf(${isInPlaces}),
      sum(cityHash64(t.sequence)), maxIf(t.time, t.rejected = ''), now()
    FROM onenet.raw AS t WHERE ${going}`,
  );
  await raised();
  await dropBelow(clickhouse, platform, epoch, upTo);
}

/** Has the rows below a floor go in the background. */
async function dropBelow(
  clickhouse: ClickHouse,
  platform: string,
  epoch: number,
  sequence: number,
): Promise<void> {
  const onCluster = clickhouse.cluster ? `ON CLUSTER ${quote(clickhouse.cluster)}` : '';
  await clickhouse.run(
    `ALTER TABLE onenet.raw ${onCluster} DELETE WHERE platform = ${quote(platform)} AND epoch = ${epoch}
      AND sequence <= ${sequence} AND type != ${opening} SETTINGS mutations_sync = 0`,
  );
}

/**
 * Copies what is kept of the lines that are gone under another epoch's number, into the rollups too; but for
 * places below the county, which are not asked for from then (raw-kept.ts).
 */
export async function copyFloor(
  clickhouse: ClickHouse,
  platform: string,
  from: number,
  to: number,
): Promise<void> {
  const own = `t.platform = ${quote(platform)} AND t.epoch = ${from}`;
  const settings =
    'SETTINGS async_insert = 0, insert_deduplicate = 0, max_partitions_per_insert_block = 0';
  const key = 't.type, t.county, t.category, t.channel, t.simulated';
  const keyNames = 'type, county, category, channel, simulated';
  const names = Object.keys(additiveColumns);
  await clickhouse.run(
    `INSERT INTO onenet.cells (platform, epoch, tier, at, ${keyNames}, ${sumNames}) ${settings}
    SELECT ${quote(platform)}, ${to}, tiers.1 AS tier, tiers.2 AS at, ${key}, ${names.map((name) => `sum(t.${name})`).join(', ')}
    FROM ${droppedCells}
    ARRAY JOIN [
      ('hour', t.hour),
      ('day', toDateTime(toStartOfDay(t.hour, 'Asia/Shanghai'), 'UTC')),
      ('month', toDateTime(toStartOfMonth(t.hour, 'Asia/Shanghai'), 'Asia/Shanghai'))
    ] AS tiers
    WHERE ${own} AND t.rejected = '' GROUP BY tier, at, ${key}`,
  );
  await clickhouse.run(
    `INSERT INTO onenet.dropped (epoch, platform, step, hour, rejected, ${keyNames}, ${sumNames}) ${settings}
    SELECT ${to}, t.platform, t.step, t.hour, t.rejected, ${key}, ${names.map((name) => `t.${name}`).join(', ')}
    FROM ${droppedCells} WHERE ${own}`,
  );
  await clickhouse.run(
    `INSERT INTO onenet.floors (epoch, platform, sequence, step, lines, accepted, hashes, time_to, at) ${settings}
    SELECT ${to}, t.platform, t.sequence, t.step, t.lines, t.accepted, t.hashes, t.time_to, t.at
    FROM onenet.floors AS t WHERE ${own}`,
  );
}
