/** For the tests of figures: a net of platforms that are their feeds, and ingest of them. All of it ends with the test. */
import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import type { Db } from 'mongodb';
import { testDatabase, testDirectory, testIngest, testPlatform, until } from './fixture.ts';
import type { TestPlatform } from './fixture.ts';
import type { ClickHouse } from './clickhouse.ts';
import type { Ingest } from './ingest/ingest.ts';
import type { IngestOptions } from './ingest/options.ts';

export interface TestNet<
  Codes extends readonly string[] = readonly string[],
> extends AsyncDisposable {
  /** In the order of their codes; ingest is yet to be told of them. */
  readonly platforms: { readonly [Each in keyof Codes]: TestPlatform };
  readonly ingest: Ingest;
  readonly clickhouse: ClickHouse;
  /** Of the engine. */
  readonly directory: string;
  /** Of ingest, rankings and the like. */
  readonly db: Db;
  /** Resolves when all that the platforms have numbered is in. */
  allIn(): Promise<void>;
}

interface TestNetOptions extends Partial<Pick<IngestOptions, 'ingested' | 'feedChanged'>> {
  /** What the test takes for now: the same on every day, so that calendars are where it expects them. Default: now. */
  readonly nowMs?: number;
}

/** Starts platforms of these codes on the MongoDB at `uri`, and ingest on an engine of its own. */
export async function testNet<const Codes extends readonly string[]>(
  uri: string,
  codes: Codes,
  { nowMs, ...told }: TestNetOptions = {},
): Promise<TestNet<Codes>> {
  await using stack = new AsyncDisposableStack();
  const client = await MongoClient.connect(uri);
  stack.defer(() => client.close());
  const { db } = stack.use(await testDatabase(uri));
  const { path } = stack.use(await testDirectory());
  const started = codes.map(async (code) =>
    stack.use(await testPlatform(client, code, `analytics_p_${randomUUID().slice(0, 8)}`, nowMs)),
  );
  const platforms = await Promise.all(started);
  const { ingest, clickhouse } = stack.use(await testIngest(path, db, undefined, told));
  if (nowMs !== undefined) await keepMinutesOf(clickhouse, nowMs);
  const all = stack.move();
  return {
    // One for each code, in their order.
    platforms: platforms as unknown as TestNet<Codes>['platforms'],
    ingest,
    clickhouse,
    directory: path,
    db,
    async allIn() {
      for (const { owner, feed } of platforms) {
        const { lastSequence } = await feed.status();
        await until(() => ingest.sequenceOf(owner.code) >= lastSequence);
      }
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Minutes are of the last three days by the engine's own clock: of those before the test's now instead. */
async function keepMinutesOf(clickhouse: ClickHouse, nowMs: number): Promise<void> {
  await clickhouse.run('ALTER TABLE onenet.cells REMOVE TTL');
  const [view] = await clickhouse.rows<{ query: string }>(
    `SELECT as_select AS query FROM system.tables WHERE database = 'onenet' AND name = 'cells_view'`,
  );
  const query = view?.query.replace('now()', `toDateTime(${Math.floor(nowMs / 1000)}, 'UTC')`);
  if (query === undefined || query === view?.query) throw new Error('No clock in cells_view.');
  await clickhouse.run(`ALTER TABLE onenet.cells_view MODIFY QUERY ${query}`);
}
