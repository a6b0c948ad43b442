/** What an event of the feed is, checked by a platform before it numbers and by a reader before it counts. */
import { eventTypes } from '@onenet/contract';
import type { EventType, EventTypeName, FeedEvent } from '@onenet/contract';
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

type Checked = Readonly<Record<string, unknown>>;

/** What is wrong with a parsed line that stands at `sequence` of the feed of `code`. */
export function eventFault(
  event: unknown,
  expected: { readonly code: string; readonly sequence: string },
): EventFault | undefined {
  if (!isObject(event)) return 'NOT_AN_EVENT';
  if (event['specversion'] !== '1.0') return 'NOT_AN_EVENT';
  if (event['datacontenttype'] !== 'application/json') return 'NOT_AN_EVENT';
  if (!isObject(event['data'])) return 'NOT_AN_EVENT';
  if (hasOtherKeys(event, eventKeys)) return 'FORBIDDEN_KEY';
  if (!matches(event['id'], idPattern)) return 'BAD_ID';
  if (event['source'] !== sourceOf(expected.code)) return 'WRONG_SOURCE';
  if (!isEventType(event['type'])) return 'UNKNOWN_TYPE';
  if (!isTime(event['time'])) return 'BAD_TIME';
  if (!isTime(event['recordedtime'])) return 'BAD_RECORDED_TIME';
  const corrects = event['corrects'];
  if (corrects !== undefined) {
    if (!matches(corrects, sequencePattern)) return 'BAD_CORRECTS';
    if (corrects >= expected.sequence || Number(corrects) === 0) return 'BAD_CORRECTS';
  }
  return dataFault(event['data'], event['type'], corrects !== undefined);
}

/** `eventFault`, as a guard. */
export function isFeedEvent(
  event: unknown,
  expected: { readonly code: string; readonly sequence: string },
): event is FeedEvent {
  return eventFault(event, expected) === undefined;
}

/** The CloudEvents `source` of a platform's feed. */
export function sourceOf(code: string): string {
  return `/platforms/${code}`;
}

export function isTooLarge(line: Uint8Array): boolean {
  return line.byteLength > maxLineBytes;
}

export function isEventType(type: unknown): type is EventTypeName {
  return typeof type === 'string' && Object.hasOwn(eventTypes, type);
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
const dataKeys = new Set([
  'place',
  'category',
  'channel',
  'count',
  'value',
  'onTime',
  'firsts',
  'opening',
  'simulated',
]);
const firstsKeys = new Set(['day', 'week', 'month', 'quarter', 'year']);
const openingKeys = new Set(['measure', 'value', 'asOf', 'kind']);

/** A UUID, a ULID or the like; without a colon it is no record's id. */
const idPattern = /^[0-9A-Za-z_-]{1,64}$/;
const sequencePattern = /^[0-9]{20}$/;
const placePattern = /^[0-9]{6}(?:[0-9]{3}(?:[0-9]{3})?)?$/;
/** A code or a column's name: no spaces or colons, so neither a sentence nor a record's id. */
const labelPattern = /^[\p{L}\p{N}][\p{L}\p{N}_.·-]{0,63}$/u;
/** What looks like a telephone or identity number is no category. */
const longNumberPattern = /[0-9]{7}/;
const timePattern =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})$/;
/** Of a line: a reader may hold it in 32 bits. */
const maxCount = 2_147_483_647;
const earliestMs = Date.UTC(1970, 0, 1);
const latestMs = Date.UTC(2100, 0, 1);

function dataFault(
  data: Checked,
  type: EventTypeName,
  correcting: boolean,
): EventFault | undefined {
  if (hasOtherKeys(data, dataKeys)) return 'FORBIDDEN_KEY';
  const of: EventType = eventTypes[type];
  const { place, category, channel, count, value, onTime, firsts, opening, simulated } = data;
  if (place !== undefined && !matches(place, placePattern)) return 'BAD_PLACE';
  if (category !== undefined && !isLabel(category)) return 'BAD_CATEGORY';
  if (channel !== undefined && !isLabel(channel)) return 'BAD_CHANNEL';
  if (count !== undefined) {
    if (!isCount(count, correcting)) return 'BAD_COUNT';
    if (Math.abs(count) !== 1 && of.counted !== true) return 'BAD_COUNT';
  }
  if (value !== undefined && !isValue(value, of, correcting)) return 'BAD_VALUE';
  if (onTime !== undefined && (of.onTime !== true || typeof onTime !== 'boolean')) {
    return 'BAD_ON_TIME';
  }
  if (firsts !== undefined) {
    if (of.people !== true || !isFirsts(firsts, count ?? 1, correcting)) return 'BAD_FIRSTS';
  }
  if ((opening !== undefined) !== (type === 'onenet.opening')) return 'BAD_OPENING';
  if (opening !== undefined && !isOpening(opening)) return 'BAD_OPENING';
  if (simulated !== undefined && simulated !== true) return 'BAD_SIMULATED';
  return undefined;
}

function isCount(count: unknown, correcting: boolean): count is number {
  const isInRange = Number.isInteger(count) && Math.abs(Number(count)) <= maxCount && count !== 0;
  return isInRange && (correcting || Number(count) > 0);
}

function isValue(value: unknown, of: EventType, correcting: boolean): boolean {
  if (of.value === undefined || typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (correcting) return true;
  return of.value === 'rating' ? value >= 1 && value <= 5 : value >= 0;
}

/** Of `count` people at most as many were first. */
function isFirsts(firsts: unknown, count: number, correcting: boolean): boolean {
  if (!isObject(firsts) || hasOtherKeys(firsts, firstsKeys)) return false;
  return Array.from(firstsKeys).every((period) => {
    const first = firsts[period];
    if (!Number.isSafeInteger(first)) return false;
    return Math.abs(Number(first)) <= Math.abs(count) && (correcting || Number(first) >= 0);
  });
}

function isOpening(opening: unknown): boolean {
  if (!isObject(opening) || hasOtherKeys(opening, openingKeys)) return false;
  const { measure, value, asOf, kind } = opening;
  return (
    isEventType(measure) &&
    measure !== 'onenet.opening' &&
    Number.isSafeInteger(value) &&
    isTime(asOf) &&
    (kind === 'stock' || kind === 'flow')
  );
}

/** Whether a text can stand as an event's category or channel. */
export function isLabel(text: unknown): boolean {
  return matches(text, labelPattern) && !longNumberPattern.test(text);
}

/** RFC 3339, from 1970 to 2099. */
function isTime(text: unknown): boolean {
  if (!matches(text, timePattern)) return false;
  const ms = Date.parse(text);
  return ms >= earliestMs && ms < latestMs;
}

function matches(text: unknown, pattern: RegExp): text is string {
  return typeof text === 'string' && pattern.test(text);
}

function hasOtherKeys(object: Checked, keys: ReadonlySet<string>): boolean {
  return Object.keys(object).some((key) => !keys.has(key));
}

function isObject(value: unknown): value is Checked {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
