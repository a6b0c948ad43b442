/** Dynamic client registration, in a sandbox alone: https://www.rfc-editor.org/rfc/rfc7591#section-3 */
import type { IncomingMessage } from 'node:http';
import { countedAddress } from '@onenet/contract';
import type { GrantStore } from '../../grants/store.ts';
import { reserveAttempt } from '../attempts.ts';
import { callerAddress, type Proxies } from '../caller-address.ts';
import { registerClient, type RegisteredClient } from '../registered-client.ts';
import type { AccessStore } from '../store.ts';
import { readClientMetadata, type ClientMetadata } from './client-metadata.ts';
import { OauthError } from './oauth-error.ts';

export interface RegistrationParts {
  readonly grants: GrantStore;
  /** Resolves when what was just written is what this process serves. */
  readonly refresh: () => Promise<void>;
}

/** Clients that one address may register, before it waits until the last of them is an hour old. */
export const byAddress = { kind: 'registration', most: 20, withinMs: 60 * 60_000 };

/** Registers whoever asks; what it answers is `client information` of the RFC. */
export async function register(
  { grants, refresh }: RegistrationParts,
  { store, proxies }: { readonly store: AccessStore; readonly proxies: Proxies },
  request: IncomingMessage,
): Promise<object> {
  const metadata = await readClientMetadata(request);
  const address = callerAddress(request, proxies);
  const wait = await reserveAttempt(store, { limit: byAddress, key: countedAddress(address) });
  if (wait !== undefined) {
    throw new OauthError(
      'temporarily_unavailable',
      `This address has registered ${byAddress.most} clients: wait ${wait} seconds.`,
      429,
      wait,
    );
  }
  const registered = await registerClient(grants, metadata, address);
  if (registered === undefined) {
    throw new OauthError(
      'temporarily_unavailable',
      'The sandbox has as many clients as it keeps: each ends after some days.',
      503,
    );
  }
  // Its first call may follow at once.
  await refresh();
  return informationOf(registered, metadata);
}

/** https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1 */
function informationOf(
  { client, secret }: RegisteredClient,
  { method, key }: ClientMetadata,
): object {
  return {
    client_id: client._id,
    client_id_issued_at: seconds(client.createdAt),
    ...(secret !== undefined && {
      client_secret: secret,
      client_secret_expires_at: seconds(client.endsAt),
    }),
    client_name: client.name,
    grant_types: ['client_credentials'],
    response_types: [],
    token_endpoint_auth_method: method,
    scope: client.scopes.join(' '),
    ...(key && { jwks: { keys: [key.jwk] } }),
  };
}

function seconds(moment: Date): number {
  return Math.floor(moment.getTime() / 1000);
}
