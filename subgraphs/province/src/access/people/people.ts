/** What the operator does with people, and the first of them. */
import { NetError } from '@onenet/contract';
import { MongoServerError } from 'mongodb';
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
    await store.people.insertOne(person);
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
export async function resetPerson(store: AccessStore, name: string): Promise<string> {
  const password = newPassword();
  const person = await store.people.findOneAndUpdate(
    { name: normalizedName(name), oidc: null },
    { $set: { password: await hashPassword(password) } },
  );
  if (!person) throw unknownPerson(name);
  await forgetFailures(store, [byAccount(person.name)]);
  await endSessionsOf(store, person._id);
  return password;
}

/** By name or, of another provider's people, by id. */
export async function removePerson(store: AccessStore, name: string): Promise<void> {
  const person = await store.people.findOneAndDelete({
    $or: [{ name: normalizedName(name) }, { _id: name }],
  });
  if (!person) throw unknownPerson(name);
  await endSessionsOf(store, person._id);
}

function unknownPerson(name: string): NetError {
  return new NetError('NOT_FOUND', `Nobody of the name "${name.slice(0, 80)}" may sign in here.`);
}
