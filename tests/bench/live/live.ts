/** `live`: how long from the commit of an event at its platform until a listener of `/live` has it, at 500 commits/s, and what CPU each part takes. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { NetOwner } from '@onenet/contract';
import { MongoClient } from 'mongodb';
import { startChild, type Usage } from '../child.ts';
import { mongoForBench } from '../mongo.ts';
import { medians, round, type BenchResult } from '../table.ts';
import type { AnalyticsMessage } from './analytics.ts';
import { listen } from './listen.ts';
import type { PlatformsMessage, Written } from './platforms.ts';

const rounds = 5;
const roundSeconds = 15;
const warmUpSeconds = 10;
/** Beyond this an event is taken to be lost. */
const lateMs = 60_000;

const commitsPerSecond = 500;

/** By commits of one event and of four. */
export async function benchLiveRates(say: (line: string) => void): Promise<BenchResult> {
  const sides: Record<string, Record<string, number>> = {};
  for (const eventsPerCommit of [1, 4]) {
    const { sides: of } = await benchLive(say, eventsPerCommit);
    sides[`${commitsPerSecond * eventsPerCommit} events/s`] = { ...of['live'] };
  }
  return { bench: 'live', sides, ratios: {} };
}

/** Five rounds of one rate over five platforms, by so many events a commit; figures are the medians of the rounds. */
export async function benchLive(
  say: (line: string) => void,
  eventsPerCommit = 1,
): Promise<BenchResult> {
  await using stack = new AsyncDisposableStack();
  const mongo = stack.use(await mongoForBench(say));
  const prefix = `bench_${randomUUID().slice(0, 8)}_`;
  stack.defer(() => dropDatabases(mongo.uri, prefix));
  const dataDir = await mkdtemp(join(tmpdir(), 'onenet-bench-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));

  const platforms = stack.use(startChild(new URL('platforms.ts', import.meta.url)));
  const tell = <T>(message: PlatformsMessage) => platforms.ask<T>(message);
  const owners = await tell<NetOwner[]>({ start: { mongodbUri: mongo.uri, prefix } });
  const analytics = stack.use(startChild(new URL('analytics.ts', import.meta.url)));
  const input: AnalyticsMessage = {
    owners,
    mongodbUri: mongo.uri,
    database: `${prefix}analytics`,
    dataDir,
  };
  const { url } = await analytics.ask<{ url: string }>(input);
  const seen = stack.use(await listen(`${url}/live`));
  stack.defer(() => tell('stop'));

  say(`warming up: ${warmUpSeconds} s`);
  const rate = { commitsPerSecond, events: eventsPerCommit };
  let events = (await tell<Written>({ write: { ...rate, seconds: warmUpSeconds } })).commits.length;
  const used = async () => ({
    analyticsMicros: (await analytics.ask<Usage>('usage')).cpuMicros,
    mongodMicros: mongo.pid === undefined ? Number.NaN : await cpuMicrosOf(mongo.pid),
  });
  const runs: Record<string, number>[] = [];
  for (let n = 1; n <= rounds; n++) {
    const before = await used();
    const { commits, writerCpuMicros, feedsCpuMicros } = await tell<Written>({
      write: { ...rate, seconds: roundSeconds },
    });
    const first = events + 1;
    events += commits.length;
    await within(lateMs, () => seen.whenCounted(events) !== undefined);
    const after = await used();
    const done = commits.map(({ doneMs }) => doneMs).toSorted((a, b) => a - b);
    const latenciesMs = done.map((atMs, i) => (seen.whenCounted(first + i) ?? Number.NaN) - atMs);
    const perThousand = (micros: number): number => micros / commits.length;
    const run = {
      p50Ms: quantile(latenciesMs, 0.5),
      p99Ms: quantile(latenciesMs, 0.99),
      commitP50Ms: quantile(
        commits.map(({ begunMs, doneMs }) => doneMs - begunMs),
        0.5,
      ),
      eventsPerSecond: commitsPerSecond * eventsPerCommit,
      writerCpuMs: perThousand(writerCpuMicros),
      feedsCpuMs: perThousand(feedsCpuMicros),
      analyticsCpuMs: perThousand(after.analyticsMicros - before.analyticsMicros),
      mongodCpuMs: perThousand(after.mongodMicros - before.mongodMicros),
    };
    say(
      `round ${n}/${rounds}: p50 ${round(run.p50Ms)} ms, p99 ${round(run.p99Ms)} ms, commit p50 ${round(run.commitP50Ms)} ms; CPU ms per 1,000 events: writer ${round(run.writerCpuMs)}, feeds ${round(run.feedsCpuMs)}, analytics ${round(run.analyticsCpuMs)}, mongod ${round(run.mongodCpuMs)}`,
    );
    runs.push(run);
  }
  return { bench: 'live', sides: { live: medians(runs) }, ratios: {} };
}

/** User and system of another process, on Linux; its clock ticks are hundredths of a second. */
async function cpuMicrosOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Behind the program's name, which may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

async function within(ms: number, holds: () => boolean): Promise<void> {
  const end = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > end) throw new Error('Not every event came to /live.');
    await delay(50);
  }
}

function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * q)] ?? Number.NaN;
}

async function dropDatabases(uri: string, prefix: string): Promise<void> {
  const client = await MongoClient.connect(uri);
  const { databases } = await client.db().admin().listDatabases({ nameOnly: true });
  const own = databases.filter(({ name }) => name.startsWith(prefix));
  await Promise.all(own.map(({ name }) => client.db(name).dropDatabase()));
  await client.close();
}
