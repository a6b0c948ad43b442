/** Whether a client is who it says: the same work is done for a client that there is not as for a wrong secret. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { countedAddress } from '@onenet/contract';
import { holds, maxSecrets, type ClientDocument } from '../client.ts';
import { countFailure, waitOf, type Attempted } from '../attempts.ts';
import type { AccessStore } from '../store.ts';
import { verifyAssertion, type AssertionPolicy } from './client-assertion.ts';
import { OauthError, invalidClient } from './oauth-error.ts';
import type { Credentials } from './token-request.ts';

/** By one address for one client. A right secret from elsewhere is not shut out by it. */
const byClientAndAddress = { kind: 'client', most: 10, withinMs: 5 * 60_000 };
/** By one address for whatever clients. */
const byAddress = { kind: 'client-address', most: 50, withinMs: 5 * 60_000 };

/** How exactly the last use of a secret is known, milliseconds: not every token is a write. */
const usedEveryMs = 60_000;

/** Compared where there is no secret. */
const nobodys = createHash('sha256').update('').digest();

/** The client, if its credentials are right and it may have tokens. */
export async function authenticateClient(
  store: AccessStore,
  credentials: Credentials,
  address: string,
  policy: AssertionPolicy,
): Promise<ClientDocument> {
  const from = countedAddress(address);
  const attempted: readonly Attempted[] = [
    { limit: byClientAndAddress, key: `${credentials.client}\n${from}` },
    { limit: byAddress, key: from },
  ];
  const wait = await waitOf(store, attempted);
  if (wait !== undefined) {
    throw new OauthError(
      'temporarily_unavailable',
      `Too many attempts failed from this address: wait ${wait} seconds.`,
      429,
      wait,
    );
  }
  const client = await store.registry.clients.findOne({ _id: credentials.client });
  const now = new Date();
  const isRight =
    credentials.kind === 'SECRET'
      ? await hasSecret(store, client, credentials.secret, now)
      : await verifyAssertion(store, client, credentials.assertion, policy, now);
  if (!client || !isRight) {
    await countFailure(store, attempted);
    throw invalidClient();
  }
  if (client.status !== 'ACTIVE') {
    throw new OauthError('unauthorized_client', 'The client is suspended.');
  }
  return client;
}

async function hasSecret(
  store: AccessStore,
  client: ClientDocument | null,
  text: string,
  now: Date,
): Promise<boolean> {
  const given = createHash('sha256').update(text).digest();
  const held = (client?.secrets ?? []).filter((secret) => holds(secret, now));
  let right: (typeof held)[number] | undefined;
  // As many comparisons for every client, whether there is one or not.
  for (let i = 0; i < maxSecrets; i++) {
    const secret = held[i];
    const hash = secret ? Buffer.from(secret.hash, 'hex') : nobodys;
    if (timingSafeEqual(given, hash) && secret) right = secret;
  }
  if (!client || !right) return false;
  const { id, lastUsedAt } = right;
  if (now.getTime() - (lastUsedAt?.getTime() ?? 0) >= usedEveryMs) {
    await store.registry.clients.updateOne(
      { _id: client._id, 'secrets.id': id },
      { $set: { 'secrets.$.lastUsedAt': now } },
    );
  }
  return true;
}
