/** What `/access/people` does: one action each, from JSON to JSON. */
import { NetError } from '@onenet/contract';
import type { AccessActions, AccessAnswer, AccessCall } from './http.ts';
import { forgetFirstPassword } from './people/first-sign-in.ts';
import { personRoles, type PersonDocument } from './people/person.ts';
import { addPerson, listPeople, removePerson, resetPerson } from './people/people.ts';

export const personActions: AccessActions = {
  GET: list,
  POST: add,
  'POST id/reset': reset,
  'DELETE id': remove,
};

async function list({ store }: AccessCall): Promise<AccessAnswer> {
  const people = await listPeople(store);
  return { status: 200, body: { people: people.map(shownPerson) } };
}

async function add({ store, fields, asker }: AccessCall): Promise<AccessAnswer> {
  const name = fields.text('name', 64);
  if (!/^[\p{L}\p{N}._@-]+$/u.test(name)) {
    throw new NetError(
      'BAD_INPUT',
      `\`name\` is "${name}", and must be letters, digits and . _ @ -, without spaces.`,
    );
  }
  const given = fields.texts('roles', personRoles.length);
  const roles = personRoles.filter((role) => given.includes(role));
  const unknown = given.find((role) => !personRoles.some((known) => known === role));
  if (unknown !== undefined || roles.length === 0) {
    throw new NetError(
      'BAD_INPUT',
      `\`roles\` is ${JSON.stringify(given).slice(0, 80)}, and must be of ${personRoles.join(', ')}.`,
    );
  }
  const platform = fields.optional('platform', (at) => fields.text(at)) ?? null;
  if (roles.includes('team') !== (platform !== null)) {
    throw new NetError('BAD_INPUT', '`platform` is given for the role team, and for no other.');
  }
  fields.done();
  const { person, password } = await addPerson(store, name, roles, platform, asker);
  return { status: 201, body: { ...shownPerson(person), password } };
}

async function reset(call: AccessCall): Promise<AccessAnswer> {
  const { store, firstSignInFile, id: name, fields, asker } = call;
  fields.done();
  const password = await resetPerson(store, name, asker);
  await forgetFirstPassword(firstSignInFile, name);
  return { status: 200, body: { name, password } };
}

async function remove(call: AccessCall): Promise<AccessAnswer> {
  const { store, firstSignInFile, id: name, asker } = call;
  await removePerson(store, name, asker);
  await forgetFirstPassword(firstSignInFile, name);
  return { status: 200, body: { removed: name } };
}

/** Without the password's hash. */
function shownPerson({ _id: id, password, ...rest }: PersonDocument): object {
  return { id, ...rest, signsIn: password === null ? 'OIDC' : 'PASSWORD' };
}
