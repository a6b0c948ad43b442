/** What happened at a platform: the events of its feed, by the contract's list of types. */
import { eventTypes } from '@onenet/contract';
import type { EventType, EventTypeName } from '@onenet/contract';
import { hasOtherKeys, isObject, isTime, matches } from './event.ts';
import type { Checked, EventFault, Vocabulary } from './event.ts';

/** The vocabulary of a platform's feed. */
export const platformEvents: Vocabulary = {
  source: (code) => `/platforms/${code}`,
  isType: isEventType,
  countsPeople: (type) => isEventType(type) && 'people' in eventTypes[type],
  dataFault: (data, type, correcting) =>
    isEventType(type) ? dataFault(data, type, correcting) : 'UNKNOWN_TYPE',
};

function isEventType(type: unknown): type is EventTypeName {
  return typeof type === 'string' && Object.hasOwn(eventTypes, type);
}

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
const openingKeys = new Set(['measure', 'of', 'value', 'asOf', 'kind']);

const placePattern = /^[0-9]{6}(?:[0-9]{3}(?:[0-9]{3})?)?$/;
/** A code or a column's name: no spaces or colons, so neither a sentence nor a record's id. */
const labelPattern = /^[\p{L}\p{N}][\p{L}\p{N}_.·-]{0,63}$/u;
/** What looks like a telephone or identity number is no category. */
const longNumberPattern = /[0-9]{7}/;
/** Of a line: a reader may hold it in 32 bits. */
const maxCount = 2_147_483_647;

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
    if (of.people === undefined || !isFirsts(firsts, count ?? 1, correcting)) return 'BAD_FIRSTS';
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
  // Of money and people, sums are exact: a part of a fen would be no money.
  if (isAdditive(of) && !Number.isSafeInteger(value)) return false;
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
  const { measure, of = 'count', value, asOf, kind } = opening;
  return (
    isEventType(measure) &&
    measure !== 'onenet.opening' &&
    (of === 'count' || (of === 'value' && isAdditive(eventTypes[measure]))) &&
    Number.isSafeInteger(value) &&
    isTime(asOf) &&
    (kind === 'stock' || kind === 'flow')
  );
}

/** Of minutes and ratings a sum opens nothing. */
function isAdditive({ value }: EventType): boolean {
  return value === 'fen' || value === 'people';
}

/** Whether a text can stand as an event's category or channel. */
export function isLabel(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  if (knownLabels.has(text)) return true;
  if (!labelPattern.test(text) || longNumberPattern.test(text)) return false;
  if (knownLabels.size < mostKnownLabels) knownLabels.add(text);
  return true;
}

/** Labels that were found right: few, in millions of lines. */
const knownLabels = new Set<string>();
const mostKnownLabels = 10_000;
