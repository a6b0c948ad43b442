/** Signs the audit's calls with a folder of keys, as the gateway does. */
import { openPartKeys, signCall, type OutwardCall, type Signer } from '@onenet/assertion';
import { localCaller, scopeNames, parseActor, type Caller } from '@onenet/contract';
import type { SendRequest } from './send.ts';

/** How calls are told from whom they come: by these headers. Without keys there are none. */
export type Sign = (
  call: Pick<SendRequest, 'method' | 'url' | 'body'>,
  actor: string | undefined,
) => Readonly<Record<string, string>>;

export const unsigned: Sign = () => ({});

/** On whose behalf the audit asks. */
export const auditCaller: Caller = {
  ...localCaller,
  client: 'audit',
  purpose: 'audit',
  // It reads and changes whatever is not personal, as owners let their province.
  roles: ['leader'],
  scopes: scopeNames().filter((scope) => !scope.endsWith(':personal')),
};

/** Opens a folder of the net's keys, of which one is the audit's; makes them where there are none. */
export async function openSigner(folder: string): Promise<Signer> {
  return await openPartKeys(folder, 'audit');
}

/** Signs the calls to one owner. */
export function signFor(signer: Signer, code: string): Sign {
  return (call, actor) => signCall(signer, auditCaller, parseActor(actor), outwardCall(call, code));
}

/** A call as its assertion covers it. */
export function outwardCall(
  { method, url, body = '' }: Pick<SendRequest, 'method' | 'url' | 'body'>,
  owner: string,
): OutwardCall {
  const { pathname, search } = new URL(url);
  return { owner, method, path: pathname + search, body };
}
