/** What analytics asks of owners it asks in its own name, where their addresses may lead: each call is signed, where there are keys. */
import { signCall, type Signer } from '@onenet/assertion';
import { localCaller, publicOnly, type Caller, type OwnerAddresses } from '@onenet/contract';
import { Agent, buildConnector } from 'undici';

/** The headers of a call to an owner. */
export type OwnerHeaders = (
  owner: string,
  method: 'GET' | 'POST',
  url: URL,
  body: string,
) => Readonly<Record<string, string>>;

const analytics: Caller = { ...localCaller, client: 'analytics', purpose: 'statistics' };

/** Without keys: for owners that take what comes from this machine. */
export const unsignedCalls: OwnerHeaders = () => ({});

/** Signs with these keys. */
export function signedCalls(keys: Signer): OwnerHeaders {
  return (owner, method, { pathname, search }, body) =>
    signCall(keys, analytics, undefined, { owner, method, path: pathname + search, body });
}

const timeout = 5_000;

/** The connections to owners, by where their addresses may lead. */
export const ownerAgents: Readonly<Record<OwnerAddresses, Agent>> = {
  ANY: new Agent({ connect: { timeout } }),
  PUBLIC: new Agent({ connect: publicOnly((lookup) => buildConnector({ timeout, lookup })) }),
};
