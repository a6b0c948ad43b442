/** Who may do what with grants: a client asks for itself, a platform's team decides for its platform. */
import { NetError } from '@onenet/contract';
import type { Caller } from '@onenet/contract';
import type { Asker } from '../registry/registry.ts';
import type { Principal } from '../registry/tokens.ts';
import { whoIs } from '../registry/tokens.ts';

/** Somebody who asks about grants. */
export interface Party {
  /** Whose idempotency keys are its own. */
  readonly id: string;
  readonly asker: Asker;
  /** ACT: for everybody. READ: sees everything. OWN: what concerns its client or its platform. */
  readonly reach: 'ACT' | 'READ' | 'OWN';
  /** The client for which it speaks. */
  readonly client: string | null;
  /** The platform for which it decides. */
  readonly platform: string | null;
}

/** By a token of the registry. */
export function partyOfPrincipal(principal: Principal, from: string | null): Party {
  const { kind, platform, token } = principal;
  return {
    id: `token:${token}`,
    asker: { by: whoIs(principal), from },
    reach: kind === 'operator' ? 'ACT' : 'OWN',
    client: null,
    platform,
  };
}

/** By the net's word of who asks; refused where there is none. */
export function partyOfCaller(caller: Caller | undefined, from: string | null): Party {
  if (!caller) {
    throw new NetError(
      'NOT_ALLOWED',
      'Grants are asked for through the gateway, which says who asks.',
    );
  }
  const { client, person, roles, platform } = caller;
  const id = `${client}/${person ?? ''}`;
  if (client === 'local') {
    const by = { kind: 'program', token: null } as const;
    return { id, asker: { by, from }, reach: 'ACT', client: null, platform: null };
  }
  if (roles.includes('consumer')) {
    const by = { kind: 'client', token: null, reference: client } as const;
    return { id, asker: { by, from }, reach: 'OWN', client, platform: null };
  }
  const by = {
    kind: 'person',
    token: null,
    ...(person !== null && { reference: person }),
  } as const;
  const readsAll = roles.includes('administrator') || roles.includes('auditor');
  const decidesFor = roles.includes('team') ? platform : null;
  const reach = readsAll ? 'READ' : 'OWN';
  return { id, asker: { by, from }, reach, client: null, platform: decidesFor };
}

/** Refuses whoever does not speak for the client. */
export function mustSpeakFor(party: Party, client: string): void {
  if (party.reach === 'ACT' || party.client === client) return;
  throw new NetError('NOT_ALLOWED', `This is for ${client} itself to do.`);
}

/** Refuses whoever does not decide for the platform. */
export function mustDecideFor(party: Party, platform: string): void {
  if (party.reach === 'ACT' || party.platform === platform) return;
  throw new NetError('NOT_ALLOWED', `This is for the team of ${platform} to decide.`);
}

/** Whether a party sees what a client has asked of a platform. */
export function sees(party: Party, client: string, platform: string): boolean {
  return party.reach !== 'OWN' || party.client === client || party.platform === platform;
}
