/** Whose alerts a caller may see: a platform's team those of its own platform, others all. */
import { NetError, type Caller } from '@onenet/contract';

/** Undefined: all, those of the net itself too. */
export function sightOfAlerts(caller: Caller): readonly string[] | undefined {
  const { client, roles, platform } = caller;
  const seesAll = ['leader', 'administrator', 'auditor'].some((role) => roles.includes(role));
  if (client === 'local' || seesAll) return undefined;
  if (roles.includes('team') && platform !== null) return [platform];
  throw new NetError('NOT_ALLOWED', 'Alerts are for people who signed in at the province.');
}
