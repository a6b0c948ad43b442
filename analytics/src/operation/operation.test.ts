/** What an operator has analytics do, on real feeds and the real engine: check, rebuild, export. */
import { writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { Briefs } from '../briefs/store.ts';
import { testNet, type TestNet } from '../fixture-net.ts';
import { testSnapshot, tierTotals, until } from '../fixture.ts';
import type { TestPlatform } from '../fixture.ts';
import { Positions } from '../ingest/positions.ts';
import { epochStates } from '../ingest/tables.ts';
import { metrics } from '../metrics.ts';
import { unsignedCalls } from '../owner-call.ts';
import { Editions } from '../ranking/editions.ts';
import { SelfCheck } from '../self-check.ts';
import { metricSeries } from '../series.ts';
import { check } from './check.ts';
import type { CheckSources, Finding } from './check.ts';
import { exportable, exportedMonth } from './export.ts';
import { rebuild } from './rebuild.ts';

vi.setConfig({ testTimeout: 120_000 });

const cleanUp = new AsyncDisposableStack();
let wuhan: TestPlatform;
let sources: CheckSources;
let net: TestNet<readonly ['420100']>;

const hour = 3_600_000;

function reads(n: number, startMs = Date.now() - hour) {
  return Array.from({ length: n }, (_, i) => ({
    type: 'onenet.article.read' as const,
    time: new Date(startMs + i),
    data: { place: '420103', channel: 'WECHAT' as const, count: 1 + (i % 3) },
  }));
}

beforeAll(async () => {
  net = cleanUp.use(await testNet(inject('mongodbUri'), ['420100']));
  [wuhan] = net.platforms;
  const { ingest, clickhouse, db } = net;
  const selfCheck = new SelfCheck({ clickhouse, ingest }, unsignedCalls);
  sources = {
    clickhouse,
    ingest,
    positions: new Positions(db),
    selfCheck,
    editions: new Editions(db),
    briefs: new Briefs(db),
  };
  ingest.use(testSnapshot([wuhan.owner]));
  await wuhan.happened([...reads(40), ...reads(20, Date.UTC(2026, 1, 28, 15, 59, 59, 990))]);
  await net.allIn();
});
afterAll(() => cleanUp.disposeAsync());

const wrong = async (): Promise<readonly Finding[]> =>
  (await check(sources, () => undefined)).findings.filter(({ ok }) => !ok);

test('a check finds nothing where all agrees, and names what does not', async () => {
  const heard: Finding[] = [];
  const { engine, findings, notTried } = await check(sources, (finding) => heard.push(finding));
  expect(heard).toEqual(findings);
  expect(findings.filter(({ ok }) => !ok)).toEqual([]);
  expect(findings.map(({ subject }) => subject)).toEqual(
    expect.arrayContaining(['migrations', 'raw', 'cells', 'intents', '420100']),
  );
  expect(findings.map(({ found }) => found)).toContain('its own totals are the same');
  expect(engine).toMatch(/^ClickHouse [\d.]+ \((embedded|server)\)$/);
  expect(notTried.join()).toContain('real ClickHouse servers');

  const { clickhouse } = sources;
  const first = `INSERT INTO onenet.cells SELECT * REPLACE (0 AS events, 0 AS total, 1 AS first_year) FROM onenet.cells WHERE tier = 'day' LIMIT 1`;
  await clickhouse.run(first);
  expect(await wrong()).toMatchObject([
    { subject: '420100', found: expect.stringMatching(/read first_year: raw 0, day 1$/) },
  ]);
  const ofWuhan = `'420100', 1, 'onenet.article.read'`;
  await clickhouse.run(
    `INSERT INTO onenet.cells (platform, epoch, type, tier, events) VALUES (${ofWuhan}, 'places', 1)`,
  );
  await clickhouse.run(
    `INSERT INTO onenet.openings (platform, epoch, type, events) VALUES (${ofWuhan}, 1)`,
  );
  await clickhouse.run(
    `INSERT INTO onenet.durations (platform, epoch, type, sequence) VALUES (${ofWuhan}, 1)`,
  );
  const beside = ['places', 'openings', 'durations'].map(
    (name) => `${name}: raw 0 lines, ${name} 1`,
  );
  expect((await wrong())[0]?.found).toContain(beside.join('; '));
  await clickhouse.run(
    `ALTER TABLE onenet.cells MODIFY SETTING non_replicated_deduplication_window = 7`,
  );
  await clickhouse.run('DROP TABLE onenet.cells_view');
  expect((await wrong()).map(({ subject, found }) => `${subject}: ${found}`)).toEqual(
    expect.arrayContaining([
      'cells: no view fills it, remembers 7 blocks for deduplication, not 100000',
    ]),
  );
  await clickhouse.run(
    'ALTER TABLE onenet.cells MODIFY SETTING non_replicated_deduplication_window = 100000',
  );
  const { expand } = await import('../migrate.ts');
  const { readFile } = await import('node:fs/promises');
  const sql = await readFile(new URL('../../migrations/015-cells.sql', import.meta.url), 'utf8');
  const view = /CREATE MATERIALIZED VIEW onenet\.cells_view[^;]+/.exec(sql)?.[0];
  await clickhouse.run(expand(view ?? '', undefined));
});

test('every metric is asked over this connection too', async () => {
  const series = await metricSeries(
    sources,
    {
      metrics: metrics.map(({ name }) => name),
      period: 'ALL',
      simulated: true,
      compareWith: 'NONE',
    },
    { of: 'platforms', codes: ['420100'] },
    Date.now(),
  );
  const [total] = await wuhan.feed.totals();
  const answered = series.get('420100')?.find(({ metric }) => metric === 'reads');
  expect(answered?.value).toBe(total?.count);
});

test('rollups are rebuilt from raw while lines come in', async () => {
  const { clickhouse, ingest, positions } = sources;
  const before = (await positions.all()).get('420100');
  // Whatever went wrong with them.
  await clickhouse.run(`DELETE FROM onenet.cells WHERE tier = 'hour' SETTINGS mutations_sync = 2`);
  const copy = clickhouse.run.bind(clickhouse);
  let arrived = false;
  clickhouse.run = async (sql) => {
    await copy(sql);
    if (!sql.includes('LIMIT 1 BY sequence') || arrived) return;
    // Between the copy of what was there and the switch, more is read of the feed.
    arrived = true;
    await wuhan.happened(reads(30));
    await net.allIn();
  };
  const progress: number[] = [];
  const made = await rebuild({ ...sources }, '420100', (done) => progress.push(done));
  clickhouse.run = copy;
  expect(progress).toEqual([60, 90]);
  expect(made).toMatchObject({ platform: '420100', from: before?.epoch, lines: 90 });
  expect(ingest.currentEpochs().get('420100')).toBe(made.epoch);
  await wuhan.happened(reads(10));
  await net.allIn();
  const epochs = new Map([['420100', made.epoch]]);
  for (const tier of ['raw', 'hour', 'day'] as const) {
    expect(await tierTotals(clickhouse, tier, epochs)).toEqual({
      '420100 onenet.article.read': `100 lines, ${(await wuhan.feed.totals())[0]?.count}`,
    });
  }
  await until(async () => (await epochStates(clickhouse, '420100')).length === 1);
  expect(await wrong()).toEqual([]);
  await expect(rebuild(sources, '429999', () => undefined)).rejects.toThrow(
    'Nothing of 429999 is in',
  );
});

test('raw comes out as Parquet, by month of Asia/Shanghai, and reads back as it was', async () => {
  const { clickhouse } = sources;
  const [platform] = await exportable(sources, undefined);
  expect(platform).toMatchObject({ platform: '420100', first: 1, last: 100 });
  expect(platform?.head).toMatch(/^sha-256:/);
  // 10 ms before midnight of March 1st, and 10 ms after it.
  expect(platform?.months.slice(0, 2)).toEqual([
    { month: '2026-02', lines: 10 },
    { month: '2026-03', lines: 10 },
  ]);
  let lines = 0;
  for (const { month } of platform?.months ?? []) {
    const { epoch = 0, last = 0 } = platform ?? {};
    const bytes = await buffer(
      await exportedMonth(clickhouse, { platform: '420100', epoch, last, month }),
    );
    const file = join(net.directory, '..', `${month}.parquet`);
    await writeFile(file, bytes);
    const [read] = await clickhouse.rows<{ lines: number; same: number }>(
      `SELECT count() AS lines, countIf((sequence, id, count, head) IN (SELECT sequence, id, count, head FROM onenet.raw)) AS same FROM file('${file}', Parquet)`,
    );
    expect(read?.same).toBe(read?.lines);
    lines += read?.lines ?? 0;
  }
  expect(lines).toBe(100);
});

test('what a rejected line says goes into no export and no finding: it may be a person', async () => {
  const { clickhouse, ingest } = net;
  const epoch = ingest.currentEpochs().get('420100') ?? 0;
  const insert = (platform: string): Promise<void> =>
    clickhouse.run(
      `INSERT INTO onenet.raw (platform, epoch, sequence, time, type, count, rejected, line) SETTINGS async_insert = 0
      VALUES ('${platform}', ${epoch}, 1, '2026-11-02 00:00:00', '张三 13800000000', 1, 'UNKNOWN_TYPE', '{"张三": true}')`,
    );
  await insert('ODD');
  const asked = { platform: 'ODD', epoch, last: 1, month: '2026-11' };
  const bytes = await buffer(await exportedMonth(clickhouse, asked));
  const file = join(net.directory, '..', 'odd.parquet');
  await writeFile(file, bytes);
  const [row] = await clickhouse.rows<Record<string, unknown>>(
    `SELECT * FROM file('${file}', Parquet)`,
  );
  expect(row).toMatchObject({ sequence: 1, type: '', rejected: 'UNKNOWN_TYPE' });
  expect(JSON.stringify(row)).not.toContain('张三');

  await insert('420100');
  const found = (await wrong()).map((finding) => JSON.stringify(finding)).join();
  expect(found).toContain('UNKNOWN_TYPE: its own 0, raw 1');
  expect(found).not.toContain('张三');
});
