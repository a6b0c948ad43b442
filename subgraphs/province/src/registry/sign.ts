/** How the province's own calls to owners say who asks: signed, like every call of the net. */
import { openPartKeys, signCall } from '@onenet/assertion';
import type { Keys } from '@onenet/assertion';
import {
  actorHeader,
  callerHeader,
  encodeCaller,
  localCaller,
  type Actor,
  type Caller,
} from '@onenet/contract';
import type { Sign } from './probe.ts';

/** The parts of the province that call owners. */
export interface Signers {
  /** Asks what a platform serves. */
  readonly registry: Sign;
  /** Carries out the steps of transfers. */
  readonly transfers: Sign;
  /** Reads access records. */
  readonly accessRecords: Sign;
  /** Asks analytics who used what. */
  readonly usage: Sign;
  /** The keys themselves; absent: nothing is signed. */
  readonly keys: Keys | undefined;
}

/** Sign with the keys of a folder; without one, a call only says who asks. */
export async function signers(keysDir: string | undefined): Promise<Signers> {
  const keys = keysDir === undefined ? undefined : await openPartKeys(keysDir, 'province');
  const by = (caller: Caller, actor?: Actor): Sign => {
    if (keys) return (call) => signCall(keys, caller, actor, call);
    const unsigned = {
      [callerHeader]: encodeCaller(caller),
      ...(actor && { [actorHeader]: `${actor.kind.toLowerCase()}:${actor.reference}` }),
    };
    return () => unsigned;
  };
  return {
    registry: by({ ...localCaller, client: 'registry', purpose: 'probe' }),
    transfers: by(
      { ...localCaller, client: 'province', purpose: 'transfer' },
      { kind: 'SYSTEM', reference: 'transfer' },
    ),
    accessRecords: by({ ...localCaller, client: 'province', purpose: 'access-records' }),
    usage: by({ ...localCaller, client: 'province', purpose: 'usage' }),
    keys,
  };
}
