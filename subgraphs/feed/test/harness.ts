/** For the feed's tests: a served feed, a writer, a reader that goes to the end. */
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { FeedEvent } from '@onenet/contract';
import { expect } from 'vitest';
import { outboxEntry, readFeed, startFeed } from '../src/index.ts';
import type { Feed, FeedBatch, FeedSettings, OutboxEntryInput } from '../src/index.ts';
import type { TestDatabase } from './databases.ts';

export { databases } from './databases.ts';

export const code = '420100';
export const personKey = 'a key of the tests, thirty-two bytes or more';

export interface Served extends AsyncDisposable {
  readonly url: string;
}

/** Serves on a port of the system's choice. */
export async function serve(listener: RequestListener): Promise<Served> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/events`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

export interface ServedFeed extends Served {
  readonly feed: Feed;
}

/** A failure of the feed fails the test that ends with it. */
export async function serveFeed(
  { store }: TestDatabase,
  options: Partial<FeedSettings> = {},
): Promise<ServedFeed> {
  const failures: unknown[] = [];
  const feed = await startFeed({
    code,
    store,
    personKey,
    onError: (error) => failures.push(error),
    ...options,
  });
  const served = await serve((request, response) => void feed.handle(request, response));
  return {
    feed,
    url: served.url,
    async [Symbol.asyncDispose]() {
      await feed.stop();
      await served[Symbol.asyncDispose]();
      expect(failures).toEqual([]);
    },
  };
}

/** Writes entries as a platform would. */
export async function write(
  database: TestDatabase,
  ...inputs: readonly Partial<OutboxEntryInput>[]
): Promise<void> {
  const entries = inputs.map((input) =>
    outboxEntry({ type: 'onenet.member.applied', time: new Date(), ...input }),
  );
  if (entries.length > 0) await database.insert(entries);
}

/** One answer, which must be a batch. */
export async function batch(
  url: string,
  position: { after?: number; head?: string; limit?: number; waitSeconds?: number } = {},
): Promise<FeedBatch> {
  const answer = await readFeed({ url, code, after: 0, ...position });
  if (answer.kind !== 'batch') throw new Error(`no batch: ${JSON.stringify(answer)}`);
  return answer;
}

/** Every event of the feed, each batch verified; a rejected line fails the test. */
export async function readAll(url: string, limit = 20_000): Promise<readonly FeedEvent[]> {
  const events: FeedEvent[] = [];
  let read = await batch(url, { limit });
  while (read.lines.length > 0) {
    for (const line of read.lines) {
      if (line.kind === 'rejected') throw new Error(`${line.sequence}: ${line.reason}`);
      events.push(line.event);
    }
    read = await batch(url, { after: read.last, head: read.head, limit });
  }
  return events;
}
