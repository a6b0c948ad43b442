/** The feed's store on MongoDB (replica set). */
import { createHash, randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { BSON, Binary, MongoBulkWriteError } from 'mongodb';
import type { Db } from 'mongodb';
import { ensureFeedIndexes, feedCollections } from './collections.ts';
import type { LogDocument } from './collections.ts';
import type { OutboxEntry } from './entry.ts';
import type { FeedStore, LogLine, LogPosition } from './store.ts';

const duplicateKey = 11_000;

export function mongoStore(db: Db): FeedStore {
  const { outbox, log, claims, lease, totals, quarantine, settings } = feedCollections(db);
  const positionFields = { projection: { head: 1, recordedTime: 1 } } as const;

  return {
    prepare: () => ensureFeedIndexes(db),
    watch: async (onNews) => watchInserts(db, onNews),

    async personKey() {
      const setting = await settings.findOneAndUpdate(
        { _id: 'person-key' },
        { $setOnInsert: { key: new Binary(randomBytes(32)) } },
        { upsert: true, returnDocument: 'after' },
      );
      if (!setting) throw new Error(`${db.databaseName} has no person key and takes none.`);
      return Buffer.from(setting.key.buffer);
    },

    async takeLease(holder, forMs) {
      const free = { $or: [{ $eq: ['$holder', holder] }, { $lt: ['$until', '$$NOW'] }] };
      const until = { $dateAdd: { startDate: '$$NOW', unit: 'millisecond', amount: forMs } };
      const taken = await lease.updateOne({ _id: 'sequencer', $expr: free }, [
        { $set: { holder, until } },
      ]);
      return taken.matchedCount === 1;
    },
    async endLease(holder, completeTo) {
      await lease.updateOne(
        { _id: 'sequencer', holder },
        { $set: { until: new Date(0), ...(completeTo === undefined ? {} : { completeTo }) } },
      );
    },
    async completeTo() {
      const held = await lease.findOne({ _id: 'sequencer' }, { projection: { completeTo: 1 } });
      return held?.completeTo ?? undefined;
    },

    // The natural order is that of insertion: nobody starves behind ids that sort before theirs.
    async outbox(limit) {
      const found = await outbox.find({}).sort({ $natural: 1 }).limit(limit).toArray();
      return found.map(withData);
    },
    outboxSize: (limit) => outbox.countDocuments({}, { limit }),
    async removeFromOutbox(ids) {
      await outbox.deleteMany({ _id: { $in: [...ids] } });
    },
    async quarantine(refusals) {
      const at = new Date();
      const ids = refusals.map(({ entry }) => entry._id);
      const held = await quarantine.find({ _id: { $in: ids } }).toArray();
      const aside = new Map(held.map(({ _id, entry }) => [_id, entry]));
      await quarantine.bulkWrite(
        refusals.map(({ entry, fault }) => ({
          updateOne: {
            filter: { _id: asideId(entry, aside.get(entry._id)) },
            update: { $setOnInsert: { fault, at, entry } },
            upsert: true,
          },
        })),
      );
      await outbox.deleteMany({ _id: { $in: ids } });
    },
    quarantined: () => quarantine.countDocuments(),

    async claimHolders(keys) {
      const held = await claims
        .find({ _id: { $in: [...keys] } }, { projection: { event: 1 } })
        .toArray();
      return new Map(held.map((claim) => [claim._id, claim.event]));
    },
    async addClaims(wanted) {
      return await insertedAll(
        claims.insertMany(
          wanted.map(({ key, event, expires }) => ({ _id: key, event, expires })),
          { ordered: false },
        ),
      );
    },

    async firstPosition() {
      return positionOf(await log.findOne({}, { sort: { _id: 1 }, ...positionFields }));
    },
    async lastPosition() {
      return positionOf(await log.findOne({}, { sort: { _id: -1 }, ...positionFields }));
    },
    async position(sequence) {
      return positionOf(await log.findOne({ _id: sequence }, positionFields));
    },
    async append(lines) {
      // Ordered: an unordered bulk would go on past a conflict and leave a hole behind it.
      return await insertedAll(log.insertMany(lines.map(documentOf), { ordered: true }));
    },
    async logged(entryIds) {
      const found = await log
        .find({ entry: { $in: [...entryIds] } }, { projection: { _id: 0, entry: 1 } })
        .toArray();
      return new Set(found.map(({ entry }) => entry));
    },
    async read(after, { limit, maxBytes }) {
      const lines: LogLine[] = [];
      let bytes = 0;
      const cursor = log
        .find({ _id: { $gt: after } })
        .sort({ _id: 1 })
        .limit(limit);
      for await (const document of cursor) {
        bytes += document.line.byteLength + 1;
        if (bytes > maxBytes) break;
        lines.push(lineOf(document));
      }
      return lines;
    },

    async savedTotals() {
      return (await totals.findOne({ _id: 'totals' })) ?? undefined;
    },
    async saveTotals({ through, head, types }) {
      await totals.replaceOne(
        { _id: 'totals' },
        { through, head, types: [...types] },
        { upsert: true },
      );
    },
    sum: (after, through) =>
      log
        .aggregate<{ type: string; events: number; count: number }>([
          { $match: { _id: { $gt: after, $lte: through } } },
          { $group: { _id: '$type', events: { $sum: 1 }, count: { $sum: '$count' } } },
          { $project: { _id: 0, type: '$_id', events: 1, count: 1 } },
        ])
        .toArray(),
  };
}

/** Data that was put in as JSON costs the driver one text, and not hundreds of small values. */
function withData(entry: OutboxEntry & { readonly json?: unknown }): OutboxEntry {
  const { json, ...rest } = entry;
  return typeof json === 'string'
    ? { ...rest, data: JSON.parse(json) as OutboxEntry['data'] }
    : entry;
}

/** Another one under an id that stands aside already gets a name of its own; the same one, after a crash, does not. */
function asideId(entry: OutboxEntry, held: OutboxEntry | undefined): string {
  if (held === undefined || isDeepStrictEqual(held, entry)) return entry._id;
  return `${entry._id} #${createHash('sha256').update(BSON.serialize(entry)).digest('hex')}`;
}

/** Milliseconds after which a lost stream is opened again. */
const watchAgainMs = 1_000;

/** A stream that ends (a failover, a rename) is opened again; polling finds what it missed. */
function watchInserts(db: Db, onNews: () => void): () => void {
  const inserts = [
    { $match: { operationType: 'insert', 'ns.coll': { $in: ['outbox', 'feed_log'] } } },
    { $project: { _id: 1 } },
  ];
  let retry: NodeJS.Timeout | undefined;
  let stream: ReturnType<typeof open>;
  function open() {
    const opened = db.watch(inserts);
    opened.on('change', onNews);
    opened.on('error', () => {
      clearTimeout(retry);
      retry = setTimeout(() => {
        void opened.close().catch(() => undefined);
        stream = open();
        onNews();
      }, watchAgainMs);
    });
    return opened;
  }
  stream = open();
  return () => {
    clearTimeout(retry);
    void stream.close().catch(() => undefined);
  };
}

/** False when a unique key refused a document; any other error is thrown. */
async function insertedAll(insert: Promise<unknown>): Promise<boolean> {
  try {
    await insert;
    return true;
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError) || error.code !== duplicateKey) throw error;
    return false;
  }
}

function positionOf(
  document: Pick<LogDocument, '_id' | 'head' | 'recordedTime'> | null,
): LogPosition | undefined {
  if (document === null) return undefined;
  const { _id, head, recordedTime } = document;
  return { sequence: _id, head, recordedTime };
}

function documentOf(line: LogLine): LogDocument {
  return {
    _id: line.sequence,
    entry: line.entryId,
    type: line.type,
    count: line.count,
    recordedTime: line.recordedTime,
    line: line.bytes,
    head: line.head,
  };
}

function lineOf(document: LogDocument): LogLine {
  return {
    sequence: document._id,
    entryId: document.entry,
    type: document.type,
    count: document.count,
    recordedTime: document.recordedTime,
    bytes: document.line,
    head: document.head,
  };
}
