/** The registry of platforms in MongoDB: profiles, versions, switches, with one revision over all of them. */
import type { ConnectionStatus } from '@onenet/contract';
import { NetError } from '@onenet/contract';
import type { PlatformDefinition } from '@onenet/platforms';
import type { Db, MongoClient } from 'mongodb';
import type { ClientDocument } from '../access/client.ts';
import type { DocumentVersion } from '../documents/document.ts';
import type { GrantDocument } from '../grants/grant.ts';
import { isInMaintenance } from './entry.ts';
import type { RegistryEntry, Who } from './entry.ts';
import type { NewPlatform } from './profile.ts';
import { seed } from './seed.ts';
import { Store } from './store.ts';

/** All entries at one revision. */
export interface RegistryState {
  readonly revision: number;
  /** By code. */
  readonly entries: ReadonlyMap<string, RegistryEntry>;
  /** Those that may ask, by id. */
  readonly clients: readonly ClientDocument[];
  /** The live ones, oldest first. */
  readonly grants: readonly GrantDocument[];
  /** Those in force, by name and version. */
  readonly documents: readonly DocumentVersion[];
}

/** By whose authority something is done, and from which network address. */
export interface Asker {
  readonly by: Who;
  readonly from: string | null;
}

/** The province itself, as it is configured or called by the program that runs it. */
export const program: Asker = { by: { kind: 'program', token: null }, from: null };

export class Registry {
  readonly store: Store;

  constructor(client: MongoClient, db: Db) {
    this.store = new Store(client, db);
  }

  /** Enters the reference net, and lets what is not the registry's own follow it. */
  seed(definitions: readonly PlatformDefinition[], fingerprint: string): Promise<void> {
    return seed(this.store, definitions, fingerprint);
  }

  /** Reads all entries and the revision as of one moment. */
  async read(): Promise<RegistryState> {
    const session = this.store.client.startSession({ snapshot: true });
    try {
      const net = await this.store.net.findOne({ _id: 'net' }, { session });
      const entries = await this.store.platforms.find({}, { session }).sort({ _id: 1 }).toArray();
      const clients = await this.store.clients
        .find({ status: 'ACTIVE' }, { session })
        .sort({ _id: 1 })
        .toArray();
      const grants = await this.store.grants
        .find({ status: 'LIVE' }, { session })
        .sort({ _id: 1 })
        .toArray();
      const documents = await this.store.documents
        .find({ status: 'ACTIVE' }, { session })
        .sort({ name: 1, version: 1 })
        .toArray();
      const revision = net?.revision ?? 0;
      return { revision, entries: new Map(entries.map(keyed)), clients, grants, documents };
    } finally {
      await session.endSession();
    }
  }

  /** Registers a platform that is in no file. */
  async register({ code, portOffset, profile }: NewPlatform, asker: Asker): Promise<void> {
    const { store } = this;
    await store.transaction(async (session) => {
      const find = (filter: object) => store.platforms.findOne(filter, { session });
      if (await find({ _id: code })) {
        throw new NetError('WRONG_STATE', `A platform ${code} is registered already.`);
      }
      if (profile.parent !== null && !(await find({ _id: profile.parent }))) {
        throw new NetError(
          'UNKNOWN_PLATFORM',
          `\`parent\`: no platform of the net has the code "${profile.parent}".`,
        );
      }
      const holder = portOffset === null ? null : await find({ portOffset });
      if (holder) {
        throw new NetError('WRONG_STATE', `\`portOffset\` ${portOffset} is ${holder._id}'s.`);
      }
      await store.platforms.insertOne(
        {
          _id: code,
          origin: 'registered',
          profile,
          connection: 'REGISTERED',
          resumesTo: null,
          registeredAt: new Date(),
          portOffset,
          url: null,
          lastVersion: 0,
          current: null,
          maintenance: [],
          inMaintenance: false,
        },
        { session },
      );
      const line = { ...asker, version: null, detail: profile.name, report: null };
      await store.note({ ...line, platform: code, action: 'REGISTERED' }, session);
      await store.raise(session);
    });
  }

  /** The operator's switch, for what no other action says; nothing rises when nothing changes. */
  async setConnection(code: string, connection: ConnectionStatus, asker: Asker): Promise<void> {
    await this.store.change(code, (entry) => {
      if (entry.connection === connection) return {};
      const detail = `${entry.connection} → ${connection}`;
      const trail = { action: 'SWITCHED', ...asker, version: null, detail, report: null } as const;
      return { set: { connection, resumesTo: null }, trail };
    });
  }

  /** Says where a platform answers; null: at the base port plus its offset. */
  async setUrl(code: string, url: string | null, asker: Asker): Promise<void> {
    await this.store.change(code, (entry) => {
      if (entry.url === url) return {};
      const detail = `address: ${url ?? 'by its offset'}`;
      const trail = { action: 'SWITCHED', ...asker, version: null, detail, report: null } as const;
      return { set: { url }, trail };
    });
  }

  /** Not asked until it is resumed, whatever its team publishes meanwhile. */
  async suspend(code: string, reason: string | null, asker: Asker): Promise<void> {
    await this.store.change(code, ({ connection }) => {
      if (connection === 'SUSPENDED') {
        throw new NetError('WRONG_STATE', `${code} is suspended already.`);
      }
      return {
        set: { connection: 'SUSPENDED', resumesTo: connection },
        trail: { action: 'SUSPENDED', ...asker, version: null, detail: reason, report: null },
      };
    });
  }

  async resume(code: string, asker: Asker): Promise<void> {
    await this.store.change(code, ({ connection, resumesTo, current }) => {
      if (connection !== 'SUSPENDED') {
        throw new NetError('WRONG_STATE', `${code} is ${connection}, and not suspended.`);
      }
      const before = resumesTo ?? (current === null ? 'REGISTERED' : 'CONNECTED');
      return {
        set: { connection: before, resumesTo: null },
        trail: { action: 'RESUMED', ...asker, version: null, detail: before, report: null },
      };
    });
  }

  /** Writes what the clock says of maintenance windows, for the platforms where it is news. */
  async followClock(codes: readonly string[], clock: () => Date = () => new Date()): Promise<void> {
    for (const code of codes) {
      await this.store.change(code, (entry) => {
        const now = clock();
        const inMaintenance = isInMaintenance(entry, now);
        const maintenance = entry.maintenance.filter(({ until }) => until > now);
        if (inMaintenance === entry.inMaintenance) return { set: { maintenance } };
        const action = inMaintenance ? 'MAINTENANCE_BEGAN' : 'MAINTENANCE_ENDED';
        const by = { kind: 'clock', token: null } as const;
        const trail = {
          action,
          by,
          from: null,
          version: null,
          detail: null,
          report: null,
        } as const;
        return { set: { maintenance, inMaintenance }, trail };
      });
    }
  }

  /** Calls `onChange` after each new revision, whichever process made it, until the signal aborts. */
  async watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const stream = this.store.net.watch([], { maxAwaitTimeMS: awaitChangeMs });
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
}

const reopenAfterMs = 500;
/** How long one look at the stream waits on the server: a stop waits for it. */
const awaitChangeMs = 250;

function keyed(entry: RegistryEntry): [string, RegistryEntry] {
  const { _id: code } = entry;
  return [code, entry];
}
