/** A client's system looks up a few people at many owners: which of them the platform knows, by hashes under a key of this look-up alone. */
import { createHash } from 'node:crypto';
import { NetError, type Caller } from '@onenet/contract';
import { MongoServerError, type Collection } from 'mongodb';
import { badInput, newId } from '../../checks.ts';
import { transact, type Transaction } from '../../command.ts';
import type { Platform } from '../../context.ts';
import { seatOf } from '../../scope.ts';
import { assertHashes, countOfToday, keyIdOf, openKey } from './bounds.ts';
import { assertSubject, hashedPeople, peopleOf, type Subject } from './people.ts';
import { beginRun, endRun, failRun } from './runs.ts';
import { matchKeys, matchLookups, type LookupDoc, type UsedKey } from './store.ts';

/** People of one look-up: who holds a key can try numbers, and a look-up is for people at hand. */
export const lookupHashes = 100;

/** Look-ups of one client on one day: 5,000 people, of a county's 29 million possible numbers (80 years of days, 1,000 a day). */
export const lookupsPerDay = 50;

/** Look-ups of all clients together on one day: each reads all people of the platform once. */
export const lookupsPerDayOfAll = 500;

const mostSealedKeys = 100;

/** Minutes for which the same look-up may be asked again, page by page, or when it took too long at first. */
export const lookupMinutes = 10;

export interface LookupInput {
  readonly subject: Subject;
  readonly sealedKeys: readonly string[];
  readonly hashes: readonly string[];
}

/** Somebody of a look-up whom the platform knows. */
export interface PersonMatch {
  readonly _id: string;
  readonly hash: string;
  readonly subject: Subject;
  readonly personId: string;
}

/**
 * Whom the platform knows. Begun, counted and recorded once for a key; who asks again with the same key and list
 * is given the same, and waits with the first for what is under way.
 */
export async function lookUp(
  platform: Platform,
  caller: Caller,
  input: LookupInput,
  now: Date,
): Promise<readonly PersonMatch[]> {
  const { client, roles } = caller;
  if (client !== 'local' && !roles.includes('consumer')) {
    throw new NetError('NOT_ALLOWED', 'People are looked up by the systems of clients alone.');
  }
  const { subject, hashes } = input;
  assertSubject(platform, subject);
  assertHashes(hashes, lookupHashes);
  const key = await ownKey(platform, input.sealedKeys);
  const lookup = await begun(platform, client, key, input, now);
  const found = lookup.found ?? (await underWay(platform, lookup, key, input));
  return found.map(({ position, personId }) => ({
    _id: `${lookup.run}.${position}`,
    hash: hashes[position] ?? '',
    subject,
    personId,
  }));
}

type Found = NonNullable<LookupDoc['found']>;

/** The look-up of this key: found, or recorded and counted now. */
async function begun(
  platform: Platform,
  client: string,
  key: Uint8Array,
  { subject, hashes }: LookupInput,
  now: Date,
): Promise<LookupDoc> {
  const _id = keyIdOf(key);
  const list = createHash('sha256')
    .update([subject, ...hashes].join(' '))
    .digest('base64url');
  const known = await lookupsOf(platform).findOne({ _id });
  if (known) return assertSame(known, client, list, now);
  const actor = { kind: 'SYSTEM', reference: client } as const;
  try {
    return await transact({ platform, actor, simulated: false, at: now }, async (transaction) => {
      const { session } = transaction;
      await countOfToday(transaction, `client ${client}`, 'look-ups', lookupsPerDay);
      await countOfToday(transaction, 'all clients', 'look-ups', lookupsPerDayOfAll);
      const run = newId(platform, 'lookup');
      const lookup: LookupDoc = { _id, run, client, list, at: now, found: null };
      // Among the keys of lists too: none serves both.
      const keys = platform.db.collection<UsedKey>(matchKeys);
      await keys.insertOne({ _id, run, matched: null }, { session });
      await lookupsOf(platform).insertOne(lookup, { session });
      const of = { department: null, question: null, placeCode: null, client };
      await beginRun(transaction, { _id: run, direction: 'CLIENT_LOOKS_UP', subject, ...of });
      return lookup;
    });
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== 11_000) throw error;
    // Another call with the same key was first, or a list was compared under it.
    const first = await lookupsOf(platform).findOne({ _id });
    if (!first) throw keyUsed();
    return assertSame(first, client, list, now);
  }
}

/** A key is for one client, one list and some minutes: else lists could be laid over each other. */
function assertSame(known: LookupDoc, client: string, list: string, now: Date): LookupDoc {
  if (known.client !== client || known.list !== list) throw keyUsed();
  if (now.getTime() - known.at.getTime() > lookupMinutes * 60_000) {
    throw new NetError(
      'CONFLICT',
      `The key was for ${lookupMinutes} minutes, from ${known.at.toISOString()} on: take a new one.`,
    );
  }
  return known;
}

function keyUsed(): NetError {
  return new NetError(
    'CONFLICT',
    'The key was used for something else: take 32 new random bytes for each look-up.',
  );
}

/** Forgets who was known in look-ups that are over; their keys stay used. */
export async function forgetLookups(platform: Platform, now: Date): Promise<void> {
  const before = new Date(now.getTime() - lookupMinutes * 60_000);
  await lookupsOf(platform).updateMany(
    { at: { $lt: before }, found: { $ne: null } },
    { $set: { found: null } },
  );
}

/** Look-ups that this process works on, by run: who asks again waits for the same. */
const working = new Map<string, Promise<Found>>();

/** By platform, the last of them: one after another, so that others have their turn. */
const last = new Map<string, Promise<unknown>>();

function underWay(
  platform: Platform,
  lookup: LookupDoc,
  key: Uint8Array,
  input: LookupInput,
): Promise<Found> {
  const known = working.get(lookup.run);
  if (known) return known;
  const { code } = platform.definition;
  const before = last.get(code) ?? Promise.resolve();
  const work = before
    .catch(() => undefined)
    .then(() => compared(platform, lookup, key, input))
    .finally(() => {
      working.delete(lookup.run);
      if (last.get(code) === work) last.delete(code);
    });
  working.set(lookup.run, work);
  last.set(code, work);
  return work;
}

/** Goes through all people once, though whoever asked may be gone: the answer is there when they come again. */
async function compared(
  platform: Platform,
  { _id, run, client }: LookupDoc,
  key: Uint8Array,
  { subject, hashes }: LookupInput,
): Promise<Found> {
  const found = await peopleAmong(platform, subject, key, hashes).catch(async (error: unknown) => {
    await failRun(platform, run, new Date());
    throw error;
  });
  const actor = { kind: 'SYSTEM', reference: client } as const;
  await transact({ platform, actor, simulated: false }, async (transaction) => {
    const { session } = transaction;
    const counts = { asked: hashes.length, matched: found.length };
    if (!(await endRun(transaction, run, counts))) return;
    await lookupsOf(platform).updateOne({ _id }, { $set: { found } }, { session });
    tell(transaction, subject, counts);
  });
  return found;
}

async function peopleAmong(
  platform: Platform,
  subject: Subject,
  key: Uint8Array,
  hashes: readonly string[],
): Promise<Found> {
  const wanted = new Map(hashes.map((hash, position) => [hash, position]));
  const found: { position: number; personId: string }[] = [];
  for await (const { id, hash } of hashedPeople(platform, subject, key, [
    peopleOf[subject].known,
  ])) {
    const position = wanted.get(hash);
    if (position === undefined) continue;
    found.push({ position, personId: id });
    // The same number may stand in two records: the person is known once.
    wanted.delete(hash);
    if (wanted.size === 0) break;
  }
  return found;
}

function tell(
  transaction: Transaction,
  category: Subject,
  { asked, matched }: { readonly asked: number; readonly matched: number },
): void {
  const about = { place: seatOf(transaction.platform), category };
  transaction.emit('onenet.lookup.asked', { ...about, value: asked });
  transaction.emit('onenet.lookup.found', { ...about, value: matched });
}

/** The key among those that are sealed to several owners. */
async function ownKey(platform: Platform, sealedKeys: readonly string[]): Promise<Uint8Array> {
  if (sealedKeys.length < 1 || sealedKeys.length > mostSealedKeys) {
    throw badInput(`\`sealedKeys\` has ${sealedKeys.length}: from 1 to ${mostSealedKeys}.`);
  }
  for (const sealed of sealedKeys) {
    const key = await openKey(platform, sealed).catch((error: unknown) => {
      if (error instanceof NetError && error.code === 'BAD_INPUT') return undefined;
      throw error;
    });
    if (key) return key;
  }
  throw badInput(
    `None of \`sealedKeys\` is sealed to the \`sealingKey\` of ${platform.definition.code}: seal the key to each platform that you ask, or leave it out by \`filter.platforms\`.`,
  );
}

function lookupsOf({ db }: Platform): Collection<LookupDoc> {
  return db.collection<LookupDoc>(matchLookups);
}
