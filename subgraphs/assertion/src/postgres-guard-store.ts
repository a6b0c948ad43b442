/** The guard's memory on PostgreSQL, in the owner's own database. */
import { readFile } from 'node:fs/promises';
import { DatabaseError } from 'pg';
import type { Pool } from 'pg';
import type { GrantList, GuardStore } from './store.ts';

const uniqueViolation = '23505';
const guardSql = new URL('postgres-guard.sql', import.meta.url);
/** Milliseconds between two clearings of leaves that are past their time, and how many one takes. */
const clearEveryMs = 10_000;
const clearedAtOnce = 10_000;

/** `pool` commits synchronously: what is noted here must outlive a crash. */
export function postgresGuardStore(pool: Pool): GuardStore {
  let clearedAt = -Infinity;

  /** Away with what has expired: an assertion so old is refused by its time. */
  async function clear(): Promise<void> {
    if (performance.now() - clearedAt < clearEveryMs) return;
    clearedAt = performance.now();
    await pool.query(
      `DELETE FROM onenet.seen_leaves WHERE leaf IN (
         SELECT leaf FROM onenet.seen_leaves WHERE until < now()
         LIMIT $1 FOR UPDATE SKIP LOCKED)`,
      [clearedAtOnce],
    );
  }

  return {
    async prepare() {
      // The newest of its tables: memories from before it came are completed.
      const { rows } = await pool.query<{ isThere: boolean }>(
        `SELECT to_regclass('onenet.owner_grants') IS NOT NULL AS "isThere"`,
      );
      if (rows[0]?.isThere === true) return;
      // One simple query is one transaction.
      await pool.query(await readFile(guardSql, 'utf8'));
    },

    async since() {
      await pool.query(
        `INSERT INTO onenet.guard_memory (name, since) VALUES ('leaves', $1) ON CONFLICT DO NOTHING`,
        [new Date()],
      );
      const { rows } = await pool.query<{ since: Date }>(
        `SELECT since FROM onenet.guard_memory WHERE name = 'leaves'`,
      );
      if (!rows[0]) throw new Error('onenet.guard_memory does not keep since when it remembers.');
      return rows[0].since;
    },

    async see(leaves) {
      await clear();
      // In one order everywhere: two that wait for each other's leaves would be a deadlock.
      const sorted = leaves.toSorted((a, b) => (a.leaf < b.leaf ? -1 : 1));
      const { rows } = await pool.query<{ leaf: string }>(
        `INSERT INTO onenet.seen_leaves (leaf, until)
         SELECT * FROM unnest($1::text[], $2::timestamptz[])
         ON CONFLICT DO NOTHING RETURNING leaf`,
        [sorted.map(({ leaf }) => leaf), sorted.map(({ until }) => until)],
      );
      const taken = new Set(rows.map(({ leaf }) => leaf));
      return new Set(leaves.map(({ leaf }) => leaf).filter((leaf) => !taken.has(leaf)));
    },

    async lastLine() {
      const { rows } = await pool.query<{ sequence: string; head: string }>(
        'SELECT sequence, head FROM onenet.access_record ORDER BY sequence DESC LIMIT 1',
      );
      return rows[0] && { sequence: Number(rows[0].sequence), head: rows[0].head };
    },

    async append(lines) {
      // One statement: all of it or, where a number is taken, nothing.
      try {
        await pool.query(
          `INSERT INTO onenet.access_record (sequence, line, head)
           SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])`,
          [
            lines.map(({ sequence }) => sequence),
            lines.map(({ line }) => line),
            lines.map(({ head }) => head),
          ],
        );
        return lines.length;
      } catch (error) {
        if (!(error instanceof DatabaseError) || error.code !== uniqueViolation) throw error;
        return 0;
      }
    },

    async read(after, limit) {
      const { rows } = await pool.query<{ sequence: string; line: string; head: string }>(
        `SELECT sequence, line, head FROM onenet.access_record
         WHERE sequence > $1 ORDER BY sequence LIMIT $2`,
        [after, limit],
      );
      return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }));
    },

    async saveGrants({ revision, grants, dormant, refused }) {
      await pool.query(
        `INSERT INTO onenet.owner_grants (name, revision, grants)
         VALUES ('own', $1, $2), ('refused', $1, $3), ('dormant', $1, $4)
         ON CONFLICT (name) DO UPDATE SET revision = EXCLUDED.revision, grants = EXCLUDED.grants`,
        [revision, ...[grants, refused, dormant].map((each) => JSON.stringify(each))],
      );
    },

    async loadGrants() {
      const { rows } = await pool.query<{
        revision: string;
        grants: GrantList['grants'];
        refused: GrantList['refused'] | null;
        dormant: GrantList['dormant'] | null;
      }>(
        `SELECT own.revision, own.grants, refused.grants AS refused, dormant.grants AS dormant
         FROM onenet.owner_grants AS own
         LEFT JOIN onenet.owner_grants AS refused ON refused.name = 'refused'
         LEFT JOIN onenet.owner_grants AS dormant ON dormant.name = 'dormant'
         WHERE own.name = 'own'`,
      );
      const [found] = rows;
      if (!found) return undefined;
      const { revision, grants, refused, dormant } = found;
      return {
        revision: Number(revision),
        grants,
        dormant: dormant ?? [],
        refused: refused ?? [],
      };
    },
  };
}
