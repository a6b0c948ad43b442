/** Whose access records a caller may see. */
import { NetError, type Caller } from '@onenet/contract';

/** Which records somebody may see. */
export interface Sight {
  /** Of this client alone. */
  readonly client?: string;
  /** Of calls to this platform alone, and of them no other platform's part. */
  readonly platform?: string;
}

/** Each record by itself. */
export function sightOfRecords(caller: Caller): Sight {
  const sight = sightOf(caller);
  if (sight) return sight;
  throw notAllowed('Access records are for administrators, auditors, platform teams and clients.');
}

/** How many there were. */
export function sightOfSummary(caller: Caller): Sight {
  const sight = caller.roles.includes('leader') ? {} : sightOf(caller);
  if (sight) return sight;
  throw notAllowed('The summary of access is for people who signed in, and for clients.');
}

/** Whose use of the schema somebody may see: a team's own platform's; undefined: everybody's. */
export function sightOfUse({ roles, platform }: Caller): string | undefined {
  const seesAll = ['leader', 'administrator', 'auditor'].some((role) => roles.includes(role));
  // The net's own parts ask without a role.
  if (seesAll || !roles.includes('team')) return undefined;
  if (platform !== null) return platform;
  throw notAllowed("Usage is told to a platform's team for its own platform.");
}

function sightOf(caller: Caller): Sight | undefined {
  const { client, roles, platform } = caller;
  if (client === 'local' || roles.includes('administrator') || roles.includes('auditor')) return {};
  if (roles.includes('team') && platform !== null) return { platform };
  return roles.includes('consumer') ? { client } : undefined;
}

function notAllowed(message: string): NetError {
  return new NetError('NOT_ALLOWED', message);
}
