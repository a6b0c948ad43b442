/** One run of one side in a process of its own, into tables that were empty: `feeds` or `insert`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFeedInto } from '@onenet/feed';
import { MongoClient } from 'mongodb';
import {
  testIngest,
  testOwner,
  testSnapshot,
  tierTotals,
  until,
} from '../../../analytics/src/fixture.ts';
import { openClickHouse } from '../../../analytics/src/clickhouse.ts';
import { BatchCutter } from '../../../analytics/src/ingest/batch.ts';
import { insertOf } from '../../../analytics/src/ingest/insert.ts';
import { migrate } from '../../../analytics/src/migrate.ts';
import { answerParent, usage } from '../child.ts';
import { codes, eventsEach } from './size.ts';

export interface RunInput {
  /** Base URL of the canned feeds. */
  readonly feedsUrl: string;
  readonly mongodbUri: string;
  readonly database: string;
}

export interface RunResult {
  readonly seconds: number;
  readonly cpuMicros: number;
  readonly rssBytes: number;
}

const sides = { feeds, insert } as const;
export type SideName = keyof typeof sides;

/** `insertsAtOnce` of the ingest. */
const insertsAtOnce = 2;
/** Each of them whole. */
const tiers = ['raw', 'hour', 'day'] as const;

answerParent(async (input: RunInput) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'onenet-bench-'));
  try {
    return await sides[process.argv[2] as SideName](input, dataDir);
  } finally {
    await rm(dataDir, { recursive: true });
  }
});

/** Analytics' own ingest: HTTP, chain, checks, intents in MongoDB, exact inserts. */
async function feeds({ feedsUrl, mongodbUri, database }: RunInput, dataDir: string) {
  const client = await MongoClient.connect(mongodbUri);
  const db = client.db(database);
  try {
    await using running = await testIngest(dataDir, db);
    const { ingest, clickhouse } = running;
    const owners = codes.map((code) => testOwner(code, `${feedsUrl}/${code}`));
    const result = await measured(async () => {
      ingest.use(testSnapshot(owners));
      await until(() => codes.every((code) => ingest.sequenceOf(code) === eventsEach));
    });
    await checkTotals(clickhouse);
    return result;
  } finally {
    await db.dropDatabase();
    await client.close();
  }
}

/** The same statements, cut beforehand, and nothing else. */
async function insert({ feedsUrl }: RunInput, dataDir: string) {
  const statements = (await Promise.all(codes.map((code) => statementsOf(feedsUrl, code)))).flat();
  const clickhouse = openClickHouse({ dataDir });
  try {
    await migrate(clickhouse);
    let next = 0;
    const worker = async (): Promise<void> => {
      const statement = statements[next++];
      if (statement === undefined) return;
      await clickhouse.run(statement);
      await worker();
    };
    const result = await measured(async () => {
      await Promise.all(Array.from({ length: insertsAtOnce }, worker));
    });
    await checkTotals(clickhouse);
    return result;
  } finally {
    await clickhouse.close();
  }
}

async function measured(work: () => Promise<void>): Promise<RunResult> {
  const before = usage();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  const after = usage();
  return { seconds, cpuMicros: after.cpuMicros - before.cpuMicros, rssBytes: after.rssBytes };
}

async function statementsOf(feedsUrl: string, code: string): Promise<string[]> {
  const statements: string[] = [];
  let position: { after: number; head?: string } = { after: 0 };
  while (position.after < eventsEach) {
    const cutter = new BatchCutter({ platform: code, epoch: 1, fence: 0 }, Date.now());
    const request = { url: `${feedsUrl}/${code}/events`, code, ...position };
    const answer = await readFeedInto(request, (line, before) => {
      cutter.add(line, before);
    });
    if (answer.kind !== 'batch') throw new Error(`${code}: ${JSON.stringify(answer)}`);
    statements.push(...cutter.end(answer.head).map((batch) => insertOf([batch]).statement));
    position = { after: answer.last, head: answer.head };
  }
  return statements;
}

/** Every line is in every tier, on both sides. */
async function checkTotals(clickhouse: Parameters<typeof tierTotals>[0]): Promise<void> {
  for (const tier of tiers) {
    const totals = await tierTotals(clickhouse, tier, new Map(codes.map((code) => [code, 1])));
    const lines = Object.values(totals).reduce((sum, text) => sum + Number.parseInt(text, 10), 0);
    if (lines !== codes.length * eventsEach) throw new Error(`${tier} has ${lines} lines.`);
  }
}
