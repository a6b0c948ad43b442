/**
 * What was erased, in a file outside the database: a backup from before brings people back, and by this
 * they are erased again. It has ids of records, which say nothing once these are erased, and references
 * keyed by the platform's own secret; keep it beside the database, and not in its backups.
 */
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { keyedPerson, personKeyOf } from '@onenet/feed';
import type { Db } from 'mongodb';
import { follows, likes } from '../modules/content/store.ts';
import type { Row } from '../rows.ts';
import type { Found, Wish } from './erase.ts';

interface Line {
  /** RFC 3339. */
  readonly at: string;
  readonly platform: string;
  readonly records: readonly string[];
  readonly people: readonly string[];
}

/** Written before anything is erased: an erasure that breaks off is finished by what the file says. */
export async function enter(
  file: string,
  platform: string,
  db: Db,
  { references, records }: Found,
): Promise<void> {
  const key = await personKeyOf(db);
  const line: Line = {
    at: new Date().toISOString(),
    platform,
    records: [...records],
    people: [...references].map((each) => keyedPerson(key, each)),
  };
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await appendFile(file, `${JSON.stringify(line)}\n`, { mode: 0o600, flush: true });
}

/** All that the file says was erased at a platform, as one wish; who left nothing but a reference is found by its key. */
export async function entered(file: string, platform: string, db: Db): Promise<Wish> {
  const text = await readFile(file, 'utf8');
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
    .filter((line) => line.platform === platform);
  const people = new Set(lines.flatMap((line) => line.people));
  const key = await personKeyOf(db);
  const references = new Set<string>();
  for (const name of [likes, follows]) {
    for await (const { _id } of db.collection<Row>(name).find({}, { projection: { _id: 1 } })) {
      const reference = _id.slice(_id.indexOf(' ') + 1);
      if (people.has(keyedPerson(key, reference))) references.add(reference);
    }
  }
  return { records: lines.flatMap((line) => line.records), references: [...references] };
}
