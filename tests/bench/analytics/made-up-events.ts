/** Two years of events of the whole net, made by ClickHouse itself and put into raw, through the views, as an ingest would. */
import { divisions, platforms } from '@onenet/platforms';
import type { ClickHouse } from '../../../analytics/src/clickhouse.ts';
import { significantDigits } from '../../../analytics/src/cells.ts';
import { quote } from '../../../analytics/src/clickhouse.ts';
import { chainHead0 } from '@onenet/feed';

export const dayMs = 86_400_000;
const years = 2;
export const spanMs = years * 365 * dayMs;

/** The platforms that are connected. */
export const codes: readonly string[] = platforms
  .filter(({ connection }) => connection === 'CONNECTED')
  .map(({ code }) => code);

/** Where an event of a kind happened: the platform's own area mostly, a county of it, or a community. */
type Places = 'area' | 'county' | 'community';

interface Kind {
  readonly type: string;
  /** Of a thousand events so many. */
  readonly perMille: number;
  readonly places: Places;
  readonly categories: readonly string[];
  /** SQL: `value` and `on_time`. */
  readonly value?: string;
  readonly onTime?: string;
  readonly counted?: true;
  readonly people?: true;
}

const columns = ['要闻', '防汛', '维权', '帮扶', '文体', '培训', '女职工', '普法'];
const needs = ['WAGES', 'MEDICAL', 'TRAINING', 'LEGAL', 'HARDSHIP', 'SAFETY', 'CONTRACT', 'OTHER'];
const cards = ['FIVE_IN_ONE', 'SIX_IN_ONE', 'BANK'];
const minutes = 'toFloat64(30 + h3 % 20160)';
const fen = 'toFloat64(100 + h3 % 20000)';
const mostlyTrue = 'h3 % 10 < 8';

/** Much is read, less is done; what is dense in few cells and what is scattered over all communities. */
const kinds: readonly Kind[] = [
  {
    type: 'article.read',
    perMille: 490,
    places: 'area',
    categories: columns,
    counted: true,
    people: true,
  },
  { type: 'article.liked', perMille: 80, places: 'area', categories: columns, people: true },
  { type: 'article.shared', perMille: 50, places: 'area', categories: columns, people: true },
  { type: 'article.commented', perMille: 40, places: 'area', categories: columns, people: true },
  { type: 'article.published', perMille: 5, places: 'area', categories: columns },
  { type: 'channel.followed', perMille: 30, places: 'area', categories: [''] },
  {
    type: 'card.used',
    perMille: 120,
    places: 'county',
    categories: cards,
    value: fen,
    people: true,
  },
  { type: 'card.issued', perMille: 16, places: 'community', categories: cards },
  { type: 'card.started', perMille: 12, places: 'community', categories: cards },
  { type: 'card.ended', perMille: 2, places: 'community', categories: cards },
  { type: 'member.applied', perMille: 26, places: 'community', categories: [''] },
  { type: 'member.accepted', perMille: 23, places: 'community', categories: [''] },
  { type: 'member.left', perMille: 2, places: 'community', categories: [''] },
  { type: 'request.submitted', perMille: 15, places: 'community', categories: needs, people: true },
  { type: 'request.verified', perMille: 14, places: 'community', categories: needs },
  { type: 'request.dispatched', perMille: 13, places: 'community', categories: needs },
  {
    type: 'request.accepted',
    perMille: 13,
    places: 'community',
    categories: needs,
    value: minutes,
  },
  {
    type: 'request.resolved',
    perMille: 11,
    places: 'community',
    categories: needs,
    value: minutes,
    onTime: mostlyTrue,
  },
  {
    type: 'request.rejected',
    perMille: 2,
    places: 'community',
    categories: needs,
    value: minutes,
    onTime: mostlyTrue,
  },
  {
    type: 'request.rated',
    perMille: 8,
    places: 'community',
    categories: needs,
    value: 'toFloat64(1 + h3 % 5)',
  },
  { type: 'request.feedback', perMille: 7, places: 'community', categories: needs },
  { type: 'request.overdue', perMille: 2, places: 'community', categories: needs },
  { type: 'request.reopened', perMille: 1, places: 'community', categories: needs },
  { type: 'request.reminded', perMille: 2, places: 'community', categories: needs },
  { type: 'aid.applied', perMille: 4, places: 'community', categories: needs },
  { type: 'aid.paid', perMille: 4, places: 'community', categories: needs, value: fen },
  { type: 'hardship.registered', perMille: 3, places: 'community', categories: [''] },
  { type: 'claim.submitted', perMille: 3, places: 'community', categories: cards },
  { type: 'claim.paid', perMille: 2, places: 'community', categories: cards, value: fen },
];

/** Lines of each platform: Wuhan has much, an enterprise little. */
export function linesOf(code: string, events: number): number {
  const weights = codes.map(weightOf);
  const whole = weights.reduce((a, b) => a + b, 0);
  return Math.round((events * weightOf(code)) / whole);
}

function weightOf(code: string): number {
  if (code === '420100') return 20;
  return platforms.find((platform) => platform.code === code)?.kind === 'CITY' ? 4 : 1;
}

/** The divisions, where the engine finds them. */
export async function loadPlaces(clickhouse: ClickHouse): Promise<void> {
  await clickhouse.run(
    'CREATE OR REPLACE TABLE default.places (code String, level String) ENGINE = Memory',
  );
  const rows = [...divisions.values()].map(
    ({ code, level }) => `(${quote(code)}, ${quote(level)})`,
  );
  await clickhouse.run(
    `INSERT INTO default.places SETTINGS async_insert = 0 VALUES ${rows.join(', ')}`,
  );
}

/** Lines `from` to `to` of a platform of which `lines` in all make up two years. */
export interface Part {
  readonly code: string;
  readonly from: number;
  readonly to: number;
  readonly lines: number;
}

/** Puts these lines into raw, and so into every rollup; the two years end at `endMs`. */
export async function makeLines(
  clickhouse: ClickHouse,
  parts: readonly Part[],
  endMs: number,
): Promise<void> {
  await clickhouse.run(`
    INSERT INTO onenet.raw (platform, epoch, sequence, time, recorded, id, type, place, category, channel, simulated,
      count, value, on_time, first_day, first_week, first_month, first_quarter, first_year, corrects,
      opening_measure, opening_kind, opening_of, opening_value, opening_as_of, rejected, line, head)
    SETTINGS insert_deduplicate = 0, async_insert = 0, max_partitions_per_insert_block = 0, max_insert_threads = 2,
      max_insert_block_size = 262144, min_insert_block_size_rows = 262144, min_insert_block_size_bytes = 0
    ${parts.map((part) => linesSql(part, endMs)).join('\nUNION ALL\n')}`);
}

function linesSql({ code, from, to, lines }: Part, endMs: number): string {
  const [area = '420000'] = platforms.find((platform) => platform.code === code)?.serves ?? [];
  const perMille = kinds.flatMap((kind, i) => Array.from({ length: kind.perMille }, () => i + 1));
  const of = (sql: (kind: Kind) => string): string => `[${kinds.map(sql).join(', ')}][k]`;
  const cases = (sql: (kind: Kind) => string | undefined, otherwise: string): string =>
    `multiIf(${kinds.flatMap((kind, i) => (sql(kind) === undefined ? [] : [`k = ${i + 1}`, sql(kind) ?? ''])).join(', ')}, ${otherwise})`;
  // A few places have much of it: the square of what is even.
  const skewed = (list: string): string =>
    `if(empty(${list}), ${quote(area)}, ${list}[1 + toUInt32(floor(length(${list}) * pow((h2 % 100000) / 100000., 2)))])`;
  const within = (level: string): string =>
    `(SELECT groupArray(code) FROM default.places WHERE level = ${quote(level)} AND startsWith(code, ${quote(significantDigits(area))}))`;
  const stepMs = spanMs / lines;
  const startMs = endMs - spanMs;
  return `
    WITH number + ${from} AS n, cityHash64(n, ${quote(code)}) AS h, cityHash64(h) AS h2, cityHash64(h2) AS h3,
      [${perMille.join(',')}][1 + h % 1000] AS k,
      fromUnixTimestamp64Milli(toInt64(${startMs} + n * ${stepMs}), 'UTC') AS recorded_at,
      ${of(({ people }) => (people ? '1' : '0'))} AS counts_people,
      ${within('COUNTY')} AS counties, ${within('COMMUNITY')} AS communities
    SELECT ${quote(code)}, 1, n, recorded_at - toIntervalSecond(h2 % 600), recorded_at, toString(h),
      ${of(({ type }) => quote(`onenet.${type}`))},
      multiIf(${of(({ places }) => `'${places}'`)} = 'area', if(h3 % 10 < 7, ${quote(area)}, ${skewed('counties')}),
        ${of(({ places }) => `'${places}'`)} = 'county', if(h3 % 10 < 7, ${skewed('counties')}, ${skewed('communities')}),
        if(h3 % 100 < 15, ${skewed('counties')}, ${skewed('communities')})),
      ${of(({ categories }) => `[${categories.map(quote).join(', ')}]`)}[1 + toUInt32(floor(${of(({ categories }) => String(categories.length))} * pow((h3 % 1000) / 1000., 2)))],
      ['WECHAT', 'WEBSITE', 'APP', 'STATION', 'QR_CODE'][1 + toUInt32(floor(5 * pow((h3 % 997) / 997., 3)))],
      false, if(${of(({ counted }) => (counted ? '1' : '0'))} = 1, 1 + h2 % 7, 1),
      ${cases(({ value }) => value && `toNullable(${value})`, 'NULL')}, ${cases(({ onTime }) => onTime && `toNullable(${onTime})`, 'NULL')},
      counts_people * (h2 % 3 = 0), counts_people * (h2 % 9 = 0), counts_people * (h2 % 27 = 0),
      counts_people * (h2 % 54 = 0), counts_people * (h2 % 81 = 0), 0, '', '', '', 0, toDateTime64(0, 3, 'UTC'), '', '',
      if(n = ${to}, ${quote(headOf(code, to))}, '')
    FROM numbers(${to - from + 1})`;
}

/** What stands for the chain's head at a line: nobody asks these platforms. */
export function headOf(code: string, sequence: number): string {
  return chainHead0(`${code} ${sequence}`);
}
