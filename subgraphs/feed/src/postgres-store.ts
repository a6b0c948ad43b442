/**
 * The feed's store on PostgreSQL. What a majority is to MongoDB, a commit is here: with
 * `synchronous_commit` on it is on disk, and at the synchronous standbys where there are some,
 * before it returns or is seen by others.
 */
import { randomBytes } from 'node:crypto';
import type { Pool } from 'pg';
import { listenPostgres, preparePostgres } from './postgres.ts';
import { postgresLog } from './postgres-log.ts';
import { postgresOutbox } from './postgres-outbox.ts';
import { queryOf } from './postgres-query.ts';
import type { FeedStore } from './store.ts';

/** Claims that are taken away at once, when others are made. */
const expiredAtOnce = 1_000;

export function postgresStore(pool: Pool): FeedStore {
  const query = queryOf(pool);
  const { rows, run } = query;
  return {
    ...postgresOutbox(query),
    ...postgresLog(query),
    prepare: () => preparePostgres(pool),
    watch: (onNews) => listenPostgres(pool, onNews),

    async personKey() {
      await run(
        `INSERT INTO onenet.settings (name, value) VALUES ('person-key', $1)
         ON CONFLICT DO NOTHING`,
        [randomBytes(32)],
      );
      const [setting] = await rows<{ value: Buffer }>(
        `SELECT value FROM onenet.settings WHERE name = 'person-key'`,
      );
      if (!setting) throw new Error('onenet.settings has no person-key and takes none.');
      return setting.value;
    },

    async takeLease(holder, forMs) {
      const taken = await run(
        `UPDATE onenet.feed_lease
         SET holder = $1, until = clock_timestamp() + $2 * interval '1 millisecond'
         WHERE name = 'sequencer' AND (holder = $1 OR until < clock_timestamp())`,
        [holder, forMs],
      );
      return taken === 1;
    },
    async endLease(holder, completeTo) {
      await run(
        `UPDATE onenet.feed_lease SET until = 'epoch', complete_to = coalesce($2, complete_to)
         WHERE name = 'sequencer' AND holder = $1`,
        [holder, completeTo],
      );
    },
    async completeTo() {
      const [lease] = await rows<{ complete_to: Date | null }>(
        `SELECT complete_to FROM onenet.feed_lease WHERE name = 'sequencer'`,
      );
      return lease?.complete_to ?? undefined;
    },

    async claimHolders(keys) {
      const held = await rows<{ key: string; event: string }>(
        `SELECT key, event FROM onenet.feed_claims WHERE key = ANY ($1)`,
        [keys],
      );
      return new Map(held.map(({ key, event }) => [key, event]));
    },
    async addClaims(wanted) {
      // In one order everywhere: two that wait for each other's keys would be a deadlock.
      const claims = wanted.toSorted((a, b) => (a.key < b.key ? -1 : 1));
      const taken = await run(
        `INSERT INTO onenet.feed_claims (key, event, expires)
         SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[])
         ON CONFLICT DO NOTHING`,
        [
          claims.map(({ key }) => key),
          claims.map(({ event }) => event),
          claims.map(({ expires }) => expires),
        ],
      );
      await run(
        `DELETE FROM onenet.feed_claims WHERE key IN (
           SELECT key FROM onenet.feed_claims WHERE expires < now()
           LIMIT $1 FOR UPDATE SKIP LOCKED)`,
        [expiredAtOnce],
      );
      return taken === claims.length;
    },
  };
}
