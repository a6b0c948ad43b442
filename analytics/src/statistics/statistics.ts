/** Figures of closed months by place, as third parties and a wall may have them: no small count of a place below the county can be told. */
import { NetError } from '@onenet/contract';
import { outerKey, significantDigits, type Group } from '../cells.ts';
import { quote, quoteList, type ClickHouse } from '../clickhouse.ts';
import { counted, type Metric } from '../metrics/metric.ts';
import { knownMetric, refuseUnknownPlace } from '../known.ts';
import { closedMonths, type ClosedMonth } from './close.ts';
import { monthStart, monthsBetween } from '../months.ts';
import { suppress, type ShownCount } from './suppress.ts';

/** `StatisticsInput` of analytics.graphql. */
export interface StatisticsInput {
  readonly metrics: readonly string[];
  readonly from?: string | null;
  readonly to?: string | null;
  readonly place: string;
  readonly below: boolean;
}

/** `StatisticsRow` of analytics.graphql. */
export interface StatisticsRow extends ShownCount {
  readonly month: string;
  readonly place: string;
  readonly metric: string;
}

/** `Statistics` of analytics.graphql. */
export interface Statistics {
  readonly months: readonly ClosedMonth[];
  readonly rows: readonly StatisticsRow[];
}

const mostMonths = 36;

export async function statistics(
  clickhouse: ClickHouse,
  input: StatisticsInput,
): Promise<Statistics> {
  const place = knownPlace(input.place);
  const metrics = [...new Set(input.metrics)].map(knownMetric);
  const isFine = place.length > 6 || (input.below && !place.endsWith('00'));
  if (place.length === 12 && input.below) throw nothingBelow(place);
  for (const metric of metrics) mustBeOffered(metric, isFine);
  const months = wanted(await closedMonths(clickhouse), input);
  const ask = { clickhouse, metrics, months: months.map(({ month }) => month) };
  const rows = await (isFine
    ? fineRows(ask, place, input.below)
    : coarseRows(ask, place, input.below));
  return { months, rows: rows.toSorted(inOrder(metrics)) };
}

interface Ask {
  readonly clickhouse: ClickHouse;
  readonly metrics: readonly Metric[];
  /** Closed ones. */
  readonly months: readonly string[];
}

/** Counties and above: as they are. */
async function coarseRows(ask: Ask, place: string, below: boolean): Promise<StatisticsRow[]> {
  const digits = place.endsWith('0000') ? 4 : 6;
  const values = await valuesOf(ask, place, below ? { by: 'level', digits } : undefined);
  return values
    .filter(({ key }) => !below || isBelow(key, place))
    .map(({ key, ...row }) => ({ ...row, place: below ? key : place, withheld: null }));
}

/** Towns and communities, as much as may be shown: of those directly below `place`, or of itself. */
async function fineRows(ask: Ask, place: string, below: boolean): Promise<StatisticsRow[]> {
  const parent = below ? place : parentOf(place);
  const families = await shownBelow(ask, parent);
  const hidden = parent.length > 6 ? await hiddenItself(ask, parent) : new Set<string>();
  return families.flatMap(({ month, metric, cells }): StatisticsRow[] => {
    const of = (code: string): StatisticsRow => {
      const cell = cells?.get(code) ?? { value: 0, withheld: null };
      const isTold = cells !== undefined && !hidden.has(`${month} ${metric}`);
      return { month, metric, place: code, ...(isTold ? cell : withheldWhole) };
    };
    if (!below) return [of(place)];
    // Of a family that is withheld whole not even those that had something are named.
    return cells === undefined || hidden.has(`${month} ${metric}`) ? [] : [...cells.keys()].map(of);
  });
}

const withheldWhole = { value: null, withheld: 'COMPLEMENTARY' } as const;

/** What is shown of the places directly below one, of each month and metric; undefined cells: nothing is. */
async function shownBelow(ask: Ask, parent: string) {
  const digits = parent.length === 6 ? 9 : 12;
  const children = await valuesOf(ask, parent, { by: 'level', digits });
  const totals = await valuesOf(ask, parent, undefined);
  return ask.months.flatMap((month) =>
    ask.metrics.map(({ name: metric }) => {
      const ofBoth = (row: Value): boolean => row.month === month && row.metric === metric;
      const counts = children
        .filter((row) => ofBoth(row) && isBelow(row.key, parent) && row.value !== 0)
        .map(({ key, value }) => [key, value ?? 0] as const);
      const whole = totals.find(ofBoth)?.value ?? 0;
      return { month, metric, cells: suppress(whole, new Map(counts)) };
    }),
  );
}

/** Months and metrics for which the town itself is withheld: then nothing below it may be told. */
async function hiddenItself(ask: Ask, town: string): Promise<ReadonlySet<string>> {
  const families = await shownBelow(ask, parentOf(town));
  return new Set(
    families
      .filter(({ cells }) => cells === undefined || cells.get(town)?.withheld != null)
      .map(({ month, metric }) => `${month} ${metric}`),
  );
}

/** A metric of a month and a key. */
interface Value {
  readonly month: string;
  readonly metric: string;
  readonly key: string;
  readonly value: number | null;
}

async function valuesOf(
  { clickhouse, metrics, months }: Ask,
  place: string,
  group: Group | undefined,
): Promise<readonly Value[]> {
  if (months.length === 0 || metrics.length === 0) return [];
  const clauses = metrics.map(
    ({ name, expression }) => `${expression.replaceAll('{{firsts}}', 'first_month')} AS ${name}`,
  );
  const days = months.map((month) => `toDate('${month}-01')`).join(', ');
  const types = quoteList(new Set(metrics.flatMap((metric) => metric.types)));
  const rows = await clickhouse.rows<Readonly<Record<string, string | number | null>>>(
    `SELECT toString(month) AS month, ${group ? outerKey(group) : "''"} AS key, ${clauses.join(', ')}
    FROM (
      SELECT *, place AS inner_key FROM onenet.statistics
      WHERE month IN (${days}) AND type IN ${types} AND startsWith(place, ${quote(significantDigits(place))})
    ) GROUP BY month, key`,
  );
  return rows.flatMap(({ month, key, ...found }) =>
    metrics.map(({ name, inFen }) => ({
      month: String(month).slice(0, 7),
      key: String(key),
      metric: name,
      value: found[name] == null ? null : Number(found[name]) / (inFen ? 100 : 1),
    })),
  );
}

/** Of levels and quantiles a month's sums say nothing; below the county only what was counted may be had, one type by itself: of sums of several, one could be told from the others. */
function mustBeOffered({ name, source, kind, types, expression }: Metric, isFine: boolean): void {
  if (source !== undefined) {
    throw new NetError(
      'BAD_INPUT',
      `\`metrics: "${name}"\` is of the net’s own use, which happens at no place: statistics have what happened at one.`,
    );
  }
  const [type] = types;
  const isPlain =
    kind === 'FLOW' && types.length === 1 && type && expression === counted(type).expression;
  if (isFine ? isPlain : kind === 'FLOW' || kind === 'RATIO' || kind === 'PEOPLE') return;
  throw new NetError(
    'BAD_INPUT',
    isFine
      ? `\`metrics: "${name}"\` is not given below the county: take one that counts one kind of event, such as requestsSubmitted.`
      : `\`metrics: "${name}"\` is a ${kind}: statistics have what happened in a month (FLOW, RATIO, PEOPLE).`,
  );
}

function wanted(
  closed: readonly ClosedMonth[],
  { from, to }: StatisticsInput,
): readonly ClosedMonth[] {
  const last = closed.at(-1)?.month;
  if (from != null) monthStart(from, 'from');
  if (to != null) monthStart(to, 'to');
  const first = from ?? to ?? last;
  const end = to ?? last;
  if (first === undefined || end === undefined) return [];
  if (first > end) {
    throw new NetError(
      'BAD_INPUT',
      `\`from: "${first}"\` is after \`to: "${end}"\`, or not closed yet.`,
    );
  }
  if (monthsBetween(first, end).length > mostMonths) {
    throw new NetError(
      'BAD_INPUT',
      `From ${first} to ${end} is more than ${mostMonths} months: ask for fewer at a time.`,
    );
  }
  return closed.filter(({ month }) => month >= first && month <= end);
}

function knownPlace(place: string): string {
  refuseUnknownPlace(place);
  return place;
}

function nothingBelow(place: string): NetError {
  return new NetError('BAD_INPUT', `\`place: "${place}"\` is a community: nothing is below it.`);
}

/** The town of a community, the county (or direct city) of a town. */
function parentOf(place: string): string {
  return place.slice(0, place.length === 12 ? 9 : 6);
}

/** Whether a key, cut to the level below a place, is a division there: what happened at the place itself is not. */
function isBelow(key: string, place: string): boolean {
  if (place.endsWith('0000')) return key.length === 6 && !key.endsWith('0000');
  if (place.length === 6 && place.endsWith('00')) return key.length === 6 && !key.endsWith('00');
  return key.length === (place.length === 6 ? 9 : 12) && !key.endsWith('000');
}

/** By month, then place, then as the metrics were asked for. */
function inOrder(metrics: readonly Metric[]) {
  const order = new Map(metrics.map(({ name }, i) => [name, i]));
  return (a: StatisticsRow, b: StatisticsRow): number =>
    compare(a.month, b.month) ||
    compare(a.place, b.place) ||
    (order.get(a.metric) ?? 0) - (order.get(b.metric) ?? 0);
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
