/** The guard's memory on MongoDB (replica set), in the owner's own database. */
import { MongoBulkWriteError, type Db } from 'mongodb';
import type { AccessLine, GrantList, GuardStore } from './store.ts';

const duplicateKey = 11_000;

interface SeenDocument {
  /** The leaf's hash, hexadecimal. */
  readonly _id: string;
  readonly until: Date;
}

interface LineDocument {
  /** The sequence. */
  readonly _id: number;
  readonly line: string;
  readonly head: string;
}

interface SinceDocument {
  readonly _id: 'since';
  readonly since: Date;
}

type StoredGrants = Omit<GrantList, 'refused' | 'dormant'> &
  Partial<Pick<GrantList, 'refused' | 'dormant'>>;

interface GrantsDocument extends StoredGrants {
  readonly _id: 'grants';
}

export function mongoGuardStore(db: Db): GuardStore {
  const seen = db.collection<SeenDocument>('assertion_seen');
  const record = db.collection<LineDocument>('access_record');
  const settings = db.collection<SinceDocument>('assertion_settings');
  const kept = db.collection<GrantsDocument>('assertion_settings');

  return {
    async prepare() {
      await seen.createIndex({ until: 1 }, { expireAfterSeconds: 0 });
    },

    async since() {
      const found = await settings.findOneAndUpdate(
        { _id: 'since' },
        { $setOnInsert: { since: new Date() } },
        { upsert: true, returnDocument: 'after' },
      );
      if (!found) throw new Error(`${db.databaseName} does not keep since when it remembers.`);
      return found.since;
    },

    async see(leaves) {
      try {
        await seen.insertMany(
          leaves.map(({ leaf, until }) => ({ _id: leaf, until })),
          { ordered: false },
        );
        return new Set();
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        return new Set(refusedOf(error).map((index) => leaves[index]?.leaf ?? ''));
      }
    },

    async lastLine() {
      const last = await record.findOne({}, { sort: { _id: -1 }, projection: { head: 1 } });
      return last ? { sequence: last._id, head: last.head } : undefined;
    },

    async append(lines) {
      try {
        // Ordered: what stands behind a number that is taken must not be written.
        await record.insertMany(
          lines.map(({ sequence, line, head }) => ({ _id: sequence, line, head })),
          { ordered: true },
        );
        return lines.length;
      } catch (error) {
        if (!isDuplicate(error)) throw error;
        return error.insertedCount;
      }
    },

    async read(after, limit) {
      const found = await record
        .find({ _id: { $gt: after } })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      return found.map(({ _id: sequence, line, head }): AccessLine => ({ sequence, line, head }));
    },

    async saveGrants({ revision, grants, dormant, refused }) {
      const list = { revision, grants, dormant, refused };
      await kept.replaceOne({ _id: 'grants' }, list, { upsert: true });
    },

    async loadGrants() {
      const found = await kept.findOne({ _id: 'grants' });
      if (!found) return undefined;
      // One that was kept before there were such lists has none.
      const { revision, grants, dormant = [], refused = [] }: StoredGrants = found;
      return { revision, grants, dormant, refused };
    },
  };
}

/** Whether unique keys alone refused documents; anything else is thrown on. */
function isDuplicate(error: unknown): error is MongoBulkWriteError {
  return (
    error instanceof MongoBulkWriteError &&
    [error.writeErrors].flat().every(({ code }) => code === duplicateKey) &&
    error.result.getWriteConcernError() === undefined
  );
}

function refusedOf(error: MongoBulkWriteError): readonly number[] {
  return [error.writeErrors].flat().map(({ index }) => index);
}
