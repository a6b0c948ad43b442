/** Analytics with so many events, in a process of its own: loads, starts, and answers as often as it is asked. */
import { join } from 'node:path';
import { startAnalytics } from '@onenet/analytics';
import { MongoClient } from 'mongodb';
import { openClickHouse } from '../../../analytics/src/clickhouse.ts';
import { testOwner, testSnapshot } from '../../../analytics/src/fixture.ts';
import type { Position } from '../../../analytics/src/ingest/positions.ts';
import { migrate } from '../../../analytics/src/migrate.ts';
import { answerParent, usage } from '../child.ts';
import { serveDirectory } from '../directory.ts';
import { serveQuietFeeds } from './feed.ts';
import { codes, headOf, linesOf, loadPlaces, makeLines } from './made-up-events.ts';
import type { Part } from './made-up-events.ts';
import { measureQueries } from './measure.ts';
import type { Measured } from './measure.ts';
import { questions } from './questions.ts';

export interface SideInput {
  readonly events: number;
  readonly dataDir: string;
  readonly mongodbUri: string;
  readonly database: string;
  /** A pattern: of the questions' names. */
  readonly only: string;
}

/** Rows and bytes of each table. */
export type Tables = Readonly<Record<string, { readonly rows: number; readonly bytes: number }>>;

export interface SideResult {
  readonly loadSeconds: number;
  readonly startSeconds: number;
  readonly tables: Tables;
  /** Rows of cells by tier. */
  readonly tiers: Readonly<Record<string, number>>;
  readonly measured: Measured;
  readonly rssBytes: number;
}

/** Of the lines so many come in after the states that are asked for again. */
const laterShare = 0.001;

answerParent(async (input: SideInput): Promise<SideResult> => {
  const { events, dataDir, mongodbUri, database, only } = input;
  const say = (line: string): void =>
    console.error(`  ${events.toLocaleString('en')} events: ${line}`);
  const endMs = Date.now();
  await using client = await MongoClient.connect(mongodbUri);
  const positions = client.db(database).collection<Position>('positions');
  const load = async (clickhouse: ReturnType<typeof openClickHouse>, isLater: boolean) => {
    const parts = codes.map((code): Part => {
      const lines = linesOf(code, events);
      const first = lines - Math.ceil(lines * laterShare);
      const [from, to] = isLater ? [first + 1, lines] : [1, first];
      return { code, from, to, lines };
    });
    for (const some of inPortions(parts)) {
      await makeLines(clickhouse, some, endMs);
      if (!isLater) say(`${some.map(({ code }) => code).join(', ')}: loaded`);
    }
    for (const { code, to } of parts) {
      await positions.replaceOne({ _id: code }, positionOf(code, to, endMs), { upsert: true });
    }
  };

  const tables = openClickHouse({ dataDir: join(dataDir, 'clickhouse') });
  await migrate(tables);
  await loadPlaces(tables);
  const loadSeconds = await seconds(() => load(tables, false));
  say(`loaded in ${loadSeconds.toFixed(0)} s`);
  await tables.close();

  const feedsUrl = await serveQuietFeeds();
  const owners = codes.map((code) => testOwner(code, `${feedsUrl}/${code}`));
  const provinceUrl = await serveDirectory(testSnapshot(owners));
  const began = performance.now();
  const analytics = await startAnalytics({
    port: 0,
    host: '127.0.0.1',
    dataDir,
    mongodbUri,
    database,
    provinceUrl,
  });
  const startSeconds = (performance.now() - began) / 1000;
  say(`analytics compared the stores and started in ${startSeconds.toFixed(1)} s`);
  const { clickhouse, ingest } = analytics;
  // Months are closed, rankings published, alerts computed: once, after a start with two years of events.
  const quietSeconds = await seconds(untilQuiet);
  say(`what a start computes in the background is done after ${quietSeconds.toFixed(0)} s more`);
  const all = (await questions()).filter(({ name }) => new RegExp(only).test(name));
  const measured = await measureQueries(analytics.url, all, say, {
    happens() {
      for (const platform of codes) {
        const to = ingest.sequenceOf(platform);
        const news = { newest: [], earliestMs: Date.now() };
        ingest.kept?.cameIn({ platform, from: to + 1, to, news });
      }
    },
    async later() {
      await loadPlaces(clickhouse);
      await load(clickhouse, true);
      for await (const position of positions.find()) await ingest.moved(position);
    },
  });
  const result = {
    loadSeconds,
    startSeconds,
    tables: await tablesOf(clickhouse),
    tiers: await tiersOf(clickhouse),
    measured,
    rssBytes: usage().rssBytes,
  };
  await analytics.stop();
  return result;
});

/** Of some five million lines, so that there is progress to tell. */
function inPortions(parts: readonly Part[]): Part[][] {
  const portions: Part[][] = [];
  let lines = Infinity;
  for (const part of parts) {
    if (lines > 5_000_000) {
      portions.push([]);
      lines = 0;
    }
    portions.at(-1)?.push(part);
    lines += part.to - part.from;
  }
  return portions;
}

function positionOf(code: string, sequence: number, endMs: number): Position {
  return {
    _id: code,
    epoch: 1,
    sequence,
    head: headOf(code, sequence),
    recordedTime: new Date(endMs).toISOString(),
    lastEpoch: 1,
    fence: 0,
    building: null,
    blocks: 0,
    rejected: 0,
  };
}

/** Until this process takes less than a tenth of a core; at most twenty minutes: briefs of two years of many events take some. */
async function untilQuiet(): Promise<void> {
  const lookEveryMs = 2_000;
  for (let looks = 0; looks < 600; looks++) {
    const before = usage().cpuMicros;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    if ((usage().cpuMicros - before) / 1000 < lookEveryMs / 10) return;
  }
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

async function tablesOf(clickhouse: ReturnType<typeof openClickHouse>): Promise<Tables> {
  const rows = await clickhouse.rows<{ name: string; rows: number; bytes: number }>(
    `SELECT table AS name, sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts
    WHERE active AND database = 'onenet' GROUP BY table ORDER BY rows DESC`,
  );
  return Object.fromEntries(rows.map(({ name, ...of }) => [name, of]));
}

async function tiersOf(
  clickhouse: ReturnType<typeof openClickHouse>,
): Promise<Record<string, number>> {
  const rows = await clickhouse.rows<{ tier: string; rows: number }>(
    'SELECT tier, count() AS rows FROM onenet.cells GROUP BY tier ORDER BY tier',
  );
  return Object.fromEntries(rows.map(({ tier, rows: n }) => [tier, n]));
}
