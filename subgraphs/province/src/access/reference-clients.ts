/** The departments of the reference net: third parties to try it with, each without a secret until it is given one. */
import type { Store } from '../registry/store.ts';
import { program } from '../registry/registry.ts';
import type { ClientKind, ClientProfile } from './client.ts';
import { defaultLimits } from './client-fields.ts';
import { addClient } from './clients.ts';

type Department = Pick<ClientProfile, 'name' | 'nameEn' | 'scopes' | 'purposes'>;

const departments: Readonly<Record<string, Department & { readonly kind: ClientKind }>> = {
  'social-security': {
    kind: 'SOCIAL_SECURITY',
    name: '人力资源和社会保障厅（示例）',
    nameEn: 'Human Resources and Social Security (example)',
    scopes: [
      'organizations:read',
      'members:read',
      'members:personal',
      'requests:read',
      'corrections:read',
      'corrections:write',
    ],
    purposes: ['benefit-review', 'statistics'],
  },
  'civil-affairs': {
    kind: 'CIVIL_AFFAIRS',
    name: '民政厅（示例）',
    nameEn: 'Civil Affairs (example)',
    scopes: [
      'organizations:read',
      'requests:read',
      'aid:read',
      'aid:personal',
      'corrections:read',
      'corrections:write',
    ],
    purposes: ['hardship-review', 'statistics'],
  },
  'public-security': {
    kind: 'PUBLIC_SECURITY',
    name: '公安厅（示例）',
    nameEn: 'Public Security (example)',
    scopes: ['organizations:read', 'members:read', 'members:personal', 'matching:lookup'],
    purposes: ['identity-check'],
  },
  taxation: {
    kind: 'TAXATION',
    name: '税务局（示例）',
    nameEn: 'Taxation (example)',
    scopes: ['organizations:read', 'members:read'],
    purposes: ['dues-collection', 'statistics'],
  },
  'market-regulation': {
    kind: 'MARKET_REGULATION',
    name: '市场监督管理局（示例）',
    nameEn: 'Market Regulation (example)',
    scopes: ['organizations:read', 'cards:read'],
    purposes: ['registration-check', 'statistics'],
  },
};

/** Admits those that there never were: one that was revoked does not come back. */
export async function seedReferenceClients(store: Store): Promise<void> {
  const known = await store.clients.distinct('_id', { _id: { $in: Object.keys(departments) } });
  for (const [id, department] of Object.entries(departments)) {
    if (known.includes(id)) continue;
    const profile: ClientProfile = {
      ...department,
      mode: 'FILTER',
      variant: 'PARTNER',
      adHoc: true,
      limits: defaultLimits,
      platform: null,
    };
    await addClient(store, id, profile, { kind: 'NONE' }, program);
  }
}
