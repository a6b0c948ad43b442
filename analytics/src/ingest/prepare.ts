/** Brings the stores to one state before anything is read: open intents first, then migrations, then what was restored. */
import type { ClickHouse } from '../clickhouse.ts';
import { migrate, pendingMigrations } from '../migrate.ts';
import { ownBlocks, sharedBlocks } from './blocks.ts';
import type { Blocks } from './blocks.ts';
import type { Committer } from './committer.ts';
import type { KnownFeeds } from './known-feeds.ts';
import type { IngestOptions } from './options.ts';
import type { Intent } from './positions.ts';
import { platformsInTables, reconcile } from './reconcile.ts';
import { rejectedLines } from './tables.ts';
import type { Workers } from './workers.ts';

/** Prepares the stores, and `feeds` with where they are; gives the committer, made with the blocks that there were. */
export async function prepareStores(
  options: IngestOptions,
  feeds: KnownFeeds,
  committerWith: (blocks: Blocks) => Committer,
): Promise<Committer> {
  const { clickhouse, positions, log, workers } = options;
  await positions.addFences();
  const before = await positions.all();
  const intents = await positions.openIntents();
  const blocks = workers
    ? await sharedBlocks(workers.blockCounts, before.values(), intents)
    : ownBlocks(before.values(), intents);
  const committer = committerWith(blocks);
  const pending = await pendingMigrations(clickhouse);
  await using alone = new AsyncDisposableStack();
  if (workers && pending.length > 0) alone.use(await withoutOthers(workers, pending));
  // What others have under way is theirs: who takes a platform over settles it.
  const own = workers && pending.length === 0 ? [] : intents;
  const unsettled = await replayed(options, committer, own, pending);
  await migrate(clickhouse, (name) => log(`migrating: ${name}`));
  await alone.disposeAsync();
  await positions.addRejected(({ _id: platform, epoch, sequence }) =>
    rejectedLines(clickhouse, { platform, epoch, upTo: sequence }),
  );
  for (const platform of await knownPlatforms(clickhouse, before.keys())) {
    if (!workers) await positions.stopBuilding(platform);
    const position = await positions.ensure(platform);
    // What is unsettled is taken up again by the platform's own poller.
    const isOpen = workers !== undefined || unsettled.has(platform);
    feeds.of(platform).position = isOpen ? position : await reconcile(options, position);
    if (!isOpen) committer.settled(platform);
  }
  await feeds.refreshFloors();
  return committer;
}

/** Replays intents; returns the platforms of those that do not go through yet. */
async function replayed(
  { positions, log }: IngestOptions,
  committer: Committer,
  intents: readonly Intent[],
  pending: readonly string[],
): Promise<ReadonlySet<string>> {
  const unsettled = new Set<string>();
  for (const intent of intents) {
    // Tables that were never made, or are lost, have nothing for an insert to be replayed into.
    if (pending.includes('001-raw.sql')) {
      await positions.forget(intent);
      continue;
    }
    await committer.replay(intent).catch((error: unknown) => {
      if (pending.length > 0) throw error;
      log(`${intent._id} does not go through yet`, error);
      for (const { platform } of intent.members) unsettled.add(platform);
    });
  }
  return unsettled;
}

async function knownPlatforms(
  clickhouse: ClickHouse,
  positioned: Iterable<string>,
): Promise<ReadonlySet<string>> {
  return new Set([...positioned, ...(await platformsInTables(clickhouse))]);
}

/** Tables change while nobody else inserts into them, or changes them: until it is disposed of, others are refused. */
async function withoutOthers(
  { leases }: Workers,
  pending: readonly string[],
): Promise<AsyncDisposable> {
  const must = `${pending.join(', ')} must run while no other worker does`;
  if (!(await leases.mayMigrate())) {
    throw new Error(`${must}, and another one is at it: start this one again when it has ended.`);
  }
  const renewing = setInterval(() => {
    // Who cannot be told now is told by the next.
    leases.mayMigrate().catch(() => undefined);
  }, leases.renewEveryMs);
  const ended = {
    async [Symbol.asyncDispose]() {
      clearInterval(renewing);
      await leases.hasMigrated();
    },
  };
  const others = (await leases.liveWorkers()).filter((name) => name !== leases.worker);
  if (others.length === 0) return ended;
  await ended[Symbol.asyncDispose]();
  throw new Error(
    `${must}, and ${others.join(', ')} run: ` +
      'stop them (one that was killed counts for 15 seconds), start one of the new version, then the others.',
  );
}
