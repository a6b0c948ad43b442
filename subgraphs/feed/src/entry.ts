/** An outbox entry: what a platform writes in the transaction of the thing that happened. */
import { randomUUIDv7 } from 'node:crypto';
import type { EventData, EventTypeName } from '@onenet/contract';
import type { EventFault } from './event.ts';
import { entryFault } from './line.ts';
import { platformEvents } from './platform-event.ts';

/** A document of the collection `outbox`. */
export interface OutboxEntry {
  /** The event's id: a UUID or ULID, no record's id. */
  readonly _id: string;
  readonly type: EventTypeName;
  /** When it happened. */
  readonly time: Date;
  /** Without `firsts`: the sequencer gives them. */
  readonly data: Omit<EventData, 'firsts'>;
  /** The platform's own reference of the person, to count people. It never enters a line. */
  readonly person?: string;
  /** The sequence that it corrects, 20 digits; then there is no `person`. */
  readonly corrects?: string;
}

/** What `outboxEntry` takes: `id` is made when it is absent. */
export interface OutboxEntryInput {
  readonly id?: string;
  readonly type: EventTypeName;
  readonly time: Date;
  readonly data?: Omit<EventData, 'firsts'>;
  /** Null is the same as absent. */
  readonly person?: string | null;
  readonly corrects?: string;
}

/** An entry that could be no line. */
export class OutboxEntryError extends Error {
  override readonly name = 'OutboxEntryError';
  readonly fault: EventFault;

  constructor(fault: EventFault, type: unknown) {
    super(`The outbox entry of type "${String(type)}" is no event: ${fault}.`);
    this.fault = fault;
  }
}

/** Makes an entry, or throws `OutboxEntryError`: what is wrong must fail its writer, not the feed. */
export function outboxEntry(input: OutboxEntryInput): OutboxEntry {
  const person = input.person ?? undefined;
  const entry: OutboxEntry = {
    _id: input.id ?? randomUUIDv7(),
    type: input.type,
    time: input.time,
    data: withoutUndefined(input.data ?? {}),
    ...(person === undefined ? {} : { person }),
    ...(input.corrects === undefined ? {} : { corrects: input.corrects }),
  };
  const fault = entryFault(entry, platformEvents);
  if (fault !== undefined) throw new OutboxEntryError(fault, input.type);
  return entry;
}

/** The driver would store an undefined key as null. */
function withoutUndefined(data: OutboxEntry['data']): OutboxEntry['data'] {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
}
