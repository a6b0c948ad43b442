/** `./onenet backup <folder>`: the province's side of the net, or one platform, while they run. */
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { sealBackup, type Manifest } from '../backup/manifest.ts';
import { dumpDatabases } from '../backup/mongo.ts';
import {
  databasesOf,
  dataFiles,
  folderAndOptions,
  isEmpty,
  noFolder,
  placeOptions,
} from '../backup/place.ts';
import { UsageError } from '../options.ts';
import { step, type Say } from '../progress.ts';
import { RegistryError } from './registry.ts';
import { runCommand } from './run.ts';

const backupOptions = {
  platform: {
    kind: 'text',
    default: '',
    help: "one reference platform's database instead: its code",
  },
  analytics: {
    kind: 'text',
    default: 'http://127.0.0.1:4002',
    env: 'ONENET_ANALYTICS',
    help: 'base URL of analytics, which has the embedded ClickHouse',
  },
  'clickhouse-url': {
    kind: 'text',
    default: '',
    env: 'CLICKHOUSE_URL',
    help: 'ClickHouse is a server, which has backups of its own: it is left out',
  },
  ...placeOptions,
} as const;

/** What nobody needs back: who was signed in signs in again. */
const leftOut: ReadonlySet<string> = new Set(['province.sessions']);

/** Resolves with the exit code. */
export async function backup(args: readonly string[], usage: string): Promise<number> {
  const [folder, options] = folderAndOptions(args);
  const text = `${usage.replace('[options]', '<folder> [options]')}\n\n${about}`;
  return await runCommand(backupOptions, options, text, async (values) => {
    const { platform, data } = values;
    const databases = databasesOf(platform);
    const isProvince = platform === '';
    const of = isProvince ? 'province' : 'platform';
    const clickhouse = isProvince && values['clickhouse-url'] === '';
    await makeBackup(folder, { ...values, of, databases, clickhouse, data });
    say(isProvince ? keepText : platformText);
    if (isProvince && !clickhouse) say(serverText);
    return 0;
  });
}

const { platform: _platform, ...analyticsOptions } = backupOptions;

/** `./onenet analytics backup`: positions and tables alone. Resolves with the exit code. */
export async function backupAnalytics(args: readonly string[], usage: string): Promise<number> {
  const [folder, options] = folderAndOptions(args);
  const text = usage.replace('[options]', '<folder> [options]');
  return await runCommand(analyticsOptions, options, text, async (values) => {
    const clickhouse = values['clickhouse-url'] === '';
    const of = 'analytics';
    await makeBackup(folder, { ...values, of, platform: '', databases: [of], clickhouse });
    if (!clickhouse) say(serverText);
    return 0;
  });
}

interface Wanted {
  readonly of: Manifest['of'];
  readonly platform: string;
  readonly databases: readonly string[];
  /** Whether the embedded tables are in it. */
  readonly clickhouse: boolean;
  readonly analytics: string;
  readonly data: string;
  readonly 'mongodb-uri': string;
}

async function makeBackup(folder: string, wanted: Wanted): Promise<void> {
  if (folder === '') throw noFolder();
  if (!(await isEmpty(folder))) {
    throw new UsageError(`${folder} is not empty: name a new folder, one for each backup.`);
  }
  // Also where a database has nothing yet: a restore looks into it.
  await mkdir(join(folder, 'mongodb'), { recursive: true, mode: 0o700 });
  const madeAt = new Date().toISOString();
  const { of, platform, databases, clickhouse } = wanted;
  // Before the positions: what they say beyond it is read again from the owners.
  if (clickhouse) await step(say, 'ClickHouse', () => copyTables(wanted.analytics, folder));
  let at = '';
  await step(
    say,
    'MongoDB',
    async () => {
      const uri = wanted['mongodb-uri'] || 'mongodb://127.0.0.1:4003/?replicaSet=onenet';
      const client = await MongoClient.connect(uri, { serverSelectionTimeoutMS: 5_000 });
      try {
        await dumpDatabases(
          client,
          databases,
          join(folder, 'mongodb'),
          (database, collection) => !leftOut.has(`${database}.${collection}`),
          (collection, documents) => (at = `${collection}, ${documents} documents`),
        );
      } finally {
        await client.close();
      }
    },
    () => Promise.resolve(at),
  );
  if (of === 'province') {
    for (const name of dataFiles) {
      await cp(join(wanted.data, name), join(folder, 'data', name), { recursive: true });
    }
  }
  const sealed = () =>
    sealBackup(folder, { of, platform: platform === '' ? null : platform, madeAt, clickhouse });
  const { files } = await step(say, 'hashes', sealed);
  say(`${folder}: ${Object.keys(files).length} files, as of ${madeAt}.`);
}

const say: Say = (line) => console.log(line);

const about = `Without --platform: registry, clients, people, grants, positions, what was asked, ClickHouse's tables, keys.
Platforms' databases are their own teams'; --platform backs up one of the reference kind.`;

const keepText =
  'It has private keys and hashes of secrets: keep it as you keep them, encrypted and away from this machine.';
const platformText =
  'It has what is personal: keep it encrypted. Whom it names after an erasure is told by the file of erasures (./onenet erase --help).';
const serverText =
  'ClickHouse is a server and was left out: BACKUP DATABASE onenet TO … on it, at about the same time.';

/** Has analytics freeze its tables, and takes them over. */
async function copyTables(analytics: string, folder: string): Promise<void> {
  const url = new URL('backup', analytics.endsWith('/') ? analytics : `${analytics}/`);
  const response = await fetch(url, { method: 'POST' }).catch((cause: unknown) => {
    throw new RegistryError(
      `Analytics does not answer at ${analytics}: name it with --analytics; where ClickHouse is a server, that with --clickhouse-url.`,
      { cause },
    );
  });
  const answer = (await response.json()) as {
    readonly folder?: string;
    readonly error?: { readonly message: string };
  };
  if (answer.folder === undefined) {
    throw new RegistryError(`Analytics refuses: ${answer.error?.message ?? response.status}`);
  }
  // It is removed afterwards, and whoever answers at that port may be somebody else: no other folder is touched.
  if (!/\/backups\/clickhouse_\d+$/.test(answer.folder)) {
    throw new RegistryError(
      `What answers at ${analytics} is not analytics: it names no copy of ClickHouse's tables.`,
    );
  }
  try {
    await cp(answer.folder, join(folder, 'clickhouse'), { recursive: true });
  } finally {
    await rm(answer.folder, { recursive: true, force: true });
  }
}
