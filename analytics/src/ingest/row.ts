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
  'opening_value',
  'opening_as_of',
  'rejected',
  'line',
  'head',
] as const;

/** When a line is in raw: its times, which decide its partitions. */
export interface RawRow {
  /** One line of `JSONCompactEachRow`. */
  readonly json: string;
  /** UTC ms, by which raw is partitioned. */
  readonly timeMs: number;
}

/** `head`: the chain's head when the line is its batch's last, else empty. */
export function rowOf(platform: string, epoch: number, line: FeedLine, head: string): RawRow {
  return line.kind === 'event'
    ? acceptedRow(platform, epoch, line, head)
    : rejectedRow(platform, epoch, line, head);
}

function acceptedRow(
  platform: string,
  epoch: number,
  line: FeedLine & { readonly kind: 'event' },
  head: string,
): RawRow {
  const { event } = line;
  const { data } = event;
  const timeMs = Date.parse(event.time);
  const values = [
    platform,
    epoch,
    line.sequence,
    sqlTime(timeMs),
    sqlTime(Date.parse(event.recordedtime)),
    event.id,
    event.type,
    data.place ?? '',
    data.category ?? '',
    data.channel ?? '',
    data.simulated === true,
    data.count ?? 1,
    data.value ?? null,
    data.onTime ?? null,
    data.firsts?.day ?? 0,
    data.firsts?.week ?? 0,
    data.firsts?.month ?? 0,
    data.firsts?.quarter ?? 0,
    data.firsts?.year ?? 0,
    Number(event.corrects ?? 0),
    ...openingValues(data.opening),
    '',
    '',
    head,
  ];
  return { json: JSON.stringify(values), timeMs };
}

function openingValues(opening: Opening | undefined): readonly (string | number)[] {
  if (!opening) return ['', '', 0, sqlTime(0)];
  return [opening.measure, opening.kind, opening.value, sqlTime(Date.parse(opening.asOf))];
}

/** Keeps the bytes, so that somebody can look, and the type as claimed, so that totals can be compared. */
function rejectedRow(
  platform: string,
  epoch: number,
  line: FeedLine & { readonly kind: 'rejected' },
  head: string,
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
    head,
  ];
  return { json: JSON.stringify(values), timeMs: claimed.recordedMs };
}

function claims(text: string): { type: string; count: number; recordedMs: number } {
  const event: unknown = JSON.parse(text);
  const type = field(event, 'type');
  const count = field(field(event, 'data'), 'count');
  const recordedMs = Date.parse(String(field(event, 'recordedtime')));
  return {
    type: typeof type === 'string' ? type.slice(0, 128) : '',
    count: typeof count === 'number' && Number.isSafeInteger(count) ? count : 1,
    // Outside the columns' range a time would wrap in silence.
    recordedMs: recordedMs >= 0 && recordedMs < Date.UTC(2100, 0, 1) ? recordedMs : 0,
  };
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}
