/** The sums of every tier and measure against raw, day by day: hourly, over the days that changed and one month in turn, so that it costs the same however much there is. */
import { additiveColumns } from './additive.ts';
import type { ClickHouse } from './clickhouse.ts';
import { quote, quoteList } from './clickhouse.ts';
import { floorsOf, isKept } from './ingest/floors.ts';
import { dayMs, shanghaiMs, startOf } from './periods.ts';

/** A sum that is otherwise in a tier than in what it follows from. */
export interface SumDifference {
  /** Of raw, or of the days, what the tier should have. */
  readonly tier: 'minute' | 'hour' | 'day' | 'month' | 'places';
  readonly type: string;
  /** A column of the tiers. */
  readonly measure: string;
  /** In Asia/Shanghai, YYYY-MM-DD; of a month its first. */
  readonly day: string;
  readonly raw: number;
  readonly rollup: number;
}

interface Log {
  readonly platform: string;
  readonly epoch: number;
}

/** Two months of days: what a platform's history brings is compared over several rounds. */
const daysAtOnce = 62;

/** One platform's sums, from round to round. */
export class SumsCheck {
  private epoch = 0;
  /** Up to this line days are noted as changed. */
  private through = 0;
  private month = '';
  private readonly changed = new Set<string>();
  private readonly wrong = new Map<string, readonly SumDifference[]>();

  /** Whether days are left that changed. */
  get isBehind(): boolean {
    return this.changed.size > 0;
  }

  /** Every difference that is known, with those of the days that this round compares; to be asked between inserts. */
  async round(
    clickhouse: ClickHouse,
    { platform, epoch, sequence }: Log & { readonly sequence: number },
    nowMs: number,
  ): Promise<{ readonly differences: readonly SumDifference[]; readonly days: number }> {
    const log = { platform, epoch };
    if (epoch !== this.epoch) {
      Object.assign(this, { epoch, through: sequence, month: '' });
      this.changed.clear();
      this.wrong.clear();
    }
    for (const day of await daysSince(clickhouse, log, this.through)) this.changed.add(day);
    this.through = sequence;
    const latest = [...this.changed].toSorted().toReversed().slice(0, daysAtOnce);
    this.month = await monthAfter(clickhouse, log, this.month);
    // What was wrong may be right again.
    const days = new Set([...this.wrong.keys(), ...latest, ...daysOf(this.month)]);
    const found = await differingSums(clickhouse, log, [...days], nowMs);
    for (const day of days) this.wrong.delete(day);
    for (const [day, of] of Map.groupBy(found, (each) => each.day)) this.wrong.set(day, of);
    for (const day of latest) this.changed.delete(day);
    return { differences: [...this.wrong.values()].flat(), days: days.size };
  }
}

/** The days of which lines behind one have come. */
async function daysSince(
  clickhouse: ClickHouse,
  { platform, epoch }: Log,
  sequence: number,
): Promise<string[]> {
  const rows = await clickhouse.rows<{ day: string }>(
    `SELECT DISTINCT toString(toDate(t.time, 'Asia/Shanghai')) AS day FROM onenet.raw AS t
    WHERE t.platform = ${quote(platform)} AND t.epoch = ${epoch} AND t.sequence > ${sequence}
      AND t.rejected = '' AND t.type != 'onenet.opening'`,
  );
  return rows.map(({ day }) => day);
}

/** The month after one that has anything, as its first day; behind the last the first again; none: empty. */
async function monthAfter(
  clickhouse: ClickHouse,
  { platform, epoch }: Log,
  month: string,
): Promise<string> {
  const rows = await clickhouse.rows<{ month: string }>(
    `SELECT DISTINCT toString(toDate(t.at, 'Asia/Shanghai')) AS month FROM onenet.cells AS t
    WHERE t.tier = 'month' AND t.platform = ${quote(platform)} AND t.epoch = ${epoch} ORDER BY month`,
  );
  // The newest first: it is looked at most.
  const months = rows.map((row) => row.month).toReversed();
  return months.find((each) => month === '' || each < month) ?? months[0] ?? '';
}

function daysOf(month: string): string[] {
  if (month === '') return [];
  const [year = 0, number = 1] = month.split('-').map(Number);
  const length = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return Array.from({ length }, (_, i) => dayOf(Date.UTC(year, number - 1, i + 1) - shanghaiMs));
}

/** What differs on these days, and in their months. */
export async function differingSums(
  clickhouse: ClickHouse,
  { platform, epoch }: Log,
  days: readonly string[],
  nowMs: number,
): Promise<SumDifference[]> {
  if (days.length === 0) return [];
  const own = `t.platform = ${quote(platform)} AND t.epoch = ${epoch}`;
  const floors = (await floorsOf(clickhouse, platform)).filter((floor) => floor.epoch === epoch);
  const floorMs = Math.max(0, ...floors.map(({ timeToMs }) => timeToMs + 1));
  // Behind its floor raw has only some of a day; then the tiers are compared with each other.
  const whole = days.filter((day) => startMsOf(day) >= floorMs);
  const rest = days.filter((day) => startMsOf(day) < floorMs);
  // Minutes are kept for three days.
  const recent = whole.filter((day) => startMsOf(day) >= startOf('day', nowMs) - dayMs);
  const months = [...new Set(days.map((day) => `${day.slice(0, 7)}-01`))];
  const lines = `${own} AND ${isKept(floors)} AND t.rejected = '' AND t.type != 'onenet.opening'`;
  const raw = (of: readonly string[], where = 'true'): Select => ({
    columns: Object.values(additiveColumns),
    day: `toDate(t.time, 'Asia/Shanghai')`,
    from: `onenet.raw AS t WHERE ${lines} AND ${where} AND ${timeWithin('t.time', of)}`,
    days: of,
  });
  const tier = (name: SumDifference['tier'], of: readonly string[]): Select => ({
    columns: Object.keys(additiveColumns).map((column) => `sum(t.${column})`),
    day: `toDate(t.at, 'Asia/Shanghai')`,
    from: `onenet.cells AS t WHERE t.tier = ${quote(name)} AND ${own} AND ${timeWithin('t.at', of)}`,
    days: of,
  });
  const inMonths: Select = {
    ...tier('day', months.flatMap(daysOf)),
    day: `toStartOfMonth(t.at, 'Asia/Shanghai')`,
    days: months,
  };
  const found = await Promise.all([
    compared(clickhouse, 'hour', raw(whole), tier('hour', whole)),
    compared(clickhouse, 'day', raw(whole), tier('day', whole)),
    compared(clickhouse, 'minute', raw(recent), tier('minute', recent)),
    compared(clickhouse, 'places', raw(whole, 'length(t.place) > 6'), tier('places', whole)),
    compared(clickhouse, 'day', tier('hour', rest), tier('day', rest)),
    compared(clickhouse, 'month', inMonths, tier('month', months)),
  ]);
  return found.flat();
}

interface Select {
  readonly columns: readonly string[];
  /** SQL: what its rows are grouped by beside the type. */
  readonly day: string;
  readonly from: string;
  readonly days: readonly string[];
}

async function compared(
  clickhouse: ClickHouse,
  tier: SumDifference['tier'],
  raw: Select,
  rollup: Select,
): Promise<SumDifference[]> {
  if (raw.days.length === 0) return [];
  const select = (name: string, { columns, day, from, days }: Select): string =>
    `SELECT ${quote(name)} AS source, t.type AS type, toString(${day}) AS day,
      [${columns.map((column) => `toFloat64(${column})`).join(', ')}] AS sums
    FROM ${from} GROUP BY type, day HAVING day IN ${quoteList(days)}`;
  const rows = await clickhouse.rows<{
    type: string;
    day: string;
    raw: readonly number[];
    rollup: readonly number[];
  }>(
    `SELECT type, day, anyIf(sums, source = 'raw') AS raw, anyIf(sums, source = 'rollup') AS rollup
    FROM (${select('raw', raw)} UNION ALL ${select('rollup', rollup)})
    GROUP BY type, day HAVING raw != rollup ORDER BY day, type`,
  );
  return rows.flatMap((row) =>
    Object.keys(additiveColumns).flatMap((measure, i) => {
      const [should = 0, is = 0] = [row.raw[i], row.rollup[i]];
      if (isSame(should, is)) return [];
      return [{ tier, type: row.type, measure, day: row.day, raw: should, rollup: is }];
    }),
  );
}

/** Sums of fractions differ in their last digits by the order in which they were added. */
export function isSame(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}

/** SQL: one range, by which parts are passed over. */
function timeWithin(column: string, days: readonly string[]): string {
  const starts = days.map((day) => startMsOf(day) / 1000);
  if (starts.length === 0) return 'false';
  const [from, to] = [Math.min(...starts), Math.max(...starts) + dayMs / 1000];
  return `${column} >= toDateTime(${Math.max(from, 0)}, 'UTC') AND ${column} < toDateTime(${to}, 'UTC')
    AND toString(toDate(${column}, 'Asia/Shanghai')) IN ${quoteList(days)}`;
}

function startMsOf(day: string): number {
  return Date.parse(`${day}T00:00:00+08:00`);
}

function dayOf(startMs: number): string {
  return new Date(startMs + shanghaiMs).toISOString().slice(0, 10);
}
