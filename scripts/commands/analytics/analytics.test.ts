/** `./onenet analytics …` against analytics as it runs: what an operator sees, and what stands in the files. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { startAnalytics, type Analytics } from '../../../analytics/src/index.ts';
import {
  testDatabase,
  testDirectory,
  testPlatform,
  testSnapshot,
  until,
} from '../../../analytics/src/fixture.ts';
import { analytics as command } from '../analytics.ts';

vi.setConfig({ testTimeout: 60_000 });

const cleanUp = new AsyncDisposableStack();
let analytics: Analytics;
let folder: string;

beforeAll(async () => {
  const client = await MongoClient.connect(inject('mongodbUri'));
  cleanUp.defer(() => client.close());
  const { db } = cleanUp.use(await testDatabase(inject('mongodbUri')));
  const { path } = cleanUp.use(await testDirectory());
  folder = await mkdtemp(join(tmpdir(), 'onenet-operation-'));
  cleanUp.defer(() => rm(folder, { recursive: true }));
  const wuhan = cleanUp.use(
    await testPlatform(client, '420100', `analytics_c_${randomUUID().slice(0, 8)}`),
  );
  analytics = await startAnalytics({
    port: 0,
    host: '127.0.0.1',
    dataDir: path,
    mongodbUri: inject('mongodbUri'),
    database: db.databaseName,
    provinceUrl: 'http://127.0.0.1:1',
    log: () => undefined,
  });
  cleanUp.defer(() => analytics.stop());
  analytics.ingest.use(testSnapshot([wuhan.owner]));
  await wuhan.happened(
    [1, 2, 3].map((day) => ({
      type: 'onenet.article.liked' as const,
      time: new Date(Date.UTC(2026, 9, 31 - day)),
    })),
  );
  await until(() => analytics.ingest.sequenceOf('420100') === 3);
});
afterAll(() => cleanUp.disposeAsync());

/** Runs a subcommand; what it printed, and its exit code. */
async function onenet(...args: string[]): Promise<{ code: number; text: string }> {
  return await run([...args, '--analytics', analytics.url]);
}

async function run(args: readonly string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  const error = vi
    .spyOn(console, 'error')
    .mockImplementation((line: string) => void lines.push(line));
  try {
    const code = await command(args);
    return { code, text: lines.join('\n') };
  } finally {
    log.mockRestore();
    error.mockRestore();
  }
}

test('check says what it compared, and leaves with 1 when something is wrong', async () => {
  const right = await onenet('check');
  expect(right.text).toMatch(/✓ 420100: epoch 1, sequence 3: raw and rollups agree/);
  expect(right.text).toMatch(/checks, 0 wrong\.\nNot tried: cluster mode/);
  expect(right.code).toBe(0);
  await analytics.clickhouse.run(
    `DELETE FROM onenet.cells WHERE tier = 'day' SETTINGS mutations_sync = 2`,
  );
  const wrong = await onenet('check', '--json');
  expect(wrong.code).toBe(1);
  const { findings } = JSON.parse(wrong.text) as { findings: { ok: boolean; found: string }[] };
  expect(findings.filter(({ ok }) => !ok)[0]?.found).toContain('events: raw 3, day 0');
});

test('rebuild makes it right again', async () => {
  expect(await onenet('rebuild')).toMatchObject({
    code: 2,
    text: expect.stringContaining('--platform is missing'),
  });
  expect(await onenet('rebuild', '--platform', '420200')).toMatchObject({
    code: 1,
    text: 'Analytics refuses: NOT_FOUND: Nothing of 420200 is in: there is nothing to rebuild.',
  });
  const { code, text } = await onenet('rebuild', '--platform', '420100');
  expect(text).toMatch(/420100: 3 lines are in anew, as epoch \d+ in place of 1\./);
  expect(code).toBe(0);
  await until(async () => (await onenet('check')).code === 0);
});

test('export writes a file a month, and a manifest that says what is in them', async () => {
  const to = join(folder, 'parquet');
  expect(await onenet('export', to, '--from', '2026-13')).toMatchObject({ code: 2 });
  const { code, text } = await onenet('export', to);
  expect(text).toContain('1 files, 3 lines of 1 platforms.');
  expect(code).toBe(0);
  const manifest = JSON.parse(await readFile(join(to, 'onenet-export.json'), 'utf8')) as {
    platforms: { files: { file: string; sha256: string; bytes: number }[] }[];
  };
  expect(manifest).toMatchObject({
    format: 1,
    platforms: [
      { platform: '420100', first: 1, last: 3, head: expect.stringMatching(/^sha-256:/) },
    ],
  });
  const [file] = manifest.platforms[0]?.files ?? [];
  expect(file).toMatchObject({ file: '420100/2026-10.parquet', month: '2026-10', lines: 3 });
  const bytes = await readFile(join(to, file?.file ?? ''));
  expect(bytes.length).toBe(file?.bytes);
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(file?.sha256);
  expect(bytes.subarray(0, 4).toString()).toBe('PAR1');
  expect(await onenet('export', to)).toMatchObject({ code: 2 });
});

test('backup has the tables of analytics alone, and restore puts them where there are none', async () => {
  const to = join(folder, 'backup');
  const { code, text } = await onenet('backup', to, '--mongodb-uri', inject('mongodbUri'));
  expect(text).toMatch(/files, as of/);
  expect(code).toBe(0);
  const manifest = JSON.parse(await readFile(join(to, 'onenet-backup.json'), 'utf8')) as object;
  expect(manifest).toMatchObject({ of: 'analytics', platform: null, clickhouse: true });
  expect(await readdir(join(to, 'clickhouse'))).toEqual(['metadata', 'store']);
  const data = join(folder, 'restored');
  const restore = ['restore', to, '--data', data, '--mongodb-uri', inject('mongodbUri')];
  const restored = await run(restore);
  expect(restored.text).toContain('What came since is read again from the owners');
  expect(restored.code).toBe(0);
  expect(await readdir(data)).toEqual(['analytics']);
  expect(await readdir(join(data, 'analytics', 'clickhouse'))).toEqual(['metadata', 'store']);
  expect(await run(restore)).toMatchObject({
    code: 2,
    text: expect.stringContaining('is there already: nothing was restored'),
  });
});
