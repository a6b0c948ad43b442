/** On PostgreSQL: the outbox, and what was no event. */
import type { OutboxEntry } from './entry.ts';
import { maxLineBytes } from './limits.ts';
import { unreadData } from './line.ts';
import type { Query } from './postgres-query.ts';
import type { FeedStore } from './store.ts';

/** Larger ones are not fetched. PostgreSQL writes JSON with spaces: what a line could hold may be longer there. */
const maxEntryBytes = 2 * maxLineBytes;

export function postgresOutbox({
  rows,
  run,
  count,
}: Query): Pick<
  FeedStore,
  'outbox' | 'outboxSize' | 'removeFromOutbox' | 'quarantine' | 'quarantined'
> {
  return {
    // A lower seq may commit after a higher one: it is then the oldest of the next batch.
    async outbox(limit) {
      const found = await rows<OutboxRow>(
        `SELECT id, fits, CASE WHEN fits THEN type ELSE '' END AS type, time,
           CASE WHEN fits THEN data END AS data, CASE WHEN fits THEN person END AS person, corrects
         FROM (SELECT * FROM onenet.outbox ORDER BY seq LIMIT $1) AS oldest,
           LATERAL (SELECT octet_length(data::text) + octet_length(type)
             + coalesce(octet_length(person), 0) <= $2 AS fits OFFSET 0) AS size
         ORDER BY seq`,
        [limit, maxEntryBytes],
      );
      return found.map(entryOf);
    },
    async outboxSize(limit) {
      return await count(`SELECT count(*) FROM (SELECT FROM onenet.outbox LIMIT $1) AS waiting`, [
        limit,
      ]);
    },
    async removeFromOutbox(ids) {
      await run(`DELETE FROM onenet.outbox WHERE id = ANY ($1)`, [ids]);
    },
    async quarantine(refusals) {
      // Another one under an id that stands aside already gets a name of its own.
      // Moved within the database, as it stands there: nested a thousand deep, it could not even be written here.
      await run(
        `WITH wrong AS (SELECT * FROM unnest($1::text[], $2::text[]) AS wrong (id, fault)),
         moved AS (
           DELETE FROM onenet.outbox USING wrong WHERE outbox.id = wrong.id
           RETURNING outbox.id, seq, fault, type, time, data, person, corrects
         )
         INSERT INTO onenet.feed_quarantine (id, fault, entry)
         SELECT CASE WHEN EXISTS (SELECT FROM onenet.feed_quarantine AS aside WHERE aside.id = moved.id)
                THEN id || ' #' || seq ELSE id END,
           fault, jsonb_build_object('_id', id, 'type', type, 'time', time, 'data', data)
           || jsonb_strip_nulls(jsonb_build_object('person', person, 'corrects', corrects))
         FROM moved
         ON CONFLICT DO NOTHING`,
        [refusals.map(({ entry }) => entry._id), refusals.map(({ fault }) => fault)],
      );
    },
    quarantined: () => count(`SELECT count(*) FROM onenet.feed_quarantine`),
  };
}

interface OutboxRow {
  readonly id: string;
  readonly fits: boolean;
  readonly type: string;
  readonly time: Date;
  readonly data: unknown;
  readonly person: string | null;
  readonly corrects: string | null;
}

/** As it stands there: whether it is an event, the sequencer checks. */
function entryOf({ id, fits, type, time, data, person, corrects }: OutboxRow): OutboxEntry {
  return {
    _id: id,
    type,
    time,
    data: fits ? data : unreadData,
    ...(person === null ? {} : { person }),
    ...(corrects === null ? {} : { corrects: corrects.padStart(20, '0') }),
  } as OutboxEntry;
}
