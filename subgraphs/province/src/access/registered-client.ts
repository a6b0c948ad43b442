/** A client that registers itself at a sandbox: admitted and granted everything there, in one transaction, for a few days. */
import { randomBytes } from 'node:crypto';
import { grantableScopes, type ClientLimits } from '@onenet/contract';
import type { ClientSession } from 'mongodb';
import { applicationFrom } from '../grants/application.ts';
import { grantFrom, type GrantStore } from '../grants/store.ts';
import type { Asker } from '../registry/registry.ts';
import { newSecret, type ClientDocument } from './client.ts';
import { insertClient } from './clients.ts';
import type { ClientMetadata } from './oauth/client-metadata.ts';

/** Why it may ask: the one purpose that it has. */
const purpose = 'sandbox';

const lifeMs = 7 * 24 * 60 * 60_000;

/** Each is in every snapshot of the net, with a grant a platform. */
const mostKept = 500;

/** Enough to try everything, and to meet a limit. */
const limits: ClientLimits = { perSecond: 5, burst: 10, perDay: 2_000, concurrent: 2 };

export interface RegisteredClient {
  readonly client: ClientDocument & { readonly endsAt: Date };
  /** Shown this once; undefined: it authenticates by a key. */
  readonly secret: string | undefined;
}

/** Registers it, for whoever calls from `from`; undefined: there are as many as are kept. */
export async function registerClient(
  grants: GrantStore,
  { name, scopes, key }: ClientMetadata,
  from: string,
): Promise<RegisteredClient | undefined> {
  const now = new Date();
  const endsAt = new Date(Math.floor(now.getTime() / 1000) * 1000 + lifeMs);
  const made = newSecret(now);
  const client: RegisteredClient['client'] = {
    _id: `sandbox-${randomBytes(6).toString('hex')}`,
    name: name ?? '沙箱客户端',
    nameEn: name ?? 'Sandbox client',
    kind: 'OTHER',
    scopes,
    purposes: [purpose],
    mode: 'FILTER',
    variant: 'PARTNER',
    adHoc: true,
    limits,
    platform: null,
    status: 'ACTIVE',
    secrets: key ? [] : [{ ...made.secret, expiresAt: endsAt }],
    keys: key ? [{ ...key, expiresAt: endsAt }] : [],
    notBefore: 0,
    createdAt: now,
    endsAt,
  };
  const by = { kind: 'client', token: null, reference: client._id } as const;
  const asker: Asker = { by, from };
  const { registry } = grants;
  let isFull = false;
  await registry.transaction(async (session) => {
    // Every such transaction writes the net's revision, so that no two count at once.
    const kept = await registry.clients.countDocuments({ endsAt: { $gt: now } }, { session });
    isFull = kept >= mostKept;
    if (isFull) return;
    await insertClient(registry, client, asker, session);
    await grantAll(grants, client, asker, session);
    await registry.raise(session);
  });
  if (isFull) return undefined;
  return { client, secret: key ? undefined : made.text };
}

/** What every platform grants it, with the application for it that there is of every grant. */
async function grantAll(
  { registry, grants, applications }: GrantStore,
  { _id: client, scopes: all, createdAt: now, endsAt: until }: RegisteredClient['client'],
  asker: Asker,
  session: ClientSession,
): Promise<void> {
  const platforms = await registry.platforms.distinct('_id', {}, { session });
  const grantable = grantableScopes();
  const scopes = all.filter((scope) => grantable.includes(scope));
  if (platforms.length === 0 || scopes.length === 0) return;
  const reason = 'dynamic registration at the sandbox';
  const asked = applicationFrom({ client, platforms, scopes, purpose, reason, until }, now);
  const given = asked.decisions.map(({ platform }) =>
    grantFrom(asked, platform, { scopes: undefined, until: undefined }, now),
  );
  await grants.insertMany([...given], { session });
  const decisions = given.map(({ _id: grant, platform }) => {
    return { platform, status: 'APPROVED', decidedAt: now, reason: null, grant } as const;
  });
  await applications.insertOne({ ...asked, decisions, open: [] }, { session });
  for (const { _id: detail, platform } of given) {
    const line = { action: 'GRANT_APPROVED', client, platform, version: null, detail } as const;
    await registry.note({ ...line, ...asker, report: null }, session);
  }
}
