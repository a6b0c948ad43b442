/** The registry's collections, and the transaction in which everything of it changes. */
import { NetError } from '@onenet/contract';
import { ObjectId } from 'mongodb';
import type { ClientSession, Collection, Db, MongoClient } from 'mongodb';
import type { ClientDocument } from '../access/client.ts';
import type { DocumentVersion } from '../documents/document.ts';
import type { GrantDocument } from '../grants/grant.ts';
import type { RegistryEntry, TrailEntry, VersionDocument } from './entry.ts';
import type { TokenDocument } from './tokens.ts';

/** The one document of the collection `net`. */
interface NetDocument {
  readonly _id: 'net';
  readonly revision: number;
  /** Of what the snapshot holds besides the registry: the composed SDL, service addresses. */
  readonly fingerprint: string;
  /** Whether it is a sandbox's; absent: it is not. */
  readonly sandbox?: boolean;
}

/** A line of the audit trail as stored; its id rises with time. */
export interface TrailDocument extends TrailEntry {
  readonly _id: ObjectId;
}

/** What a transaction does to one platform. */
export interface Change {
  /** Nothing to set: only the trail gets a line. */
  readonly set?: Partial<Omit<RegistryEntry, '_id'>>;
  readonly trail?: Omit<TrailEntry, 'at' | 'platform'>;
  readonly version?: VersionDocument;
}

export class Store {
  readonly client: MongoClient;
  readonly platforms: Collection<RegistryEntry>;
  readonly clients: Collection<ClientDocument>;
  readonly grants: Collection<GrantDocument>;
  readonly documents: Collection<DocumentVersion>;
  readonly net: Collection<NetDocument>;
  readonly versions: Collection<VersionDocument>;
  readonly tokens: Collection<TokenDocument>;
  readonly trail: Collection<TrailDocument>;

  constructor(client: MongoClient, db: Db) {
    this.client = client;
    this.platforms = db.collection('platforms');
    this.clients = db.collection('clients');
    this.grants = db.collection('grants');
    this.documents = db.collection('documents');
    this.net = db.collection('net');
    this.versions = db.collection('versions');
    this.tokens = db.collection('tokens');
    this.trail = db.collection('trail');
  }

  /** Indexes, and the collections that a transaction could not make in older servers. */
  async prepare(): Promise<void> {
    await this.#dropFirstOffsetIndex();
    await this.platforms.createIndex(
      { portOffset: 1 },
      {
        name: 'portOffset_given',
        unique: true,
        partialFilterExpression: { portOffset: { $type: 'number' } },
      },
    );
    await this.documents.createIndex({ name: 1, version: 1 }, { unique: true });
    await this.versions.createIndex({ platform: 1, number: -1 }, { unique: true });
    await this.tokens.createIndex({ hash: 1 }, { unique: true });
    await this.tokens.createIndex({ platform: 1 });
    await this.trail.createIndex({ platform: 1, _id: -1 });
    await this.trail.createIndex({ client: 1, _id: -1 }, { sparse: true });
  }

  /**
   * Changes one platform by what `decide` makes of it as it stands; the revision rises when the net
   * changes. Every such transaction writes `net`, so they run one after another, whichever
   * processes they are of: what `decide` reads in its session still holds when it is written.
   */
  async change(
    code: string,
    decide: (entry: RegistryEntry, session: ClientSession) => Promise<Change> | Change,
  ): Promise<void> {
    await this.transaction(async (session) => {
      const entry = await this.platforms.findOne({ _id: code }, { session });
      if (entry === null) throw unknownPlatform(code);
      const { set = {}, trail, version } = await decide(entry, session);
      // A publish takes up to a minute: what it was begun with may have been revoked meanwhile.
      if (trail?.by.token != null) await this.#refuseRevoked(trail.by.token, session);
      if (version) await this.versions.insertOne(version, { session });
      if (trail) await this.note({ ...trail, platform: code }, session);
      if (Object.keys(set).length === 0) return;
      const result = await this.platforms.updateOne({ _id: code }, { $set: set }, { session });
      if (result.modifiedCount > 0) await this.raise(session);
    });
  }

  async #refuseRevoked(token: string, session: ClientSession): Promise<void> {
    if (await this.tokens.findOne({ _id: token, revokedAt: null }, { session })) return;
    throw new NetError('TOKEN_REQUIRED', 'The token was revoked meanwhile: nothing was changed.');
  }

  /** The next revision: who polls `/net` gets it. */
  async raise(session: ClientSession): Promise<void> {
    await this.net.updateOne({ _id: 'net' }, { $inc: { revision: 1 } }, { session });
  }

  /** Adds a line to the audit trail. */
  async note(entry: Omit<TrailEntry, 'at'>, session?: ClientSession): Promise<void> {
    const line = { _id: new ObjectId(), at: new Date(), ...entry };
    await this.trail.insertOne(line, session ? { session } : {});
  }

  async transaction(body: (session: ClientSession) => Promise<void>): Promise<void> {
    await this.client.withSession((session) =>
      session.withTransaction(() => body(session), {
        readConcern: { level: 'snapshot' },
        writeConcern: { w: 'majority' },
      }),
    );
  }

  /** Registries of the first kind gave every platform an offset, and their index refuses two without. */
  async #dropFirstOffsetIndex(): Promise<void> {
    const indexes = await this.platforms.indexes().catch(() => []);
    if (indexes.some(({ name }) => name === 'portOffset_1')) {
      await this.platforms.dropIndex('portOffset_1');
    }
  }
}

export function unknownPlatform(code: string): NetError {
  return new NetError('UNKNOWN_PLATFORM', `No platform of the net has the code "${code}".`);
}
