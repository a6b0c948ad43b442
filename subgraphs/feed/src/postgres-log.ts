/** On PostgreSQL: the log, its positions and its sums. */
import { DatabaseError } from 'pg';
import type { Query } from './postgres-query.ts';
import type { FeedStore, LogLine, LogPosition, TypeTotal } from './store.ts';

const uniqueViolation = '23505';

export function postgresLog({
  rows,
  run,
}: Query): Pick<
  FeedStore,
  | 'firstPosition'
  | 'lastPosition'
  | 'position'
  | 'append'
  | 'logged'
  | 'read'
  | 'savedTotals'
  | 'saveTotals'
  | 'sum'
> {
  const position = async (where: string, values: readonly unknown[] = []) =>
    positionOf(
      await rows<PositionRow>(
        `SELECT sequence, head, recorded_time FROM onenet.feed_log ${where} LIMIT 1`,
        values,
      ),
    );

  return {
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
    lines.map(({ count }) => count),
    lines.map(({ recordedTime }) => recordedTime),
    lines.map(({ bytes }) => bytes),
    lines.map(({ head }) => head),
  ];
}
