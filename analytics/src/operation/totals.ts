/** Every additive column of the rollups, by event type, against raw: what `check` compares for one epoch. */
import { additiveColumns } from '../additive.ts';
import type { ClickHouse } from '../clickhouse.ts';
import { quote } from '../clickhouse.ts';
import { droppedCells, floorsOf, isKept } from '../ingest/floors.ts';
import type { Floor } from '../ingest/floors.ts';
import type { EpochState } from '../ingest/tables.ts';
import { isSame } from '../self-check-sums.ts';

/** Minutes are kept for three days; of the last two they have everything, however late it came. So has raw behind its floor. */
function minutesFrom(floors: readonly Floor[]): string {
  const floorMs = Math.max(0, ...floors.map(({ timeToMs }) => timeToMs));
  const behind = `toDateTime(${Math.ceil((floorMs + 1) / 60_000) * 60}, 'UTC')`;
  return `greatest(toStartOfMinute(now('UTC') - INTERVAL 2 DAY), ${behind})`;
}

interface Row extends Readonly<Record<string, string | number>> {
  readonly source: string;
  readonly type: string;
}

/** What differs, in words; nothing where all agree. */
export async function differingTotals(
  clickhouse: ClickHouse,
  platform: string,
  epoch: number,
): Promise<string[]> {
  const of = `t.platform = ${quote(platform)} AND t.epoch = ${epoch}`;
  const floors = (await floorsOf(clickhouse, platform)).filter((floor) => floor.epoch === epoch);
  const kept = isKept(floors);
  const recent = minutesFrom(floors);
  const accepted = `${of} AND ${kept} AND t.rejected = '' AND t.type != 'onenet.opening'`;
  const fromRaw = Object.entries(additiveColumns).map(([name, raw]) => `${raw} AS ${name}`);
  const sums = Object.keys(additiveColumns).map((name) => `sum(t.${name}) AS ${name}`);
  const select = (source: string, what: readonly string[], from: string): string =>
    `SELECT ${quote(source)} AS source, t.type AS type, ${what.join(', ')} FROM ${from} GROUP BY t.type`;
  const sumNames = Object.keys(additiveColumns).map((name) => `sum(${name}) AS ${name}`);
  const rows = await clickhouse.rows<Row>(
    [
      `SELECT source, type, ${sumNames.join(', ')} FROM (
        ${select('raw', fromRaw, `onenet.raw AS t WHERE ${accepted}`)}
        UNION ALL
        ${select('raw', sums, `${droppedCells} WHERE ${of} AND t.rejected = ''`)}
      ) GROUP BY source, type`,
      select('hour', sums, `onenet.cells AS t WHERE t.tier = 'hour' AND ${of}`),
      select('day', sums, `onenet.cells AS t WHERE t.tier = 'day' AND ${of}`),
      select('month', sums, `onenet.cells AS t WHERE t.tier = 'month' AND ${of}`),
      select(
        'raw of two days',
        fromRaw,
        `onenet.raw AS t WHERE ${accepted} AND t.time >= ${recent}`,
      ),
      select(
        'minute',
        sums,
        `onenet.cells AS t WHERE t.tier = 'minute' AND ${of} AND t.at >= ${recent}`,
      ),
    ].join('\nUNION ALL\n'),
  );
  return [
    ...differences(rows, 'raw', 'hour'),
    ...differences(rows, 'raw', 'day'),
    ...differences(rows, 'raw', 'month'),
    ...differences(rows, 'raw of two days', 'minute'),
  ];
}

function differences(rows: readonly Row[], raw: string, rollup: string): string[] {
  const bySource = (source: string) =>
    new Map(rows.filter((row) => row.source === source).map((row) => [row.type, row]));
  const [ours, theirs] = [bySource(raw), bySource(rollup)];
  const types = [...new Set([...ours.keys(), ...theirs.keys()])].toSorted();
  return types.flatMap((type) =>
    Object.keys(additiveColumns).flatMap((column) => {
      const [a = 0, b = 0] = [ours, theirs].map((of) => Number(of.get(type)?.[column] ?? 0));
      return isSame(a, b) ? [] : [`${type} ${column}: ${raw} ${a}, ${rollup} ${b}`];
    }),
  );
}

/** What raw lacks, and lines that tables beside the sums of tiers have more or less of than raw. */
export function gaps(state: EpochState, sequence: number): string[] {
  const { lines, last, contiguous } = state;
  const missing =
    contiguous && last === sequence
      ? []
      : [`raw has ${lines} lines up to ${last}, and should have 1 to ${sequence}, each once`];
  const beside = [
    ['places', state.places, state.inPlaces],
    ['openings', state.openings, state.inOpenings],
    ['durations', state.durations, state.inDurations],
  ] as const;
  return [
    ...missing,
    ...beside.flatMap(([name, raw, held]) =>
      raw === held ? [] : [`${name}: raw ${raw} lines, ${name} ${held}`],
    ),
  ];
}
