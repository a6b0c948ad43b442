/** Every event counts once, in raw and in each rollup, while analytics and a platform are killed at random. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { EventTypeName, NetSnapshot } from '@onenet/contract';
import { outboxCollection, outboxEntry, readFeed } from '@onenet/feed';
import type { OutboxEntry } from '@onenet/feed';
import { platforms } from '@onenet/platforms';
import { startProvince } from '@onenet/province';
import { MongoClient } from 'mongodb';
import { expect, inject, test } from 'vitest';
import { testDirectory, testIngest, tierTotals, until } from '../analytics/src/fixture.ts';
import { freePort } from './fixtures/ports.ts';

const codes = ['420100', '420500'] as const;
const eventsEach = 10_000;
const chunk = 250;
const people = 900;
const analyticsKills = 10;
/** Of the writer's chunks, how many the killed platform survives each time. */
const chunksPerPlatformKill = 12;

test(
  '20,000 events, analytics killed ten times, a platform three times',
  { timeout: 600_000 },
  async () => {
    const mongodbUri = inject('mongodbUri');
    const prefix = `once_${randomUUID().slice(0, 8)}_`;
    await using stack = new AsyncDisposableStack();
    const client = await new MongoClient(mongodbUri).connect();
    stack.defer(async () => {
      const { databases } = await client.db().admin().listDatabases({ nameOnly: true });
      const own = databases.filter(({ name }) => name.startsWith(prefix));
      await Promise.all(own.map(({ name }) => client.db(name).dropDatabase()));
      await client.close();
    });
    await using directory = await testDirectory();
    const analyticsDatabase = client.db(`${prefix}analytics`);

    const province = await startProvince({
      port: 0,
      host: '127.0.0.1',
      mongodbUri,
      database: `${prefix}province`,
      platformHost: '127.0.0.1',
      development: true,
      platformBasePort: 9,
      analyticsUrl: 'http://127.0.0.1:9',
    });
    stack.defer(() => province.stop());
    const ports = new Map<string, number>(
      await Promise.all(codes.map(async (code) => [code, await freePort()] as const)),
    );
    for (const { code } of platforms) {
      const port = ports.get(code);
      if (port === undefined) await province.setConnection(code, 'REGISTERED');
      else await province.setPlatformUrl(code, `http://127.0.0.1:${port}`);
    }

    const startPlatform = (code: string): Promise<Part> =>
      startPart('subgraphs/platform/src/main.ts', [
        `--mongodb-uri=${mongodbUri}`,
        `--database-prefix=${prefix}`,
        `--platform=${code}`,
        `--port=${ports.get(code)}`,
      ]);
    const running = new Map<string, Part>();
    stack.defer(async () => {
      await Promise.all([...running.values()].map((part) => part.kill()));
    });
    for (const code of codes) running.set(code, await startPlatform(code));

    const outboxOf = (code: string) => outboxCollection(client.db(`${prefix}platform_${code}`));
    const [wuhan] = codes;
    const written = Promise.all(
      codes.map(async (code) => {
        for (let at = 0; at < eventsEach; at += chunk) {
          await outboxOf(code).insertMany(entries(at));
          await delay(Math.random() * 400);
          if (code !== wuhan || (at / chunk) % chunksPerPlatformKill !== chunksPerPlatformKill - 1)
            continue;
          await running.get(code)?.kill();
          running.set(code, await startPlatform(code));
        }
      }),
    );
    for (let killed = 0; killed < analyticsKills; killed += 1) {
      const analytics = await startPart('analytics/src/main.ts', [
        '--port=0',
        `--data=${directory.path}`,
        `--mongodb-uri=${mongodbUri}`,
        `--database=${analyticsDatabase.databaseName}`,
        `--province-url=${province.url}`,
      ]);
      await delay(Math.random() * 1_500);
      await analytics.kill();
    }
    await written;

    // The platforms' own word, the chain verified from the first line to the last.
    const expected = Object.fromEntries(
      (await Promise.all(codes.map((code) => verifiedTotals(code, ports.get(code))))).flat(),
    );
    expect(expected).toEqual(
      Object.fromEntries(
        codes.flatMap((code) => writtenTotals().map(([type, sums]) => [`${code} ${type}`, sums])),
      ),
    );

    await using last = await testIngest(directory.path, analyticsDatabase);
    const { ingest, clickhouse } = last;
    const snapshot = await fetch(`${province.url}/net?after=0`);
    ingest.use((await snapshot.json()) as NetSnapshot);
    await until(() => codes.every((code) => ingest.sequenceOf(code) >= eventsEach));
    const epochs = ingest.currentEpochs();
    for (const tier of ['raw', 'minute', 'hour', 'day', 'month', 'places'] as const) {
      const held = { tier, totals: await tierTotals(clickhouse, tier, epochs) };
      expect(held).toEqual({ tier, totals: expected });
    }
  },
);

const types = ['onenet.article.liked', 'onenet.article.read', 'onenet.member.applied'] as const;

/** Events of the last day: the rollup by minutes keeps three. */
function entries(at: number): OutboxEntry[] {
  return Array.from({ length: chunk }, (_, index) => {
    const n = at + index;
    const type = typeOf(n);
    return outboxEntry({
      type,
      time: new Date(Date.now() - (n % 1_440) * 60_000),
      // Of a town: the tier of places below the county has all of them too.
      data: {
        place: '420102002',
        ...(type === 'onenet.article.read' ? { count: countOf(n) } : {}),
      },
      ...(type === 'onenet.article.liked' ? { person: `person-${n % people}` } : {}),
    });
  });
}

function typeOf(n: number): EventTypeName {
  return types[n % types.length] ?? types[0];
}

function countOf(n: number): number {
  return typeOf(n) === 'onenet.article.read' ? 1 + (n % 7) : 1;
}

/** By type, as `tierTotals` writes it. */
function writtenTotals(): [string, string][] {
  const numbers = Array.from({ length: eventsEach }, (_, n) => n);
  return types.map((type) => {
    const own = numbers.filter((n) => typeOf(n) === type);
    return [type, `${own.length} lines, ${own.reduce((sum, n) => sum + countOf(n), 0)}`];
  });
}

/** Reads a platform's feed to the end; anything but whole batches of events fails the test. */
async function verifiedTotals(code: string, port: number | undefined): Promise<[string, string][]> {
  const url = `http://127.0.0.1:${port}/events`;
  const sums = new Map<string, { lines: number; count: number }>();
  const ids = new Set<string>();
  let position: { after: number; head?: string } = { after: 0 };
  while (position.after < eventsEach) {
    const answer = await readFeed({ url, code, ...position, waitSeconds: 10 });
    if (answer.kind !== 'batch') throw new Error(`${code}: ${JSON.stringify(answer)}`);
    for (const line of answer.lines) {
      if (line.kind === 'rejected') throw new Error(`${code} ${line.sequence}: ${line.reason}`);
      const { id, type, data } = line.event;
      ids.add(id);
      const sum = sums.get(type) ?? { lines: 0, count: 0 };
      sums.set(type, { lines: sum.lines + 1, count: sum.count + (data.count ?? 1) });
    }
    position = { after: answer.last, head: answer.head };
  }
  expect(ids.size).toBe(eventsEach);
  return [...sums].map(([type, { lines, count }]) => [
    `${code} ${type}`,
    `${lines} lines, ${count}`,
  ]);
}

interface Part {
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Starts a program of the repository, and waits for its line that says that it is ready. */
async function startPart(program: string, flags: readonly string[]): Promise<Part> {
  const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = once(child, 'exit');
  await Promise.race([
    ready(child),
    gone.then(() => Promise.reject(new Error(`${program} ended`))),
  ]);
  return {
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

async function ready({ stdout }: ChildProcess): Promise<void> {
  if (!stdout) throw new Error('no output');
  for await (const line of createInterface({ input: stdout })) {
    if (line.includes('ready: ')) break;
  }
  stdout.resume();
}
