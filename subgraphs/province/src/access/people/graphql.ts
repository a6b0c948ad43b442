/** Resolvers of the people who sign in: for administrators and auditors, without a password or anything made of one. */
import { NetError, type Caller } from '@onenet/contract';
import type { Directory } from '../../directory.ts';
import type { AccessStore } from '../store.ts';
import { listPeople } from './people.ts';
import type { PersonDocument } from './person.ts';

export interface PeopleParts {
  readonly directory: Pick<Directory, 'platform'>;
  readonly store: AccessStore;
}

export function peopleResolvers({ directory, store }: PeopleParts) {
  return {
    Query: {
      people: async (_: unknown, _args: unknown, context: unknown) => {
        mustLookAfterPeople((context as { readonly caller?: Caller }).caller);
        return await listPeople(store);
      },
    },
    Person: {
      id: ({ _id }: PersonDocument) => _id,
      name: ({ name, displayName }: PersonDocument) => displayName ?? name,
      platform: ({ platform }: PersonDocument) =>
        platform === null ? null : (directory.platform(platform) ?? null),
      signsInElsewhere: ({ oidc }: PersonDocument) => oidc !== null,
      addedAt: ({ createdAt }: PersonDocument) => createdAt.toISOString(),
    },
  };
}

function mustLookAfterPeople(caller: Caller | undefined): void {
  const { client, roles = [] } = caller ?? {};
  if (client === 'local' || roles.includes('administrator') || roles.includes('auditor')) return;
  throw new NetError('NOT_ALLOWED', 'Who signs in is for administrators and auditors to see.');
}
