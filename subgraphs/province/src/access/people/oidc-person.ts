/** A person by the word of a provider of identities: made at the first sign-in, its roles taken anew at each. */
import { isDeepStrictEqual } from 'node:util';
import { NetError } from '@onenet/contract';
import type { AccessStore } from '../store.ts';
import type { Identity } from './oidc.ts';
import { notePerson } from './people.ts';
import { newPersonId, personRoles, type PersonDocument, type PersonRole } from './person.ts';

export async function personOf(
  store: AccessStore,
  identity: Identity,
  from: string,
): Promise<PersonDocument> {
  const { issuer, subject, displayName } = identity;
  const { roles, platform } = rolesOf(identity.roles);
  if (platform !== null && !(await store.registry.platforms.findOne({ _id: platform }))) {
    throw new NetError(
      'NOT_ALLOWED',
      `The provider of identities names the platform "${platform}", which the net does not have.`,
    );
  }
  const who = { 'oidc.issuer': issuer, 'oidc.subject': subject };
  let person: PersonDocument | null = null;
  await store.registry.transaction(async (session) => {
    const before = await store.people.findOne(who, { session });
    person = await store.people.findOneAndUpdate(
      who,
      {
        $set: { roles, platform, displayName },
        // No local name has a space: nobody can take this one, nor it theirs.
        $setOnInsert: {
          _id: newPersonId(),
          name: `${issuer} ${subject}`,
          password: null,
          oidc: { issuer, subject },
          createdAt: new Date(),
        },
      },
      { upsert: true, returnDocument: 'after', session },
    );
    if (!person) return;
    const asker = { by: { kind: 'person', token: null, reference: person._id }, from } as const;
    if (!before) await notePerson(store, person, 'PERSON_ADDED', asker, session);
    else if (!isDeepStrictEqual([before.roles, before.platform], [roles, platform])) {
      await notePerson(store, person, 'PERSON_CHANGED', asker, session, before);
    }
  });
  if (!person) throw new Error('An upsert brought nothing.');
  return person;
}

/** Of a claim that is a list or one text; what is no role of ours is passed over. */
function rolesOf(claim: unknown): {
  readonly roles: readonly PersonRole[];
  readonly platform: string | null;
} {
  const texts = (Array.isArray(claim) ? claim : [claim]).filter((each) => typeof each === 'string');
  const platforms = texts.flatMap((text) => /^team:(.+)$/.exec(text)?.slice(1) ?? []);
  const roles = personRoles.filter((role) =>
    role === 'team' ? platforms.length > 0 : texts.includes(role),
  );
  const [platform = null, second] = platforms;
  if (roles.length > 0 && second === undefined) return { roles, platform };
  throw new NetError(
    'NOT_ALLOWED',
    second === undefined
      ? `The provider of identities gives no role: of ${personRoles.join(', ')} (team:<platform>).`
      : 'The provider of identities names several teams: one account is for one.',
  );
}
