/** Erases a person from a reference platform's database: options in, what was found and done out. The platform may run meanwhile. */
import { text as textOf } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { NetError, parseIdentityNumber } from '@onenet/contract';
import { platformByCode } from '@onenet/platforms';
import { MongoClient } from 'mongodb';
import type { Platform } from '../context.ts';
import { databaseName } from '../serve.ts';
import { erasePerson, findPerson, type Found, type Wish } from './erase.ts';
import { enter, entered } from './ledger.ts';

const help = `./onenet erase --platform <code> [options]

Erases a person from a platform of the reference kind: finds all records that are theirs and, with
--yes, leaves of them what is not personal. Figures stay as they are. What is under way is ended first.

  --platform <code>     the platform
  --person <reference>  by which the platform knows the person: its own account's; may be given several times
  --record <id>         a record of theirs; may be given several times
  --identity            an identity number, read from standard input
  --yes                 erase; without it what was found is told, and nothing is changed
  --again               everybody whom the file of erasures names: after a backup was restored
  --erasures <file>     that file; keep it away from the database's backups (.onenet/erasures.ndjson)
  --mongodb-uri <uri>   the platform's MongoDB; or MONGODB_URI (mongodb://127.0.0.1:4003/?replicaSet=onenet)
  --database-prefix <p> before platform_<code>, the database's name
  --database <uri>      of Yichang (420500) in Python, its PostgreSQL; or DATABASE_URL
                        (postgres://onenet@127.0.0.1:4004/onenet_420500); --platform 420500 --help
  --help`;

const options = {
  platform: { type: 'string', default: '' },
  person: { type: 'string', multiple: true, default: [] as string[] },
  record: { type: 'string', multiple: true, default: [] as string[] },
  identity: { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  again: { type: 'boolean', default: false },
  erasures: { type: 'string', default: '.onenet/erasures.ndjson' },
  'mongodb-uri': {
    type: 'string',
    default: process.env['MONGODB_URI'] ?? 'mongodb://127.0.0.1:4003/?replicaSet=onenet',
  },
  'database-prefix': { type: 'string', default: '' },
  help: { type: 'boolean', default: false },
} as const;
const values = readOptions();

if (values.help) console.log(help);
else await main().catch(explain);

async function main(): Promise<void> {
  const definition = platformByCode(values.platform);
  if (!definition) fail(`--platform ${values.platform}: no platform of the reference net.`, 2);
  const { code } = definition;
  const client = await MongoClient.connect(values['mongodb-uri'], {
    serverSelectionTimeoutMS: 5_000,
  });
  try {
    const db = client.db(databaseName(code, values['database-prefix']));
    const wish = values.again ? await entered(values.erasures, code, db) : await wished();
    // Nobody reads a feed here: the platform's own process numbers what there is.
    const feed = { wake: () => undefined, totals: () => Promise.reject(new Error('no feed here')) };
    const platform: Platform = { definition, client, db, feed };
    const found = await findPerson(platform, wish);
    for (const { id, status } of found.found) {
      console.log(status === undefined ? id : `${id}  ${status}`);
    }
    console.log(summaryOf(found));
    if (!values.yes && !values.again) {
      console.log('Nothing was changed: --yes erases them.');
      return;
    }
    if (!values.again) await enter(values.erasures, code, db, found);
    await erasePerson(platform, found);
    console.log(`Erased. ${values.erasures} has it, for when a backup is restored.`);
    console.log(
      "The database's own log of changes and its backups forget by time: see docs/operation.md.",
    );
  } finally {
    await client.close();
  }
}

async function wished(): Promise<Wish> {
  const { person: references, record: records } = values;
  // Read, and not an argument: those stand in the shell's history and in the list of processes.
  const identityNumbers = values.identity
    ? [parseIdentityNumber((await textOf(process.stdin)).trim())]
    : [];
  if (references.length + records.length + identityNumbers.length > 0) {
    return { references, records, identityNumbers };
  }
  return fail('whom? --person, --record, --identity or --again: see --help.', 2);
}

function summaryOf({ found, references }: Found): string {
  const accounts = `${references.size} ${references.size === 1 ? 'account' : 'accounts'}`;
  return `${found.length} ${found.length === 1 ? 'record' : 'records'} of ${accounts} at ${values.platform}.`;
}

function readOptions() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(/\.\s/)[0] : String(error);
    return fail(`${reason}. See --help.`, 2);
  }
}

function explain(error: unknown): never {
  if (error instanceof NetError) fail(`${error.code}: ${error.message}`, 1);
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  if (isMissing) fail(`--erasures ${values.erasures} is not there: nobody was erased so far.`, 1);
  if (error instanceof Error && /^Mongo(ServerSelection|Network|Parse)/.test(error.name)) {
    fail(`MongoDB (--mongodb-uri or MONGODB_URI): ${error.message}`, 1);
  }
  throw error;
}

function fail(message: string, code: number): never {
  console.error(`erase: ${message}`);
  process.exit(code);
}
