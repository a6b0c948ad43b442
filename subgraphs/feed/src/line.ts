/** From an outbox entry to the line that stands in the log for ever. */
import type { EventData, FeedEvent, Firsts } from '@onenet/contract';
import { eventFault, isTooLarge } from './event.ts';
import type { EventFault, Vocabulary } from './event.ts';
import type { OutboxEntry } from './entry.ts';

/** In the place of data that was not read, because no line could hold it. */
export const unreadData: unique symbol = Symbol('too large to read');

/** Where and when a line stands in the log. */
export interface LinePlace {
  readonly code: string;
  readonly sequence: number;
  readonly recordedTime: Date;
  readonly vocabulary: Vocabulary;
}

/** A sequence as it is written: 20 digits. */
export function formatSequence(sequence: number): string {
  return String(sequence).padStart(20, '0');
}

/** The bytes of a line, without LF. */
export function lineOf(entry: OutboxEntry, place: LinePlace, firsts: Firsts | undefined): Buffer {
  return Buffer.from(JSON.stringify(eventOf(entry, place, firsts)), 'utf8');
}

function eventOf(entry: OutboxEntry, place: LinePlace, firsts: Firsts | undefined): FeedEvent {
  const data: EventData = firsts === undefined ? entry.data : { ...entry.data, firsts };
  return {
    specversion: '1.0',
    id: entry._id,
    source: place.vocabulary.source(place.code),
    type: entry.type,
    time: entry.time.toISOString(),
    datacontenttype: 'application/json',
    sequence: formatSequence(place.sequence),
    recordedtime: place.recordedTime.toISOString(),
    ...(entry.corrects === undefined ? {} : { corrects: entry.corrects }),
    data,
  };
}

/**
 * Why an entry can be no line, or undefined. The collection is open to every writer of the
 * platform, so nothing about the entry's shape is taken for granted.
 */
export function entryFault(entry: OutboxEntry, vocabulary: Vocabulary): EventFault | undefined {
  const data: unknown = entry.data;
  if (data === unreadData) return 'TOO_LARGE';
  if (!vocabulary.isType(entry.type)) return 'UNKNOWN_TYPE';
  if (!(entry.time instanceof Date) || Number.isNaN(entry.time.getTime())) return 'BAD_TIME';
  if (entry.data !== null && typeof entry.data === 'object' && 'firsts' in entry.data) {
    return 'BAD_FIRSTS';
  }
  if (entry.person !== undefined) {
    const counted = vocabulary.countsPeople(entry.type) && entry.corrects === undefined;
    if (!counted || typeof entry.person !== 'string' || entry.person === '') return 'BAD_PERSON';
  }
  const event = eventOf(entry, { ...probePlace, vocabulary }, undefined);
  const { sequence } = event;
  const fault = eventFault(event, { code: probePlace.code, sequence, vocabulary });
  if (fault !== undefined) return fault;
  return isTooLarge(Buffer.from(JSON.stringify(event), 'utf8')) ? 'TOO_LARGE' : undefined;
}

/** The longest that a place can be written, so that a line is never longer than its check. */
const probePlace: Omit<LinePlace, 'vocabulary'> = {
  code: 'Z'.repeat(32),
  sequence: Number.MAX_SAFE_INTEGER,
  recordedTime: new Date(Date.UTC(2000, 0, 1)),
};
