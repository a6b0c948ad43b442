/** What owners of the reference net have granted to its departments: each a part of the owners, so that who tries it meets grants and refusals. */
import { program } from '../registry/registry.ts';
import { applicationFrom, type NewApplication } from './application.ts';
import type { Party } from './party.ts';
import type { GrantStore } from './store.ts';

type Granted = Pick<NewApplication, 'client' | 'platforms' | 'scopes' | 'purpose'>;

const granted: readonly Granted[] = [
  {
    client: 'social-security',
    platforms: ['420100', '420500', '420600'],
    scopes: ['requests:read', 'members:read', 'members:personal'],
    purpose: 'benefit-review',
  },
  {
    client: 'civil-affairs',
    platforms: ['420000-AID', '420300', '420600'],
    scopes: ['aid:read', 'aid:personal'],
    purpose: 'hardship-review',
  },
  {
    client: 'public-security',
    platforms: ['420500'],
    scopes: ['members:read', 'members:personal'],
    purpose: 'identity-check',
  },
  {
    client: 'taxation',
    platforms: ['420100', '420500', '420800'],
    scopes: ['members:read'],
    purpose: 'statistics',
  },
  {
    client: 'market-regulation',
    platforms: ['420100', '420800'],
    scopes: ['cards:read'],
    purpose: 'statistics',
  },
];

/** Grants it to those for which nothing was ever asked: what was revoked does not come back. */
export async function seedReferenceGrants(store: GrantStore): Promise<void> {
  const party: Party = {
    id: 'reference',
    asker: program,
    reach: 'ACT',
    client: null,
    platform: null,
  };
  for (const each of granted) {
    const { client } = each;
    if (await store.applications.findOne({ client })) continue;
    if (!(await store.registry.clients.findOne({ _id: client, status: 'ACTIVE' }))) continue;
    const asked = (mutation: string, key: string, input: object) => ({
      mutation,
      asker: party.id,
      idempotencyKey: `${client} ${key}`,
      input,
    });
    const application = applicationFrom({ ...each, reason: '示例', until: null }, new Date());
    const id = await store.apply(asked('applyForGrant', 'apply', each), application, party);
    for (const platform of each.platforms) {
      const grant = { scopes: undefined, until: undefined };
      const verdict = { application: id, platform, grant, reason: null };
      await store.decide(asked('decideGrant', platform, { id, platform }), verdict, party);
    }
  }
}
