/** For the tests: a gateway that is nothing but its feed, and a reader of it into the real engine. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  outboxCollection,
  gatewayCode,
  gatewayEvents,
  readFeedOf,
  startFeed,
  usageType,
} from '@onenet/feed';
import type { AccessData, Feed, FeedBatch, GatewayEvent, UsageData } from '@onenet/feed';
import { MongoClient } from 'mongodb';
import type { Collection, Db } from 'mongodb';
import { openClickHouse } from '../clickhouse.ts';
import { until } from '../fixture.ts';
import { migrate } from '../migrate.ts';
import { unsignedCalls } from '../owner-call.ts';
import type { UsageSources } from './queries.ts';
import { UsageReader } from './reader.ts';

export interface TestGateway extends AsyncDisposable {
  readonly url: string;
  /** Puts uses into the log, one line each; by default they happened now. */
  used(
    uses: readonly (UsageData | AccessData)[],
    type?: string,
    at?: readonly Date[],
  ): Promise<void>;
  lastSequence(): Promise<number>;
  /** Keeps the log as it is; the function puts it back. */
  backup(): Promise<() => Promise<void>>;
}

/** Types of other names are in its log too, as a later gateway's may be. */
const anyType = { ...gatewayEvents, isType: (type: string): type is string => type !== '' };

/** A feed on a database of its own of the replica set. */
export async function testGateway(mongodbUri: string): Promise<TestGateway> {
  const client = await MongoClient.connect(mongodbUri);
  const name = `gateway_test_${randomUUID().slice(0, 8)}`;
  const copies: string[] = [];
  const start = (): Promise<Feed> =>
    startFeed({ code: gatewayCode, db: client.db(name), vocabulary: anyType, pollMs: 200 });
  let feed = await start();
  const server = createServer((request, response) => void feed.handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async used(uses, type = usageType, at = []) {
      const outbox = outboxCollection(client.db(name)) as unknown as Collection<OutboxUsage>;
      await outbox.insertMany(
        uses.map((data, i) => ({ _id: randomUUID(), type, time: at[i] ?? new Date(), data })),
      );
      feed.wake();
      await feed.drained();
    },
    lastSequence: async () => (await feed.status()).lastSequence,
    async backup() {
      const copy = `${name}_copy`;
      copies.push(copy);
      await copyDatabase(client, name, copy);
      return async () => {
        await feed.stop();
        await client.db(name).dropDatabase();
        await copyDatabase(client, copy, name);
        feed = await start();
      };
    },
    async [Symbol.asyncDispose]() {
      await feed.stop();
      server.close();
      server.closeAllConnections();
      for (const database of [name, ...copies]) await client.db(database).dropDatabase();
      await client.close();
    },
  };
}

interface OutboxUsage {
  readonly _id: string;
  readonly type: string;
  readonly time: Date;
  readonly data: UsageData | AccessData;
}

async function copyDatabase(client: MongoClient, from: string, to: string): Promise<void> {
  const source: Db = client.db(from);
  for (const { name } of await source.listCollections().toArray()) {
    await source
      .collection(name)
      .aggregate([{ $out: { db: to, coll: name } }])
      .toArray();
  }
}

export interface TestUsage extends AsyncDisposable {
  readonly usage: UsageSources;
  /** Resolves when everything that is in the log is in. */
  caughtUp(): Promise<void>;
}

/** A reader on a directory of the engine, which it closes at the end. */
export async function testReader(gateway: TestGateway, dataDir: string): Promise<TestUsage> {
  const clickhouse = openClickHouse({ dataDir });
  const stopping = new AbortController();
  await migrate(clickhouse);
  const reader = new UsageReader({
    clickhouse,
    gatewayUrl: gateway.url,
    ownerHeaders: unsignedCalls,
    signal: stopping.signal,
    log: () => undefined,
  });
  await reader.prepare();
  const running = reader.run();
  return {
    usage: { clickhouse, reader },
    async caughtUp() {
      const sequence = await gateway.lastSequence();
      await until(() => reader.progress.position.sequence === sequence);
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
      await clickhouse.close();
    },
  };
}

/** The whole log, as a reader that has nothing gets it. */
export async function wholeLog(gateway: TestGateway): Promise<FeedBatch<GatewayEvent>> {
  const url = `${gateway.url}/events`;
  const answer = await readFeedOf(gatewayEvents, { url, code: gatewayCode, after: 0 });
  if (answer.kind !== 'batch') throw new Error(JSON.stringify(answer));
  return answer;
}
