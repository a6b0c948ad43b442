/** For tests: mutations by name, what they leave in the feed, and whether anything changed at all. */
import { contractSchema, type FeedEvent } from '@onenet/contract';
import type { Document } from 'mongodb';
import type { TestPlatform } from './test-platform.ts';

/** What a mutation gave. */
export interface Outcome<Record> {
  /** What was selected, if it was carried out. */
  readonly record: Record | undefined;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly extensions: Readonly<globalThis.Record<string, unknown>> | undefined;
}

let keys = 0;

/** A new idempotency key. */
export function newKey(): string {
  return `key-${++keys}`;
}

/** Calls a mutation of the contract; `selection` is what stands in the payload's braces. */
export async function mutate<Record = { readonly id: string } & Document>(
  net: TestPlatform,
  name: string,
  input: object,
  { actor = 'officer:desk-3', selection = '' } = {},
): Promise<Outcome<Record>> {
  const field = contractSchema().getMutationType()?.getFields()[name];
  const type = field?.args[0]?.type;
  if (!type) throw new Error(`${name} is no mutation of the contract.`);
  const answer = await net.ask<globalThis.Record<string, Record | null>>(
    `mutation ($input: ${String(type)}) { answer: ${name}(input: $input) { ${selection} } }`,
    { input: { idempotencyKey: newKey(), ...input } },
    actor,
  );
  const [error] = answer.errors ?? [];
  return {
    record: answer.data?.['answer'] ?? undefined,
    code: error?.extensions.code,
    message: error?.message,
    extensions: error?.extensions,
  };
}

/** Every event that the platform has told, when its feed has no more to number. */
export async function eventsTold(net: TestPlatform): Promise<readonly FeedEvent[]> {
  for (;;) {
    const { pending, lastSequence } = await net.platform.feed.status();
    if (pending > 0) continue;
    const events: FeedEvent[] = [];
    while (events.length < lastSequence) {
      const after = events.at(-1)?.sequence ?? '0';
      const answer = await fetch(`${net.url}/events?limit=10000&after=${Number(after)}`);
      events.push(...linesOf(await answer.text()));
    }
    return events;
  }
}

function linesOf(text: string): readonly FeedEvent[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as FeedEvent);
}

/** Everything that a platform stores, to be compared with itself; its feed has come to rest before. */
export async function everythingStored(net: TestPlatform): Promise<Document> {
  await eventsTold(net);
  const { db } = net.platform;
  const collections = await db.listCollections({}, { nameOnly: true }).toArray();
  // The sequencer's lease is renewed all the time.
  const names = collections.map(({ name }) => name).filter((name) => !name.includes('lease'));
  const contents = await Promise.all(
    names.map(async (name) => [name, await db.collection(name).find().sort({ _id: 1 }).toArray()]),
  );
  return Object.fromEntries(contents) as Document;
}
