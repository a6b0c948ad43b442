/** What an event of the feed is, checked by a platform before it numbers and by a reader before it counts. */
import type { FeedEvent } from '@onenet/contract';
import { maxLineBytes } from './limits.ts';

/** Why something is no event. The closed set of rule 21 in the contract's FEED.md. */
export type EventFault = (typeof eventFaults)[number];

export const eventFaults = [
  /** No object, or not CloudEvents 1.0 with JSON data. */
  'NOT_AN_EVENT',
  'BAD_ID',
  'WRONG_SOURCE',
  'UNKNOWN_TYPE',
  'BAD_TIME',
  /** No time, or earlier than the line before it. */
  'BAD_RECORDED_TIME',
  'BAD_CORRECTS',
  /** A key that no event has: the only way in which a person could enter. */
  'FORBIDDEN_KEY',
  'BAD_PLACE',
  'BAD_CATEGORY',
  'BAD_CHANNEL',
  'BAD_COUNT',
  'BAD_VALUE',
  'BAD_ON_TIME',
  'BAD_FIRSTS',
  'BAD_OPENING',
  'BAD_SIMULATED',
  /** Of an outbox entry only: not a string, or given where people are not counted. */
  'BAD_PERSON',
  'TOO_LARGE',
] as const;

/** A JSON object whose values are not known yet. */
export type Checked = Readonly<Record<string, unknown>>;

/** What the events of a kind of feed are: `Event` is what passes the check. */
export interface Vocabulary<Event = FeedEvent> {
  /** Only says the type. */
  readonly event?: Event;
  /** The CloudEvents `source` of the feed of `code`. */
  source(code: string): string;
  isType(type: unknown): type is string;
  /** Whether an entry of this type may name a person, to be counted. */
  countsPeople(type: string): boolean;
  /** What is wrong with `data` of an event of this type. */
  dataFault(data: Checked, type: string, correcting: boolean): EventFault | undefined;
}

/** Where a line stands, and in what kind of feed. */
export interface Expected<Event = FeedEvent> {
  readonly code: string;
  readonly sequence: string;
  readonly vocabulary: Vocabulary<Event>;
}

/** What is wrong with a parsed line that stands at `sequence` of the feed of `code`. */
export function eventFault<Event>(
  event: unknown,
  expected: Expected<Event>,
): EventFault | undefined {
  if (!isObject(event)) return 'NOT_AN_EVENT';
  if (event['specversion'] !== '1.0') return 'NOT_AN_EVENT';
  if (event['datacontenttype'] !== 'application/json') return 'NOT_AN_EVENT';
  if (!isObject(event['data'])) return 'NOT_AN_EVENT';
  if (hasOtherKeys(event, eventKeys)) return 'FORBIDDEN_KEY';
  if (!matches(event['id'], idPattern)) return 'BAD_ID';
  if (event['source'] !== expected.vocabulary.source(expected.code)) return 'WRONG_SOURCE';
  const type = event['type'];
  if (!expected.vocabulary.isType(type)) return 'UNKNOWN_TYPE';
  if (!isTime(event['time'])) return 'BAD_TIME';
  if (!isTime(event['recordedtime'])) return 'BAD_RECORDED_TIME';
  const corrects = event['corrects'];
  if (corrects !== undefined) {
    if (!matches(corrects, sequencePattern)) return 'BAD_CORRECTS';
    if (corrects >= expected.sequence || Number(corrects) === 0) return 'BAD_CORRECTS';
  }
  return expected.vocabulary.dataFault(event['data'], type, corrects !== undefined);
}

/** `eventFault`, as a guard. */
export function isEvent<Event>(event: unknown, expected: Expected<Event>): event is Event {
  return eventFault(event, expected) === undefined;
}

export function isTooLarge(line: Uint8Array): boolean {
  return line.byteLength > maxLineBytes;
}

const eventKeys = new Set([
  'specversion',
  'id',
  'source',
  'type',
  'time',
  'datacontenttype',
  'sequence',
  'recordedtime',
  'corrects',
  'data',
]);
/** A UUID, a ULID or the like; without a colon it is no record's id. */
const idPattern = /^[0-9A-Za-z_-]{1,64}$/;
const sequencePattern = /^[0-9]{20}$/;
const timePattern =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})$/;
/** In Asia/Shanghai its day, month and year begin in 1970 still: before that a column of seconds begins. */
const earliestMs = Date.UTC(1971, 0, 1);
const latestMs = Date.UTC(2100, 0, 1);

/** RFC 3339, from 1971 to 2099 (UTC). */
export function isTime(text: unknown): boolean {
  if (!matches(text, timePattern)) return false;
  const ms = Date.parse(text);
  return ms >= earliestMs && ms < latestMs;
}

export function matches(text: unknown, pattern: RegExp): text is string {
  return typeof text === 'string' && pattern.test(text);
}

export function hasOtherKeys(object: Checked, keys: ReadonlySet<string>): boolean {
  return Object.keys(object).some((key) => !keys.has(key));
}

export function isObject(value: unknown): value is Checked {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
