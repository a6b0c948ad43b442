/** The registry of platforms in MongoDB: switches and addresses, with one revision over all of them. */
import type { ConnectionStatus } from '@onenet/contract';
import { NetError } from '@onenet/contract';
import type { PlatformDefinition } from '@onenet/platforms';
import type { ClientSession, Collection, Db, MongoClient } from 'mongodb';

/** What the registry keeps of a platform; the rest of it is its definition. */
export interface RegistryEntry {
  /** The platform's code. */
  readonly _id: string;
  readonly connection: ConnectionStatus;
  readonly registeredAt: Date;
  /** Fixed when the platform is registered, whatever its definition says later. */
  readonly portOffset: number;
  /** Base URL where it does not answer at the base port plus its offset. */
  readonly url: string | null;
}

/** The one document of the collection `net`. */
interface NetDocument {
  readonly _id: 'net';
  readonly revision: number;
  /** Of what the snapshot holds besides the registry: the composed SDL, service addresses. */
  readonly fingerprint: string;
}

/** All entries at one revision. */
export interface RegistryState {
  readonly revision: number;
  readonly entries: ReadonlyMap<string, RegistryEntry>;
}

export class Registry {
  readonly #client: MongoClient;
  readonly #platforms: Collection<RegistryEntry>;
  readonly #net: Collection<NetDocument>;

  constructor(client: MongoClient, db: Db) {
    this.#client = client;
    this.#platforms = db.collection('platforms');
    this.#net = db.collection('net');
  }

  /**
   * Enters the platforms that are not there yet, and raises the revision when that, or the
   * fingerprint, is news. Any number of processes may do it at once, any number of times.
   */
  async seed(definitions: readonly PlatformDefinition[], fingerprint: string): Promise<void> {
    await this.#platforms.createIndex({ portOffset: 1 }, { unique: true });
    await this.#transaction(async (session) => {
      const known = new Set(await this.#platforms.distinct('_id', {}, { session }));
      const fresh = definitions.filter((definition) => !known.has(definition.code));
      const net = await this.#net.findOne({ _id: 'net' }, { session });
      if (fresh.length === 0 && net?.fingerprint === fingerprint) return;
      if (fresh.length > 0) await this.#platforms.insertMany(fresh.map(newEntry), { session });
      await this.#net.updateOne(
        { _id: 'net' },
        { $inc: { revision: 1 }, $set: { fingerprint } },
        { session, upsert: true },
      );
    });
  }

  /** Reads all entries and the revision as of one moment. */
  async read(): Promise<RegistryState> {
    const session = this.#client.startSession({ snapshot: true });
    try {
      const net = await this.#net.findOne({ _id: 'net' }, { session });
      const entries = await this.#platforms.find({}, { session }).toArray();
      return {
        revision: net?.revision ?? 0,
        entries: new Map(entries.map(keyed)),
      };
    } finally {
      await session.endSession();
    }
  }

  /** Changes an entry and raises the revision; nothing rises when nothing changes. */
  async update(
    code: string,
    change: Partial<Pick<RegistryEntry, 'connection' | 'url'>>,
  ): Promise<void> {
    await this.#transaction(async (session) => {
      const result = await this.#platforms.updateOne({ _id: code }, { $set: change }, { session });
      if (result.matchedCount === 0) {
        throw new NetError('UNKNOWN_PLATFORM', `No platform of the net has the code "${code}".`);
      }
      if (result.modifiedCount === 0) return;
      await this.#net.updateOne({ _id: 'net' }, { $inc: { revision: 1 } }, { session });
    });
  }

  /** Calls `onChange` after each new revision, whichever process made it, until the signal aborts. */
  async watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const stream = this.#net.watch([], { maxAwaitTimeMS: awaitChangeMs });
      const close = () => void stream.close();
      signal.addEventListener('abort', close);
      try {
        // What changed before the stream was open would not show in it.
        stream.once('resumeTokenChanged', onChange);
        for await (const _ of stream) onChange();
      } catch (error) {
        if (signal.aborted) return;
        console.error('registry: the change stream ended and is opened again:', error);
        await new Promise((resolve) => setTimeout(resolve, reopenAfterMs));
      } finally {
        signal.removeEventListener('abort', close);
        await stream.close();
      }
    }
  }

  async #transaction(body: (session: ClientSession) => Promise<void>): Promise<void> {
    await this.#client.withSession((session) =>
      session.withTransaction(() => body(session), {
        readConcern: { level: 'snapshot' },
        writeConcern: { w: 'majority' },
      }),
    );
  }
}

const reopenAfterMs = 500;
/** How long one look at the stream waits on the server: a stop waits for it. */
const awaitChangeMs = 250;

function keyed(entry: RegistryEntry): [string, RegistryEntry] {
  const { _id: code } = entry;
  return [code, entry];
}

function newEntry({ code, connection, portOffset }: PlatformDefinition): RegistryEntry {
  return { _id: code, connection, registeredAt: new Date(), portOffset, url: null };
}
