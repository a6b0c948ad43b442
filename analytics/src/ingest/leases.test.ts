/** Several workers on one ClickHouse server and one MongoDB: they share the platforms, and survive each other. */
import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import type { Db } from 'mongodb';
import { expect, inject, test, vi } from 'vitest';
import { testWorker } from '../fixture-worker.ts';
import { clickHouseFront } from '../fixture-http.ts';
import {
  testDatabase,
  testDirectory,
  testPlatform,
  testSnapshot,
  tierTotals,
  until,
} from '../fixture.ts';
import type { TestPlatform } from '../fixture.ts';
import { forgetRaw } from '../operation/retention.ts';
import { metricSeries } from '../series.ts';
import { LeaseLost } from './positions.ts';

vi.setConfig({ testTimeout: 120_000 });

const leaseMs = 5_000;
/** Trouble fails nothing by itself, and is to be seen. */
const logged = (message: string, detail?: unknown): void => {
  if (detail !== undefined) console.error(message, detail);
};

/** One process of several. */
const worker = (name: string, url: string, db: Db) => testWorker(name, url, db, leaseMs, logged);

async function net(stack: AsyncDisposableStack, codes: readonly string[]) {
  const client = await MongoClient.connect(inject('mongodbUri'));
  stack.defer(() => client.close());
  const { db } = stack.use(await testDatabase(inject('mongodbUri')));
  const { path } = stack.use(await testDirectory());
  const { url } = stack.use(await clickHouseFront(path));
  const platforms = await Promise.all(
    codes.map((code) => testPlatform(client, code, `analytics_l_${randomUUID().slice(0, 8)}`)),
  );
  for (const platform of platforms) stack.use(platform);
  return { db, url, platforms, snapshot: testSnapshot(platforms.map(({ owner }) => owner)) };
}

const likes = (n: number) =>
  Array.from({ length: n }, (_, i) => ({
    type: 'onenet.article.liked' as const,
    time: new Date(Date.now() - i),
  }));

async function own(platforms: readonly TestPlatform[]): Promise<Record<string, string>> {
  const totals: Record<string, string> = {};
  for (const { owner, feed } of platforms) {
    const [total] = await feed.totals();
    if (total) totals[`${owner.code} ${total.type}`] = `${total.events} lines, ${total.count}`;
  }
  return totals;
}

test('two workers share the platforms, and who is left takes over what the other had', async () => {
  await using stack = new AsyncDisposableStack();
  const { db, url, platforms, snapshot } = await net(stack, ['420100', '420200', '420300']);
  const first = stack.use(await worker('first', url, db));
  const second = await worker('second', url, db);
  first.ingest.use(snapshot);
  second.ingest.use(snapshot);
  const shareOf = ({ ingest }: typeof first): number =>
    platforms.filter(({ owner }) => ingest.works(owner.code)).length;
  await until(() => shareOf(first) + shareOf(second) === 3 && shareOf(first) <= 2);
  await Promise.all(platforms.map((platform) => platform.happened(likes(20))));
  const knows = ({ ingest }: typeof first, lines: number): boolean =>
    platforms.every(({ owner }) => ingest.sequenceOf(owner.code) === lines);
  // Each answers for all of them.
  await until(() => knows(first, 20) && knows(second, 20));
  expect(await tierTotals(second.clickhouse, 'day', second.ingest.currentEpochs())).toEqual(
    await own(platforms),
  );
  await until(() => second.ingest.statuses().every(({ state }) => state === 'OK'));
  await second[Symbol.asyncDispose]();
  await Promise.all(platforms.map((platform) => platform.happened(likes(5))));
  await until(() => shareOf(first) === 3 && knows(first, 25));
  for (const tier of ['raw', 'hour', 'day'] as const) {
    expect(await tierTotals(first.clickhouse, tier, first.ingest.currentEpochs())).toEqual(
      await own(platforms),
    );
  }
  expect([...first.ingest.currentEpochs().values()]).toEqual([1, 1, 1]);
});

test('what another worker forgot of raw is refused, not answered without it', async () => {
  await using stack = new AsyncDisposableStack();
  const { db, url, platforms, snapshot } = await net(stack, ['420100', '420200']);
  const workers = [
    stack.use(await worker('first', url, db)),
    stack.use(await worker('second', url, db)),
  ] as const;
  for (const { ingest } of workers) ingest.use(snapshot);
  const codes = platforms.map(({ owner }) => owner.code);
  const share = ({ ingest }: (typeof workers)[number]) =>
    codes.filter((code) => ingest.works(code));
  await until(() => workers.every((each) => share(each).length === 1));
  const place = '420102002';
  for (const lines of [1, 2]) {
    await Promise.all(
      platforms.map((platform) =>
        platform.happened([{ type: 'onenet.article.liked', time: new Date(), data: { place } }]),
      ),
    );
    await until(() =>
      workers.every(({ ingest }) => codes.every((code) => ingest.sequenceOf(code) === lines)),
    );
  }
  const [asked, forgetting] = workers;
  const input = { metrics: ['likes'], period: 'LAST_7_DAYS', simulated: true, place } as const;
  const ask = async (): Promise<number | null | undefined> => {
    const question = { ...input, compareWith: 'NONE' } as const;
    return (await metricSeries(asked, question, { of: 'net' }, Date.now())).get('')?.[0]?.value;
  };
  expect(await ask()).toBe(4);
  await forgetRaw({ ...forgetting, log: () => undefined }, Date.now() + 60_000);
  await expect(ask()).rejects.toThrow('single events are kept from');
});

test('a worker that stood still through the end of its lease advances nothing when it comes to', async () => {
  await using stack = new AsyncDisposableStack();
  const { db, url, platforms, snapshot } = await net(stack, ['420100']);
  const [wuhan] = platforms;
  const frozen = stack.use(await worker('frozen', url, db));
  frozen.ingest.use(snapshot);
  await wuhan?.happened(likes(10));
  await until(() => frozen.ingest.sequenceOf('420100') === 10);

  // It stands still after the intent and before the insert, and renews nothing.
  const insert = frozen.clickhouse.run.bind(frozen.clickhouse);
  const thaw = Promise.withResolvers<void>();
  let inserted: Promise<void> | undefined;
  frozen.clickhouse.run = async (sql) => {
    if (!sql.startsWith('INSERT INTO onenet.raw')) return await insert(sql);
    inserted ??= thaw.promise.then(() => insert(sql));
    await inserted;
  };
  const renew = frozen.workers.leases.renew.bind(frozen.workers.leases);
  frozen.workers.leases.renew = (wanted) => thaw.promise.then(() => renew(wanted));
  await wuhan?.happened(likes(7));
  await until(async () => (await frozen.positions.openIntents()).length === 1);
  const [stale] = await frozen.positions.openIntents();

  const other = stack.use(await worker('other', url, db));
  other.ingest.use(snapshot);
  // It replays what it finds open, and reads on.
  await until(() => other.ingest.sequenceOf('420100') === 17);
  await wuhan?.happened(likes(4));
  await until(() => other.ingest.sequenceOf('420100') === 21);
  const position = await other.positions.ensure('420100');
  expect(position).toMatchObject({ epoch: 1, sequence: 21, fence: 2 });

  if (!stale) throw new Error('No intent was open.');
  // What it had read before, as an insert of its own: neither opened nor closed any more.
  expect(await frozen.positions.close(stale, { asHolder: true })).toBe(false);
  const member = stale.members[0];
  const batch = { ...member, recordedTime: undefined, fence: 1 };
  const late = { token: 'late', hash: '', statement: '', blocks: 1, batches: [batch] };
  await expect(frozen.positions.open(late as never, 0)).rejects.toThrow(LeaseLost);
  thaw.resolve();
  await inserted;
  await until(() => frozen.ingest.sequenceOf('420100') === 21);
  await wuhan?.happened(likes(3));
  await until(() => other.ingest.sequenceOf('420100') === 24);
  for (const tier of ['raw', 'hour', 'day'] as const) {
    expect(await tierTotals(other.clickhouse, tier, other.ingest.currentEpochs())).toEqual({
      '420100 onenet.article.liked': '24 lines, 24',
    });
  }
  expect(await other.positions.openIntents()).toEqual([]);
  expect((await other.positions.ensure('420100')).epoch).toBe(1);
});
