/** Platforms in one process: each with a database and a port of its own. */
import {
  createGuard,
  followGrants,
  mongoGuardStore,
  trustedKeys,
  type TrustedKeys,
  type UnsignedCalls,
} from '@onenet/assertion';
import { startFeed } from '@onenet/feed';
import { platformByCode, type PlatformDefinition } from '@onenet/platforms';
import type { Front } from '@onenet/sidecar';
import { MongoClient } from 'mongodb';
import { additions } from './additions/additions.ts';
import { ensureCollections, ensureIndexes } from './collections.ts';
import { ensureFacets } from './facets.ts';
import { loadReference, type LoadOptions } from './load.ts';
import type { DepartmentUrls } from './modules/matching/departments.ts';
import { ensureMediaChannels } from './modules/content/store.ts';
import { servePlatform, type ServedPlatform } from './server.ts';
import { startSimulation } from './simulate/simulation.ts';
import { startSweeps } from './sweeps.ts';

export interface PlatformsOptions {
  readonly mongodbUri: string;
  /** Platforms of the reference net, or definitions of one's own. */
  readonly codes: readonly (string | PlatformDefinition)[];
  readonly host?: string;
  /** Each platform listens on this plus its own offset; 0: the system chooses each port. */
  readonly basePort: number;
  /** Before `platform_<code>`, which names the database; a test takes one of its own. */
  readonly databasePrefix?: string;
  /** Share of the large figures that becomes records on the first start; null: no reference records. */
  readonly scale: number | null;
  /** Events of simulated activity a second, over all platforms of the process. */
  readonly simulatePerSecond?: number;
  /** Milliseconds between two rounds of what time alone brings about, such as deadlines; 0: none. Default: 30 s. */
  readonly sweepMs?: number;
  /** Records to load instead of the reference ones. */
  readonly records?: (
    definition: PlatformDefinition,
    now: Date,
  ) => ReturnType<NonNullable<LoadOptions['records']>>;
  /** URLs or files of JWK sets: whose assertions are taken. None: no signed call is. */
  readonly trust?: readonly string[];
  /** What becomes of calls without an assertion. Default: refused where keys are trusted, else `loopback`. */
  readonly unsigned?: UnsignedCalls;
  /** Base URL of the province, at which each platform follows what it has granted. Absent: it is not known, so third parties are refused. */
  readonly provinceUrl?: string;
  /** The platform's token at the province; without one the province answers this machine alone, in development. */
  readonly token?: string;
  /** Department code → where it is asked (docs/matching.md). */
  readonly departmentUrls?: DepartmentUrls;
  /** Told what takes long. */
  readonly say?: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface Platforms {
  /** Code → base URL. */
  readonly urls: Readonly<Record<string, string>>;
  readonly platforms: readonly ServedPlatform[];
  stop(): Promise<void>;
}

/** The MongoDB would fail at the first write; the message says what it lacks. */
export class NoReplicaSet extends Error {}

/** Deadlines are of days: half a minute late is in time. */
const defaultSweepMs = 30_000;

/** How many platforms are prepared side by side. */
const side = 3;

/** Opens, on the first start loads, and then serves the platforms: all of them, or none. */
export async function startPlatforms(options: PlatformsOptions): Promise<Platforms> {
  const definitions = options.codes.map(definitionOf);
  const client = await MongoClient.connect(options.mongodbUri, {
    appName: 'onenet-platform',
    ignoreUndefined: true,
    maxPoolSize: 50,
  });
  const { trust = [] } = options;
  // One for all: what one of them was sent is verified for the others too.
  const trusted = trust.length > 0 ? trustedKeys(trust) : undefined;
  const platforms: ServedPlatform[] = [];
  const servers: Front[] = [];
  const stopAll = async (): Promise<void> => {
    // Feeds first: they answer those who wait for events, so that the servers can close.
    await Promise.all(platforms.map(({ feed }) => feed.stop()));
    await Promise.all(platforms.map(async ({ grants }) => grants?.stop()));
    await Promise.all(servers.map((server) => server.stop()));
    await client.close();
  };
  try {
    await refuseStandalone(client);
    const waiting = definitions.values();
    const prepare = async (): Promise<void> => {
      for (const definition of waiting) {
        platforms.push(await openPlatform(client, definition, options, trusted));
      }
    };
    // All of them have ended before one's failure stops everything: none opens a platform after that.
    const ends = await Promise.allSettled(Array.from({ length: side }, prepare));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed) throw failed.reason;
    for (const platform of platforms) {
      const { portOffset } = platform.definition;
      const port = options.basePort === 0 ? 0 : options.basePort + portOffset;
      servers.push(await servePlatform(platform, { host: options.host ?? '127.0.0.1', port }));
    }
  } catch (error) {
    await stopAll();
    throw error;
  }
  const simulation = startSimulation(platforms, options.simulatePerSecond ?? 0);
  const sweeps = startSweeps(platforms, options.sweepMs ?? defaultSweepMs);
  return {
    urls: Object.fromEntries(
      platforms.map(({ definition }, index) => [definition.code, servers[index]?.url ?? '']),
    ),
    platforms,
    stop: async () => {
      await Promise.all([simulation.stop(), sweeps.stop()]);
      await stopAll();
    },
  };
}

async function refuseStandalone(client: MongoClient): Promise<void> {
  const hello = await client.db('admin').command({ hello: 1 });
  // A cluster's router (`isdbgrid`) has transactions and change streams as well.
  if (hello['setName'] !== undefined || hello['msg'] === 'isdbgrid') return;
  throw new NoReplicaSet(
    `MongoDB at ${client.options.hosts.join(', ')} is no replica set: transactions and change ` +
      'streams need one (start mongod with --replSet, then rs.initiate()).',
  );
}

/** The name of a platform's database. */
export function databaseName(code: string, prefix = ''): string {
  return `${prefix}platform_${code.replaceAll('-', '_')}`;
}

async function openPlatform(
  client: MongoClient,
  definition: PlatformDefinition,
  options: PlatformsOptions,
  trust: TrustedKeys | undefined,
): Promise<ServedPlatform> {
  options.signal?.throwIfAborted();
  const { code, modules, name } = definition;
  const db = client.db(databaseName(code, options.databasePrefix));
  await ensureCollections(db, modules);
  await ensureFacets(db, modules);
  await additions.get(code)?.prepare(db);
  const { records, scale, say } = options;
  if (scale === null && !records) {
    if (modules.includes('content')) await ensureMediaChannels(db, definition);
  } else {
    await loadReference(
      { definition, client, db },
      {
        scale: scale ?? 1,
        beforeFew: () => ensureIndexes(db, modules),
        ...(records && { records: (now: Date) => records(definition, now) }),
        ...(say && { onProgress: progress(`${code} ${name}`, say) }),
        ...(options.signal && { signal: options.signal }),
      },
    );
  }
  await ensureIndexes(db, modules);
  const store = mongoGuardStore(db);
  const { provinceUrl, token, departmentUrls } = options;
  const grants =
    provinceUrl === undefined
      ? undefined
      : followGrants({
          code,
          provinceUrl,
          token,
          store,
          onError: (error) => console.error(`platform ${code}:`, error),
        });
  try {
    await grants?.ready;
    const unsigned = options.unsigned ?? (trust ? 'refuse' : 'loopback');
    const guard = await createGuard({ code, trust, store, unsigned, grants });
    const feed = await startFeed({ code, db });
    const served = { definition, client, db, feed, guard };
    return { ...served, ...(grants && { grants }), ...(departmentUrls && { departmentUrls }) };
  } catch (error) {
    await grants?.stop();
    throw error;
  }
}

function definitionOf(platform: string | PlatformDefinition): PlatformDefinition {
  if (typeof platform !== 'string') return platform;
  const definition = platformByCode(platform);
  if (!definition) throw new Error(`No platform of the reference net has the code "${platform}".`);
  return definition;
}

/** A line at most once a second. */
function progress(name: string, say: (line: string) => void): (documents: number) => void {
  let said = 0;
  return (documents) => {
    if (Date.now() - said < 1_000) return;
    said = Date.now();
    say(`${name}: ${documents.toLocaleString('en')} documents`);
  };
}
