/**
 * The feed's store on PostgreSQL. What a majority is to MongoDB, a commit is here: with
 * `synchronous_commit` on it is on disk, and at the synchronous standbys where there are some,
 * before it returns or is seen by others.
 */
import { randomBytes } from 'node:crypto';
import { DatabaseError } from 'pg';
import type { Pool, QueryResultRow } from 'pg';
import type { OutboxEntry } from './entry.ts';
import { listenPostgres, preparePostgres } from './postgres.ts';
import type { FeedStore, LogLine, LogPosition, TypeTotal } from './store.ts';

const uniqueViolation = '23505';
/** Claims that are taken away at once, when others are made. */
const expiredAtOnce = 1_000;

export function postgresStore(pool: Pool): FeedStore {
  const rows = async <Row extends QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Row[]> => (await pool.query<Row>(sql, [...values])).rows;
  const run = async (sql: string, values: readonly unknown[] = []): Promise<number> =>
    (await pool.query(sql, [...values])).rowCount ?? 0;
  const position = async (where: string, values: readonly unknown[] = []) =>
    positionOf(
      await rows<PositionRow>(
        `SELECT sequence, head, recorded_time FROM onenet.feed_log ${where} LIMIT 1`,
        values,
      ),
    );

  return {
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

    // A lower seq may commit after a higher one: it is then the oldest of the next batch.
    async outbox(limit) {
      const found = await rows<OutboxRow>(
        `SELECT id, type, time, data, person, corrects FROM onenet.outbox ORDER BY seq LIMIT $1`,
        [limit],
      );
      return found.map(entryOf);
    },
    async outboxSize(limit) {
      return await count(
        rows(`SELECT count(*) FROM (SELECT FROM onenet.outbox LIMIT $1) AS waiting`, [limit]),
      );
    },
    async removeFromOutbox(ids) {
      await run(`DELETE FROM onenet.outbox WHERE id = ANY ($1)`, [ids]);
    },
    async quarantine(refusals) {
      await run(
        `WITH aside AS (
           INSERT INTO onenet.feed_quarantine (id, fault, entry)
           SELECT * FROM unnest($1::text[], $2::text[], $3::jsonb[])
           ON CONFLICT DO NOTHING
         )
         DELETE FROM onenet.outbox WHERE id = ANY ($1)`,
        [
          refusals.map(({ entry }) => entry._id),
          refusals.map(({ fault }) => fault),
          refusals.map(({ entry }) => JSON.stringify(entry)),
        ],
      );
    },
    quarantined: () => count(rows(`SELECT count(*) FROM onenet.feed_quarantine`)),

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

    firstPosition: () => position('ORDER BY sequence'),
    lastPosition: () => position('ORDER BY sequence DESC'),
    position: (sequence) => position('WHERE sequence = $1', [sequence]),
    async append(lines) {
      // One statement: all of it or, at a conflict, nothing.
      try {
        await run(appendSql, columnsOf(lines));
        return true;
      } catch (error) {
        if (!(error instanceof DatabaseError) || error.code !== uniqueViolation) throw error;
        return false;
      }
    },
    async logged(entryIds) {
      const found = await rows<{ entry: string }>(
        `SELECT entry FROM onenet.feed_log WHERE entry = ANY ($1)`,
        [entryIds],
      );
      return new Set(found.map(({ entry }) => entry));
    },
    async read(after, { limit, maxBytes }) {
      return (await rows<LogRow>(readSql, [after, limit, maxBytes])).map(lineOf);
    },

    async savedTotals() {
      const [saved] = await rows<{ through: string; head: string; types: TypeTotal[] }>(
        `SELECT through, head, types FROM onenet.feed_totals WHERE name = 'totals'`,
      );
      return saved && { ...saved, through: Number(saved.through) };
    },
    async saveTotals({ through, head, types }) {
      await run(
        `INSERT INTO onenet.feed_totals (name, through, head, types) VALUES ('totals', $1, $2, $3)
         ON CONFLICT (name) DO UPDATE
         SET through = excluded.through, head = excluded.head, types = excluded.types`,
        [through, head, JSON.stringify(types)],
      );
    },
    async sum(after, through) {
      const sums = await rows<{ type: string; events: string; count: string }>(
        `SELECT type, count(*) AS events, sum(count)::bigint AS count FROM onenet.feed_log
         WHERE sequence > $1 AND sequence <= $2 GROUP BY type`,
        [after, through],
      );
      return sums.map(({ type, ...sum }) => ({
        type,
        events: Number(sum.events),
        count: Number(sum.count),
      }));
    },
  };
}

const appendSql = `
  INSERT INTO onenet.feed_log (sequence, entry, type, count, recorded_time, line, head)
  SELECT * FROM unnest(
    $1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[], $6::bytea[], $7::text[])`;

/** The sizes are added up before a line is fetched: a page of large ones would not fit in memory. */
const readSql = `
  WITH sized AS MATERIALIZED (
    SELECT sequence, sum(octet_length(line) + 1) OVER (ORDER BY sequence) AS bytes
    FROM (SELECT sequence, line FROM onenet.feed_log
          WHERE sequence > $1 ORDER BY sequence LIMIT $2) AS page
  )
  SELECT log.* FROM onenet.feed_log AS log
  WHERE sequence > $1
    AND sequence <= (SELECT max(sequence) FROM sized WHERE bytes <= $3)
  ORDER BY sequence`;

interface OutboxRow {
  readonly id: string;
  readonly type: string;
  readonly time: Date;
  readonly data: unknown;
  readonly person: string | null;
  readonly corrects: string | null;
}

/** As it stands there: whether it is an event, the sequencer checks. */
function entryOf({ id, type, time, data, person, corrects }: OutboxRow): OutboxEntry {
  return {
    _id: id,
    type,
    time,
    data,
    ...(person === null ? {} : { person }),
    ...(corrects === null ? {} : { corrects: corrects.padStart(20, '0') }),
  } as OutboxEntry;
}

interface PositionRow {
  readonly sequence: string;
  readonly head: string;
  readonly recorded_time: Date;
}

function positionOf([row]: readonly PositionRow[]): LogPosition | undefined {
  return row && { sequence: Number(row.sequence), head: row.head, recordedTime: row.recorded_time };
}

interface LogRow extends PositionRow {
  readonly entry: string;
  readonly type: string;
  readonly count: string;
  readonly line: Buffer;
}

function lineOf(row: LogRow): LogLine {
  return {
    sequence: Number(row.sequence),
    entryId: row.entry,
    type: row.type,
    count: Number(row.count),
    recordedTime: row.recorded_time,
    bytes: row.line,
    head: row.head,
  };
}

function columnsOf(lines: readonly LogLine[]): readonly unknown[] {
  return [
    lines.map(({ sequence }) => sequence),
    lines.map(({ entryId }) => entryId),
    lines.map(({ type }) => type),
    lines.map(({ count: number }) => number),
    lines.map(({ recordedTime }) => recordedTime),
    lines.map(({ bytes }) => bytes),
    lines.map(({ head }) => head),
  ];
}

async function count(found: Promise<readonly { readonly count?: string }[]>): Promise<number> {
  return Number((await found)[0]?.count ?? 0);
}
