/** Who may have what of which owner: what roles and grants come to. */
import type { Caller } from './caller.ts';
import type { NetGrant } from './net-clients.ts';
import { allNeeds, type Need } from './share.ts';

export const roles = ['leader', 'team', 'administrator', 'auditor', 'consumer'] as const;
export type Role = (typeof roles)[number];

/**
 * ALL: everything that is not personal. GRANTED: what is unconditional, and what the owner has granted.
 * PUBLISHED: what is unconditional.
 */
export type Rights = 'ALL' | 'GRANTED' | 'PUBLISHED';

/** A caller's rights at an owner. */
export function rightsAt(
  { client, roles: held, platform }: Pick<Caller, 'client' | 'roles' | 'platform'>,
  owner: string,
): Rights {
  if (client === 'local' || held.includes('leader')) return 'ALL';
  if (held.includes('team') && platform === owner) return 'ALL';
  return held.includes('consumer') ? 'GRANTED' : 'PUBLISHED';
}

/** The scopes that live grants of an owner give a caller, for its purpose. */
export function grantedScopes(
  grants: Iterable<NetGrant>,
  { client, purpose }: Pick<Caller, 'client' | 'purpose'>,
  owner: string,
  nowMs: number,
): ReadonlySet<string> {
  const scopes = new Set<string>();
  for (const grant of grants) {
    const isFor = grant.client === client && grant.platform === owner && grant.purpose === purpose;
    const isLive = grant.until === null || Date.parse(grant.until) > nowMs;
    if (isFor && isLive) for (const scope of grant.scopes) scopes.add(scope);
  }
  return scopes;
}

/** Whether an owner shares what has this need. */
export function isShared(
  { attribute, scope }: Need,
  rights: Rights,
  granted: ReadonlySet<string>,
): boolean {
  if (rights === 'ALL') return !scope.endsWith(':personal');
  if (attribute === 'UNCONDITIONAL') return true;
  return rights === 'GRANTED' && attribute === 'CONDITIONAL' && granted.has(scope);
}

const withheld = new Map<string, ReadonlySet<string>>();

/** Distinct combinations of rights and scopes that are kept: few in practice. */
const keptCombinations = 1_000;

/** Coordinates of the contract's fields that an owner withholds from a caller; the same set for the same rights. */
export function withheldFields(rights: Rights, granted: ReadonlySet<string>): ReadonlySet<string> {
  const key = `${rights} ${rights === 'GRANTED' ? [...granted].toSorted().join(' ') : ''}`;
  let fields = withheld.get(key);
  if (!fields) {
    if (withheld.size >= keptCombinations) withheld.clear();
    fields = new Set(
      [...allNeeds()].flatMap(([field, need]) => (isShared(need, rights, granted) ? [] : [field])),
    );
    withheld.set(key, fields);
  }
  return fields;
}
