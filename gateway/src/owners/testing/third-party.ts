/** A third party's system as the directory knows it, and callers as the step `caller` makes them. */
import {
  localCaller,
  scopeNames,
  type Caller,
  type NetClient,
  type NetGrant,
} from '@onenet/contract';

/** A client that is admitted to everything; what it is given depends on grants. */
export const client: NetClient = {
  id: 'hb-rst',
  name: '人社',
  nameEn: 'Human resources',
  scopes: scopeNames(),
  purposes: ['benefits', 'audit'],
  mode: 'FILTER',
  variant: 'INTERNAL',
  adHoc: true,
  limits: { perSecond: 1000, burst: 1000, perDay: 1_000_000, concurrent: 1000 },
  platform: null,
  notBefore: 0,
};

/** The client, asking for one of its purposes. */
export function consumer(change: Partial<Caller> = {}): Caller {
  return {
    ...localCaller,
    client: client.id,
    roles: ['consumer'],
    scopes: client.scopes,
    purpose: 'benefits',
    ...change,
  };
}

/** Somebody who is signed in. */
export function person(role: string, platform: string | null = null): Caller {
  return { ...localCaller, client: 'dashboard', person: 'p-1', roles: [role], platform };
}

/** A grant of an owner to the client. */
export function grantOf(
  platform: string,
  scopes: readonly string[],
  change: Partial<NetGrant> = {},
): NetGrant {
  return {
    id: `g-${platform}`,
    client: client.id,
    platform,
    scopes,
    purpose: 'benefits',
    until: null,
    ...change,
  };
}
