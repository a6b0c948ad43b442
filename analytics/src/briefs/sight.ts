/** Whose briefs a caller may see, and who may have one composed. */
import { NetError } from '@onenet/contract';
import type { Caller } from '@onenet/contract';

const all = ['leader', 'administrator', 'auditor'] as const;

/** A platform's team sees its own platform's; null: all of them. */
export function sightOfBriefs({ client, roles, platform }: Caller): string | null {
  if (client === 'local' || all.some((role) => roles.includes(role))) return null;
  if (roles.includes('team') && platform !== null) return platform;
  throw new NetError(
    'NOT_ALLOWED',
    'Briefs are for leaders, administrators, auditors, and platform teams.',
  );
}

/** Refuses a brief that is another's. */
export function checkSightOf(platform: string | null, caller: Caller): void {
  const own = sightOfBriefs(caller);
  if (own === null || own === platform) return;
  throw new NetError('NOT_ALLOWED', `A platform's team sees its own platform's briefs: ${own}'s.`);
}
