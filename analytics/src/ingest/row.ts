/** A feed's line as a row of raw: what is sure of it in columns, the rest in none. */
import type { Opening } from '@onenet/contract';
import type { FeedLine } from '@onenet/feed';
import { sqlTime } from '../clickhouse.ts';

/** The columns of an insert, in the order of `rowOf`. */
export const rawColumns = [
  'platform',
  'epoch',
  'sequence',
  'time',
  'recorded',
  'id',
  'type',
  'place',
  'category',
  'channel',
  'simulated',
  'count',
  'value',
  'on_time',
  'first_day',
  'first_week',
  'first_month',
  'first_quarter',
  'first_year',
  'corrects',
  'opening_measure',
  'opening_kind',
  'opening_of',
  'opening_value',
  'opening_as_of',
  'rejected',
  'line',
  'head',
] as const;

/** A line as a row of raw. */
export interface RawRow {
  /** One line of `JSONCompactEachRow`, its head empty. */
  readonly json: string;
  /** UTC ms, by which raw is partitioned. */
  readonly timeMs: number;
}

export function rowOf(platform: string, epoch: number, line: FeedLine): RawRow {
  return line.kind === 'event'
    ? acceptedRow(platform, epoch, line)
    : rejectedRow(platform, epoch, line);
}

/** The row as the last of its batch, with the chain's head there. */
export function withHead(json: string, head: string): string {
  return `${json.slice(0, -noHead.length)}${JSON.stringify(head)}]`;
}

/** How every row ends: `head` is the last column. */
export const noHead = '""]';

function acceptedRow(
  platform: string,
  epoch: number,
  line: FeedLine & { readonly kind: 'event' },
): RawRow {
  const { event } = line;
  const { data } = event;
  const { firsts } = data;
  const timeMs = Date.parse(event.time);
  const { opening } = data;
  // Labels, codes, ids and types have no character that JSON escapes: the feed's checks say so.
  const json = `["${platform}",${epoch},${line.sequence},"${utcTime(event.time, timeMs)}","${utcTime(event.recordedtime)}",\
"${event.id}","${event.type}","${data.place ?? ''}","${data.category ?? ''}","${data.channel ?? ''}",\
${data.simulated === true},${data.count ?? 1},${data.value ?? null},${data.onTime ?? null},\
${firsts ? `${firsts.day},${firsts.week},${firsts.month},${firsts.quarter},${firsts.year}` : '0,0,0,0,0'},\
${event.corrects === undefined ? 0 : Number(event.corrects)},\
${opening ? JSON.stringify(openingValues(opening)).slice(1, -1) : noOpeningJson},"","",""]`;
  return { json, timeMs };
}

/** As platforms mostly write it: UTC with milliseconds. */
const commonTime =
  /^\d{4}-(?:\d{2}-(?:[01]\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):\d{2}:\d{2}\.\d{3}Z$/;

/**
 * RFC 3339 as ClickHouse reads it. Only the common form goes without the way through a Date: that
 * takes February 30 and 24:00 for the day after, and ClickHouse for something else.
 */
function utcTime(text: string, ms?: number): string {
  if (commonTime.test(text)) return `${text.slice(0, 10)} ${text.slice(11, 23)}`;
  return sqlTime(ms ?? Date.parse(text));
}

const noOpening = ['', '', '', 0, sqlTime(0)] as const;
const noOpeningJson = JSON.stringify(noOpening).slice(1, -1);

function openingValues(opening: Opening | undefined): readonly (string | number)[] {
  if (!opening) return noOpening;
  const { measure, kind, of = 'count', value, asOf } = opening;
  return [measure, kind, of, value, sqlTime(Date.parse(asOf))];
}

/** Keeps the bytes, so that somebody can look, and the type as claimed, so that totals can be compared. */
function rejectedRow(
  platform: string,
  epoch: number,
  line: FeedLine & { readonly kind: 'rejected' },
): RawRow {
  const text = line.bytes.toString('utf8');
  const claimed = claims(text);
  const values = [
    platform,
    epoch,
    line.sequence,
    sqlTime(claimed.recordedMs),
    sqlTime(claimed.recordedMs),
    '',
    claimed.type,
    '',
    '',
    '',
    false,
    claimed.count,
    null,
    null,
    0,
    0,
    0,
    0,
    0,
    0,
    ...openingValues(undefined),
    line.reason,
    text,
    '',
  ];
  return { json: JSON.stringify(values), timeMs: claimed.recordedMs };
}

function claims(text: string): { type: string; count: number; recordedMs: number } {
  const event: unknown = JSON.parse(text);
  const type = field(event, 'type');
  const count = field(field(event, 'data'), 'count');
  const recordedMs = Date.parse(String(field(event, 'recordedtime')));
  return {
    // Half a surrogate pair, sent or made by the cut, would fail the whole insert, for ever.
    type: typeof type === 'string' ? type.slice(0, 128).toWellFormed() : '',
    count: typeof count === 'number' && Number.isSafeInteger(count) ? count : 1,
    // Outside the columns' range a time would wrap in silence.
    recordedMs: recordedMs >= 0 && recordedMs < Date.UTC(2100, 0, 1) ? recordedMs : 0,
  };
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
