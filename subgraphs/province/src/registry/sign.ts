/** How the registry's own calls to owners say who asks: signed, like every call of the net. */
import { openKeys, signCall } from '@onenet/assertion';
import { callerHeader, encodeCaller, localCaller } from '@onenet/contract';
import type { Sign } from './probe.ts';

/** Signs with the keys of a folder; without one, a call only says that the registry asks. */
export async function signer(keysDir: string | undefined): Promise<Sign> {
  const caller = { ...localCaller, client: 'registry', purpose: 'probe' };
  if (keysDir === undefined) return () => ({ [callerHeader]: encodeCaller(caller) });
  const keys = await openKeys(keysDir, { issuer: 'province' });
  return (call) => signCall(keys, caller, undefined, call);
}
