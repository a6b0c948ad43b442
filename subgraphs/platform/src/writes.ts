/** What modules write of reference records: documents, and events beside them. */
import type { EventData, EventTypeName } from '@onenet/contract';
import { outboxEntry } from '@onenet/feed';
import type { ModuleRecord } from '@onenet/platforms';
import type { Document } from 'mongodb';
import type { Write } from './load.ts';

/** A record as its module stores it, then its events. `derived`: facets and masks. */
export function* recordWrites(
  collection: string,
  record: ModuleRecord,
  derived: Document,
): Generator<Write> {
  const { id, updatedAt, simulated, fields, personal, events } = record;
  yield documentWrite(collection, {
    _id: id,
    ...fields,
    updatedAt,
    simulated,
    ...derived,
    personal,
  });
  for (const { type, at, data, person } of events) yield eventWrite(record, type, at, data, person);
}

export function documentWrite(collection: string, content: Document): Write {
  return { collection, document: content };
}

export function eventWrite(
  { simulated }: { readonly simulated: boolean },
  type: EventTypeName,
  time: Date,
  data: Omit<EventData, 'firsts'>,
  person?: string | null,
): Write {
  const marked = simulated ? { ...data, simulated: true as const } : data;
  return {
    collection: 'outbox',
    document: outboxEntry({ type, time, data: marked, person: person ?? null }),
  };
}
