/** A disk that is full under the engine's tables: it is told, nothing is lost or counted twice, and when there is room again it goes on by itself. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, open, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MongoClient } from 'mongodb';
import { expect, inject, test, vi } from 'vitest';
import {
  testDatabase,
  testIngest,
  testPlatform,
  testSnapshot,
  tierTotals,
  until,
} from '../fixture.ts';

vi.setConfig({ testTimeout: 120_000 });

const run = promisify(execFile);
const code = '420100';
const eventsEach = 200;

test('no room for what is read: while it goes on, and at a start', async () => {
  await using stack = new AsyncDisposableStack();
  const client = await MongoClient.connect(inject('mongodbUri'));
  stack.defer(() => client.close());
  const database = stack.use(await testDatabase(inject('mongodbUri')));
  const disk = stack.use(await smallDisk());
  const wuhan = stack.use(
    await testPlatform(client, code, `analytics_f_${randomUUID().slice(0, 8)}`),
  );
  const dataDir = join(disk.path, 'clickhouse');
  const happened = () =>
    wuhan.happened(
      Array.from({ length: eventsEach }, (_, i) => ({
        type: 'onenet.article.read' as const,
        time: new Date(Date.now() - i * 1_000),
        data: { place: '420102', count: 1 + (i % 5) },
      })),
    );

  await happened();
  {
    await using running = await testIngest(dataDir, database.db);
    const { ingest } = running;
    ingest.use(testSnapshot([wuhan.owner]));
    await until(() => ingest.sequenceOf(code) === eventsEach);

    const free = await disk.fill();
    await happened();
    await until(() => ingest.statuses()[0]?.waitingFor === 'DISK_SPACE');
    expect(ingest.sequenceOf(code)).toBe(eventsEach);
    await free();
    await until(() => ingest.sequenceOf(code) === 2 * eventsEach);
    await until(() => ingest.statuses()[0]?.waitingFor === null);

    await disk.fill();
    await happened();
    await until(() => ingest.statuses()[0]?.waitingFor === 'DISK_SPACE');
  }
  // Started on a disk that is still full, with an insert that is to be repeated.
  await using again = await testIngest(dataDir, database.db);
  const { ingest, clickhouse } = again;
  ingest.use(testSnapshot([wuhan.owner]));
  await until(() => ingest.statuses()[0]?.waitingFor === 'DISK_SPACE');
  await disk.free();
  await until(() => ingest.sequenceOf(code) === 3 * eventsEach);
  await until(() => ingest.statuses()[0]?.waitingFor === null);

  // Nothing had to be taken up anew: the same inserts went through.
  expect(ingest.currentEpochs()).toEqual(new Map([[code, 1]]));
  const own = (await wuhan.feed.totals()).map(
    ({ type, events, count }) => [`${code} ${type}`, `${events} lines, ${count}`] as const,
  );
  for (const tier of ['raw', 'minute', 'hour', 'day', 'month'] as const) {
    const totals = await tierTotals(clickhouse, tier, ingest.currentEpochs());
    expect({ tier, totals }).toEqual({ tier, totals: Object.fromEntries(own) });
  }
});

interface SmallDisk extends AsyncDisposable {
  readonly path: string;
  /** Takes what room there is, to the last byte; returns `free`. */
  fill(): Promise<() => Promise<void>>;
  free(): Promise<void>;
}

/** A disk of its own, in memory: as root, since only that may mount one. */
async function smallDisk(): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'onenet-small-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', path]).catch(async (error) => {
    await rmdir(path);
    throw new Error('A small disk could not be mounted: run this test as root.', { cause: error });
  });
  const filler = join(path, 'filler');
  const free = () => rm(filler);
  return {
    path,
    free,
    async fill() {
      await using file = await open(filler, 'w');
      for (const size of [1 << 20, 1 << 12]) {
        while (await hasRoom(() => file.write(Buffer.alloc(size)))) continue;
      }
      return free;
    },
    async [Symbol.asyncDispose]() {
      await run('umount', [path]);
      await rmdir(path);
    },
  };
}

async function hasRoom(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
