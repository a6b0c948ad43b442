/** Signing in with name and password: the same work and the same words, whether there is such a name or not. */
import { NetError, countedAddress } from '@onenet/contract';
import { forgetFailures, giveBackAttempt, reserveAttempt, type Attempted } from '../attempts.ts';
import type { AccessStore } from '../store.ts';
import { hashPassword, isPassword } from './passwords.ts';
import { normalizedName, type PersonDocument } from './person.ts';
import { notePerson } from './people.ts';
import { endSessionsOf } from './sessions.ts';

/** Failures of one name, whoever they are of. */
const accountLimit = { kind: 'person', most: 10, withinMs: 15 * 60_000 };
/** Failures of one address: one password may be tried on every name. */
const addressLimit = { kind: 'person-address', most: 50, withinMs: 15 * 60_000 };

const leastCharacters = 12;
/** Longer ones would make others wait. */
const mostCharacters = 256;

/** Whose failures are counted under this name, which there may not be. */
export function byAccount(name: string): Attempted {
  return { limit: accountLimit, key: normalizedName(name) };
}

/** The person whose name and password these are. */
export async function signIn(
  store: AccessStore,
  name: string,
  password: string,
  address: string,
): Promise<PersonDocument> {
  const byAddress = { limit: addressLimit, key: countedAddress(address) };
  const account = byAccount(name);
  // Both before the work, for which others wait: many at once would have it done for each.
  const wait = (await reserveAttempt(store, byAddress)) ?? (await reserveAttempt(store, account));
  if (wait !== undefined) throw locked(wait);
  const person = await store.people.findOne({ name: account.key });
  const isRight = await isPassword(password, person?.password ?? undefined);
  if (!person || !isRight) {
    throw new NetError('CREDENTIALS_INVALID', 'The name or the password is wrong.');
  }
  await giveBackAttempt(store, byAddress);
  await forgetFailures(store, [account]);
  return person;
}

/** Changes the password of somebody who is signed in and knows the old one; every session of theirs ends. The person as it is then. */
export async function changePassword(
  store: AccessStore,
  person: PersonDocument,
  current: string,
  next: string,
  from: string,
): Promise<PersonDocument> {
  const { _id, name, password } = person;
  if (password === null) {
    throw new NetError('NOT_ALLOWED', 'The password is kept where you sign in, and not here.');
  }
  refuseWeak(name, next);
  const account = byAccount(name);
  const wait = await reserveAttempt(store, account);
  if (wait !== undefined) throw locked(wait);
  if (!(await isPassword(current, password))) {
    throw new NetError('CREDENTIALS_INVALID', 'The current password is wrong.');
  }
  await forgetFailures(store, [account]);
  const changed = { ...person, password: await hashPassword(next) };
  const byThemselves = { by: { kind: 'person', token: null, reference: _id }, from } as const;
  await store.registry.transaction(async (session) => {
    // Whom the operator has put out meanwhile, with the old password, does not come back by it.
    const set = { $set: { password: changed.password } };
    const { matchedCount } = await store.people.updateOne({ _id, password }, set, { session });
    if (matchedCount === 0) {
      throw new NetError(
        'CREDENTIALS_INVALID',
        'The account has changed meanwhile: sign in again.',
      );
    }
    await notePerson(store, changed, 'PASSWORD_CHANGED', byThemselves, session);
  });
  await endSessionsOf(store, _id);
  return changed;
}

function refuseWeak(name: string, password: string): void {
  const { length } = Array.from(password);
  if (length < leastCharacters || length > mostCharacters) {
    throw new NetError(
      'BAD_INPUT',
      `The new password has ${length} characters, and must have ${leastCharacters} to ${mostCharacters}.`,
    );
  }
  if (normalizedName(password).includes(name)) {
    throw new NetError('BAD_INPUT', 'The new password has the name in it.');
  }
}

function locked(seconds: number): NetError {
  return new NetError(
    'TOO_MANY',
    `Too many attempts failed: try again in ${Math.ceil(seconds / 60)} minutes.`,
    { retryAfterSeconds: seconds },
  );
}
