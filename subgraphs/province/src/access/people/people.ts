/** What the operator does with people, and the first of them: each in one transaction with its line in the trail. */
import { NetError } from '@onenet/contract';
import { MongoServerError, type ClientSession } from 'mongodb';
import type { Action } from '../../registry/entry.ts';
import type { Asker } from '../../registry/registry.ts';
import { forgetFailures } from '../attempts.ts';
import type { AccessStore } from '../store.ts';
import { hashPassword, newPassword } from './passwords.ts';
import { newPersonId, normalizedName, type PersonDocument, type PersonRole } from './person.ts';
import { endSessionsOf } from './sessions.ts';
import { byAccount } from './sign-in.ts';

const duplicateKey = 11_000;

/** Adds a person with a password that is made; it is shown once. */
export async function addPerson(
  store: AccessStore,
  name: string,
  roles: readonly PersonRole[],
  platform: string | null,
  asker: Asker,
): Promise<{ readonly person: PersonDocument; readonly password: string }> {
  if (
    platform !== null &&
    !(await store.registry.platforms.findOne({ _id: platform }, { projection: { _id: 1 } }))
  ) {
    throw new NetError('UNKNOWN_PLATFORM', `No platform of the net has the code "${platform}".`);
  }
  const password = newPassword();
  const person: PersonDocument = {
    _id: newPersonId(),
    name: normalizedName(name),
    displayName: null,
    roles,
    platform,
    password: await hashPassword(password),
    oidc: null,
    createdAt: new Date(),
  };
  try {
    await store.registry.transaction(async (session) => {
      await store.people.insertOne(person, { session });
      await notePerson(store, person, 'PERSON_ADDED', asker, session);
    });
  } catch (error) {
    if (!(error instanceof MongoServerError && error.code === duplicateKey)) throw error;
    throw new NetError('CONFLICT', `There is a person "${person.name}" already.`);
  }
  return { person, password };
}

export async function listPeople({ people }: AccessStore): Promise<readonly PersonDocument[]> {
  return people.find().sort({ name: 1 }).toArray();
}

/** A new password, shown once; a lock-out and every session end. */
export async function resetPerson(store: AccessStore, name: string, asker: Asker): Promise<string> {
  const password = newPassword();
  const hashed = await hashPassword(password);
  const person = await change(store, name, 'PERSON_RESET', asker, (session) =>
    store.people.findOneAndUpdate(
      { name: normalizedName(name), oidc: null },
      { $set: { password: hashed } },
      { session },
    ),
  );
  await forgetFailures(store, [byAccount(person.name)]);
  await endSessionsOf(store, person._id);
  return password;
}

/** By name or, of another provider's people, by id; what is left of the person is that id, in records of what was done. */
export async function removePerson(store: AccessStore, name: string, asker: Asker): Promise<void> {
  const person = await change(store, name, 'PERSON_REMOVED', asker, (session) =>
    store.people.findOneAndDelete(
      { $or: [{ name: normalizedName(name) }, { _id: name }] },
      { session },
    ),
  );
  // Counted under a hash of the name, which who knows the name could find.
  await forgetFailures(store, [byAccount(person.name)]);
  await endSessionsOf(store, person._id);
}

/** A line of the trail on a person: by the opaque id, so that it names nobody, also when the person is gone. */
export async function notePerson(
  { registry }: AccessStore,
  { _id: person, roles, platform }: PersonDocument,
  action: Action,
  { by, from }: Asker,
  session: ClientSession,
  before?: Pick<PersonDocument, 'roles' | 'platform'>,
): Promise<void> {
  const now = rolesText({ roles, platform });
  const detail = before ? `${rolesText(before)} → ${now}` : now;
  const line = { platform, person, action, by, from, version: null, detail, report: null };
  await registry.note(line, session);
}

async function change(
  store: AccessStore,
  name: string,
  action: Action,
  asker: Asker,
  write: (session: ClientSession) => Promise<PersonDocument | null>,
): Promise<PersonDocument> {
  let changed: PersonDocument | undefined;
  await store.registry.transaction(async (session) => {
    const person = await write(session);
    if (!person) throw unknownPerson(name);
    await notePerson(store, person, action, asker, session);
    changed = person;
  });
  if (!changed) throw unknownPerson(name);
  return changed;
}

function rolesText({ roles, platform }: Pick<PersonDocument, 'roles' | 'platform'>): string {
  return roles.map((role) => (role === 'team' ? `team of ${platform ?? ''}` : role)).join(', ');
}

function unknownPerson(name: string): NetError {
  return new NetError('NOT_FOUND', `Nobody of the name "${name.slice(0, 80)}" may sign in here.`);
}
