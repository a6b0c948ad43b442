/** A person by the word of a provider of identities: made at the first sign-in, its roles taken anew at each. */
import { NetError } from '@onenet/contract';
import type { AccessStore } from '../store.ts';
import type { Identity } from './oidc.ts';
import { newPersonId, personRoles, type PersonDocument, type PersonRole } from './person.ts';

export async function personOf(store: AccessStore, identity: Identity): Promise<PersonDocument> {
  const { issuer, subject, displayName } = identity;
  const { roles, platform } = rolesOf(identity.roles);
  if (platform !== null && !(await store.registry.platforms.findOne({ _id: platform }))) {
    throw new NetError(
      'NOT_ALLOWED',
      `The provider of identities names the platform "${platform}", which the net does not have.`,
    );
  }
  const person = await store.people.findOneAndUpdate(
    { 'oidc.issuer': issuer, 'oidc.subject': subject },
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
    { upsert: true, returnDocument: 'after' },
  );
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
