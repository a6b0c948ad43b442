/** Whatever the network does to answers: every event counts once, in raw and in each rollup, and meanwhile a feed says what it waits for. */
import { randomUUID } from 'node:crypto';
import type { FeedEvent } from '@onenet/contract';
import { chainHead0, nextHead } from '@onenet/feed';
import type { OutboxEntryInput } from '@onenet/feed';
import { MongoClient } from 'mongodb';
import { expect, inject, test, vi } from 'vitest';
import type { ClickHouse } from '../clickhouse.ts';
import { faultNames, network } from '../fixture-network.ts';
import type { Fault } from '../fixture-network.ts';
import { random } from '../fixture-oracle.ts';
import {
  testDatabase,
  testDirectory,
  testIngest,
  testPlatform,
  testSnapshot,
  until,
} from '../fixture.ts';
import type { TestPlatform } from '../fixture.ts';
import type { FeedWait } from './status.ts';

vi.setConfig({ testTimeout: 120_000 });

const codes = ['420100', '420500', '421000'];
const linesPerAnswer = 25;
const eventsEach = 300;

test('a network that cuts, delays, halves, doubles, reorders and changes answers', async () => {
  await using stack = new AsyncDisposableStack();
  const client = await MongoClient.connect(inject('mongodbUri'));
  stack.defer(() => client.close());
  const database = stack.use(await testDatabase(inject('mongodbUri')));
  const directory = stack.use(await testDirectory());
  const platforms = await Promise.all(
    codes.map((code) => testPlatform(client, code, `analytics_n_${randomUUID().slice(0, 8)}`)),
  );
  for (const platform of platforms) stack.use(platform);
  await Promise.all(platforms.map((platform, i) => platform.happened(events(i))));
  const plans = plansOf(random(1));
  const networks = await Promise.all(
    platforms.map(async ({ owner }, i) =>
      stack.use(await network(owner.eventsUrl, plans[i] ?? [], random(i + 2), linesPerAnswer)),
    ),
  );

  const waits = new Set<FeedWait>();
  const { ingest, clickhouse } = stack.use(
    await testIngest(directory.path, database.db, undefined, {
      answerWithinMs: 500,
      feedChanged: ({ waitingFor }) => {
        if (waitingFor !== null) waits.add(waitingFor);
      },
    }),
  );
  const owners = platforms.map(({ owner }, i) => ({
    ...owner,
    eventsUrl: networks[i]?.eventsUrl ?? '',
  }));
  ingest.use(testSnapshot(owners));
  await until(() => networks.every((each) => each.left().length === 0));
  await Promise.all(platforms.map((platform) => platform.happened([another])));
  await until(() => codes.every((code) => ingest.sequenceOf(code) === eventsEach + 1));
  await until(() => ingest.statuses().every(({ waitingFor }) => waitingFor === null));

  expect(ingest.statuses().map(({ state }) => state)).toEqual(codes.map(() => 'OK'));
  expect([...waits].toSorted()).toEqual(['ANSWER', 'TRUE_ANSWER']);
  const epochs = ingest.currentEpochs();
  for (const platform of platforms) {
    const { code } = platform.owner;
    const own = `platform = '${code}' AND epoch = ${epochs.get(code)}`;
    const lines = await linesOf(platform);
    const log = lines.map((line) => JSON.parse(line) as FeedEvent);
    const raw = await clickhouse.rows<{ id: string }>(
      `SELECT id FROM onenet.raw WHERE ${own} ORDER BY sequence`,
    );
    expect(raw.map(({ id }) => id)).toEqual(log.map(({ id }) => id));
    const head = lines.reduce((h, line) => nextHead(h, Buffer.from(line)), chainHead0(code));
    expect(ingest.places().get(code)).toMatchObject({ head, isSettled: true });
    for (const tier of ['minute', 'hour', 'day'] as const) {
      expect({ tier, cells: await cellsOf(clickhouse, tier, own) }).toEqual({
        tier,
        cells: reference(log, tier),
      });
    }
  }
});

/** Every fault, dealt out to the platforms, and between two of them an answer as it was given. */
function plansOf(pick: (below: number) => number): Fault[][] {
  const plans = codes.map((): Fault[] => ['none', 'cutAndFlipped']);
  const rest = [...faultNames];
  for (let i = 0; rest.length > 0; i++) {
    plans[i % plans.length]?.push('none', ...rest.splice(pick(rest.length), 1));
  }
  return plans;
}

const minuteMs = 60_000;
const startMs = Date.now() - 600 * minuteMs;
const another: OutboxEntryInput = {
  type: 'onenet.article.liked',
  time: new Date(startMs),
  data: { place: '420102' },
};

function events(platform: number): OutboxEntryInput[] {
  return Array.from({ length: eventsEach }, (_, i) => ({
    type: i % 3 === 0 ? 'onenet.request.resolved' : 'onenet.article.read',
    time: new Date(startMs + ((i * 7_919) % 500) * minuteMs + platform),
    data: {
      place: `4201${i % 2 === 0 ? '02' : '03001'}`,
      ...(i % 3 === 0 ? { value: i, onTime: i % 4 === 0 } : { count: 1 + (i % 5) }),
    },
  }));
}

async function linesOf({ db }: TestPlatform): Promise<string[]> {
  const documents = await db.collection('feed_log').find().sort({ _id: 1 }).toArray();
  return documents.map(({ line }) => {
    if (typeof line === 'string') return line;
    return Buffer.from((line as { buffer: Uint8Array }).buffer).toString('utf8');
  });
}

/** By type, start of the bucket and county: lines, count, values, those on time. */
type Cells = Record<string, readonly [number, number, number, number]>;
type Tier = 'minute' | 'hour' | 'day';

async function cellsOf(clickhouse: ClickHouse, tier: Tier, own: string): Promise<Cells> {
  const rows = await clickhouse.rows<{ key: string; sums: [number, number, number, number] }>(
    `SELECT concat(t.type, ' ', toString(toUnixTimestamp(t.at)), ' ', t.county) AS key,
      [toFloat64(sum(t.events)), sum(t.total), sum(t.value_sum), sum(t.on_time_count)] AS sums
    FROM onenet.cells AS t WHERE t.tier = '${tier}' AND ${own} GROUP BY key`,
  );
  return Object.fromEntries(rows.map(({ key, sums }) => [key, sums]));
}

/** The same by counting lines. */
function reference(log: readonly FeedEvent[], tier: Tier): Cells {
  const lengthMs = { minute: minuteMs, hour: 60 * minuteMs, day: 1_440 * minuteMs }[tier];
  const shanghaiMs = 480 * minuteMs;
  const cells: Cells = {};
  for (const { type, time, data } of log) {
    const local = Date.parse(time) + shanghaiMs;
    const start = (local - (local % lengthMs) - shanghaiMs) / 1_000;
    const key = `${type} ${start} ${data.place?.slice(0, 6) ?? ''}`;
    const [lines, count, value, onTime] = cells[key] ?? [0, 0, 0, 0];
    cells[key] = [
      lines + 1,
      count + (data.count ?? 1),
      value + (data.value ?? 0),
      onTime + (data.onTime === true ? 1 : 0),
    ];
  }
  return cells;
}
