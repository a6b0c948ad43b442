/** A net of 3,000 owners, each of which has gone on since: a state is written, read, and asked for. */
import { createHash } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { laterOf } from './as-of-later.ts';
import { readToken, writeToken } from './as-of-token.ts';
import type { State } from './as-of-token.ts';
import { openClickHouse, sqlTime } from './clickhouse.ts';
import { clickHouseFront } from './fixture-http.ts';
import { testDirectory } from './fixture.ts';
import { migrate } from './migrate.ts';
import { metrics } from './metrics.ts';
import { rangeOf } from './periods.ts';
import { answer } from './query.ts';

vi.setConfig({ testTimeout: 120_000 });

const owners = 3_000;
const nowMs = Date.now();
const happened = sqlTime(nowMs - 1_800_000);
/** The longest that there are, at lines and epochs of their own. */
const codeOf = (i: number): string => `ENTERPRISE-OF-HUBEI-PROVINC-${1_000 + i}`;
const headOf = (i: number): string => createHash('sha256').update(String(i)).digest('hex');
const state: State = {
  atMs: nowMs,
  isExact: true,
  periods: { words: '', ranges: '' },
  definitions: new Map(),
  directory: '0'.repeat(16),
  feeds: Array.from({ length: owners }, (_, i) => ({
    code: codeOf(i),
    epoch: 1 + (i % 3),
    sequence: 1_000_000 + i * 7_919,
    head: `sha-256:${headOf(i)}`,
    recordedTime: new Date(nowMs - i * 977).toISOString(),
    rejected: i % 5,
    isSettled: true,
    freshness: { state: 'OK', completeTo: new Date(nowMs - i * 131).toISOString() },
  })),
};

test.each(['embedded', 'over HTTP'])('%s', async (connection) => {
  await using directory = await testDirectory();
  await using stack = new AsyncDisposableStack();
  const clickhouse =
    connection === 'embedded'
      ? openClickHouse({ dataDir: directory.path })
      : openClickHouse({ url: stack.use(await clickHouseFront(directory.path)).url });
  stack.defer(() => clickhouse.close());
  await migrate(clickhouse);
  const token = writeToken(state);
  const then = readToken(token);
  expect(then.feeds).toHaveLength(owners);
  // The line of the state, and one after it, of each.
  const place = ({ epoch, sequence, rejected }: State['feeds'][number]) => ({
    epoch,
    sequence: sequence + 1,
    head: 'sha-256:another',
    recordedTime: new Date(nowMs).toISOString(),
    rejected: rejected ?? 0,
    isSettled: true,
    floor: 0,
  });
  await clickhouse.run(
    `INSERT INTO onenet.raw (platform, epoch, sequence, time, recorded, type, count, head) FORMAT JSONCompactEachRow\n${then.feeds
      .flatMap(({ code, epoch, sequence, head }) => [
        JSON.stringify([
          code,
          epoch,
          sequence,
          happened,
          happened,
          'onenet.article.liked',
          1,
          `sha-256:${head}`,
        ]),
        JSON.stringify([
          code,
          epoch,
          sequence + 1,
          happened,
          sqlTime(nowMs),
          'onenet.article.liked',
          1,
          '',
        ]),
      ])
      .join('\n')}`,
  );
  const places = new Map(then.feeds.map((feed) => [feed.code, place(feed)]));
  const later = await laterOf(clickhouse, then, places, undefined);
  expect(later.size).toBe(owners);
  const asked: string[] = [];
  const rows: typeof clickhouse.rows = async (sql) => {
    asked.push(sql);
    return await clickhouse.rows(sql);
  };
  const answers = await answer(
    { clickhouse: { ...clickhouse, rows }, ingest: { kept: undefined } },
    {
      metrics: metrics.filter(({ name }) => name === 'likes' || name === 'resolveHoursMedian'),
      range: rangeOf('LAST_7_DAYS', nowMs),
      group: { by: 'all' },
      nowMs,
      filter: {
        epochs: new Map(then.feeds.map(({ code, epoch }) => [code, epoch])),
        later,
        place: undefined,
        categories: undefined,
        channels: undefined,
        simulated: true,
      },
    },
  );
  expect(answers.get('')?.get('likes')?.value).toBe(owners);
  // By default it would not have been read.
  expect(Math.max(...asked.map(({ length }) => length))).toBeGreaterThan(262_144);
});
