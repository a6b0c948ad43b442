/** `./onenet restore <folder>`: a backup into what is empty. Whatever has happened since is said, for the operator to do again. */
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { restoredRevision } from '@onenet/contract';
import type { MongoClient } from 'mongodb';
import { checkedBackup, type Manifest } from '../backup/manifest.ts';
import { restoreDatabases, takenDatabases } from '../backup/mongo.ts';
import {
  dataFiles,
  folderAndOptions,
  isEmpty,
  noFolder,
  placeOptions,
  withMongo,
} from '../backup/place.ts';
import { UsageError } from '../options.ts';
import { step, type Say } from '../progress.ts';
import { runCommand } from './run.ts';

const restoreOptions = {
  'keep-clients': {
    kind: 'flag',
    default: false,
    help: 'clients may ask as before; without it all are suspended, since some may have been revoked since',
  },
  ...placeOptions,
} as const;

/** Resolves with the exit code. */
export async function restore(args: readonly string[], usage: string): Promise<number> {
  const say: Say = (line) => console.log(line);
  const [folder, options] = folderAndOptions(args);
  return await runCommand(
    restoreOptions,
    options,
    `${usage.replace('[options]', '<folder> [options]')}\n\n${about}`,
    async (values) => {
      if (folder === '') throw noFolder();
      const { data } = values;
      const uri = values['mongodb-uri'];
      const manifest = await step(say, 'hashes', () => checkedBackup(folder));
      if (manifest.of !== 'platform') await refuseTaken(data, manifest.of, uri === '');
      if (manifest.of === 'platform' && uri === '') {
        throw new UsageError('--mongodb-uri is missing: the MongoDB of the platform.');
      }
      let at = '';
      let suspended: readonly string[] = [];
      const work = (client: MongoClient) =>
        step(
          say,
          'MongoDB',
          async () => {
            await restoreMongo(client, folder, (told) => (at = told));
            const isProvince = manifest.of === 'province';
            if (isProvince && !values['keep-clients']) suspended = await suspendClients(client);
          },
          () => Promise.resolve(at),
        );
      await withMongo(uri, data, say, work);
      if (manifest.of !== 'platform') {
        await step(say, 'files', () => restoreFiles(folder, data, manifest));
      }
      say(`Restored ${folder} as of ${manifest.madeAt}.`);
      for (const line of linesFor(manifest, values['keep-clients'], suspended)) say(line);
      return 0;
    },
  );
}

const about = `Into a data directory without a net's data, and databases that are empty; nothing is overwritten. The net must not run.`;

/** Nothing that is there is touched: it may be all that is left. */
async function refuseTaken(data: string, of: Manifest['of'], isOwnMongo: boolean): Promise<void> {
  const ofProvince = [...dataFiles, ...(isOwnMongo ? ['mongodb'] : [])];
  const names = ['analytics/clickhouse', ...(of === 'province' ? ofProvince : [])];
  for (const name of names) {
    if (await isNothing(join(data, name))) continue;
    throw new UsageError(
      of === 'province'
        ? `${join(data, name)} is there already: nothing was restored. Move ${data} away (mv ${data} ${data}.before), or name another --data.`
        : `${join(data, name)} is there already: nothing was restored. Move it away.`,
    );
  }
}

async function isNothing(path: string): Promise<boolean> {
  return await isEmpty(path).catch((error: unknown) => {
    // A file, and no folder.
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return false;
    throw error;
  });
}

async function restoreMongo(
  client: MongoClient,
  folder: string,
  told: (what: string) => void,
): Promise<void> {
  const dump = join(folder, 'mongodb');
  const taken = await takenDatabases(client, dump);
  if (taken.length > 0) {
    throw new UsageError(
      `MongoDB has ${taken.join(', ')} already: nothing was restored. Drop what is to be replaced, or name another --mongodb-uri.`,
    );
  }
  const names = await restoreDatabases(client, dump, (collection, documents) =>
    told(`${collection}, ${documents} documents`),
  );
  for (const name of names) {
    // Leaves that were taken since are not known: nothing that was signed before now may be taken.
    await client
      .db(name)
      .collection<{ _id: string }>('assertion_settings')
      .deleteOne({ _id: 'since' });
  }
  if (!names.includes('province')) return;
  // What waited on the disks of gateways that are gone is not to come; one that starts again on its own says so itself.
  await client
    .db('gateway')
    .collection('deliveries')
    .updateMany({}, { $set: { isClosed: true } });
  const province = client.db('province');
  // Tokens of before may be of clients that have been revoked since.
  const notBefore = Math.ceil(Date.now() / 1000);
  await province.collection('clients').updateMany({}, { $max: { notBefore } });
  const net = province.collection<{ _id: string; revision: number }>('net');
  const { revision = 0 } = (await net.findOne({ _id: 'net' })) ?? {};
  await net.updateOne(
    { _id: 'net' },
    { $set: { revision: restoredRevision(revision, Date.now()) } },
  );
}

/** Whoever was revoked since must not be let in again by the restoring: nobody is, until somebody has looked. Who may ask, by id. */
async function suspendClients(client: MongoClient): Promise<readonly string[]> {
  const clients = client.db('province').collection<{ _id: string; status: string }>('clients');
  const active = await clients.find({ status: 'ACTIVE' }).sort({ _id: 1 }).toArray();
  await clients.updateMany({ status: 'ACTIVE' }, { $set: { status: 'SUSPENDED' } });
  return active.map(({ _id }) => _id);
}

async function restoreFiles(folder: string, data: string, manifest: Manifest): Promise<void> {
  await mkdir(data, { recursive: true });
  if (manifest.clickhouse) {
    const tables = join(data, 'analytics', 'clickhouse');
    await cp(join(folder, 'clickhouse'), tables, { recursive: true });
  }
  for (const name of manifest.of === 'province' ? dataFiles : []) {
    await cp(join(folder, 'data', name), join(data, name), { recursive: true });
  }
}

const serverLine =
  '- ClickHouse is a server: restore its backup, or the tables are read anew from the feeds.';

const rankingsLine =
  '- rankings published since then are published anew, from figures of now: docs/ranking.md, Editions.';

/** What was done since is not in it, and only people know of it. */
function linesFor(
  { of, madeAt, clickhouse, platform }: Manifest,
  keepsClients: boolean,
  suspended: readonly string[],
): string[] {
  if (of === 'analytics') {
    return [
      'What came since is read again from the owners, and counted once: start the net.',
      rankingsLine,
      ...(clickhouse ? [] : [serverLine]),
    ];
  }
  if (of === 'platform') {
    return [
      `What ${platform} recorded since is lost; the province notices by its feed, and counts what is left.`,
      `Whoever was erased since is back: ./onenet erase --platform ${platform} --again`,
    ];
  }
  return [
    `What was done since ${madeAt} is to be done again:`,
    rankingsLine,
    ...(keepsClients
      ? [
          '- clients revoked or suspended since then may ask again: ./onenet client revoke --client <id>',
        ]
      : [
          '- clients that could ask then are suspended now; without those that may not any more:',
          suspended.length === 0
            ? '  there were none'
            : `  ./onenet client resume --client ${suspended.join(',')}`,
        ]),
    '- secrets and keys of clients that were replaced since then are good again, and scopes are those of then:',
    '  ./onenet client rotate --overlap 0, ./onenet client scopes; documents: ./onenet document retire',
    '- grants revoked since then are live in the registry, and refused by the owners that knew of it, who name',
    '  them in their logs: ./onenet grant revoke. Grants given since then are gone: clients apply again.',
    '- people removed since then may sign in, and passwords are those of then: ./onenet person remove, or reset.',
    '  Everybody signs in anew.',
    '- tokens of platforms that were revoked since then hold again: ./onenet platform token --revoke. Platforms',
    '  suspended, stopped or withdrawn since are asked again: ./onenet platform suspend, or stop; ./onenet withdraw',
    '- keys are those of then: if one was replaced because others knew it, ./onenet keys rotate, and --tokens.',
    '- what platforms published since then is published again; what they recorded is read from them.',
    ...(clickhouse ? [] : [serverLine]),
    'Tokens of before are refused: clients ask for new ones. ./onenet access verify says what records lack.',
  ];
}
