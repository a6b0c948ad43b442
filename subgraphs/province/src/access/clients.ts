/** What the operator does with clients: each in one transaction with the revision, so that the net knows at once. Long, since every step of a client’s life is here. */
import { NetError } from '@onenet/contract';
import type { ClientLimits } from '@onenet/contract';
import type { ClientSession, Filter } from 'mongodb';
import type { Action } from '../registry/entry.ts';
import type { Asker } from '../registry/registry.ts';
import { unknownPlatform, type Store } from '../registry/store.ts';
import {
  holds,
  maxKeys,
  maxSecrets,
  newSecret,
  notBeforeFrom,
  type ClientDocument,
  type ClientProfile,
} from './client.ts';
import type { ProfileChange } from './client-fields.ts';
import type { ClientKey } from './client-keys.ts';

/** A change of one client, and what the trail says of it. */
interface Change {
  readonly action: Action;
  readonly detail: string | null;
  readonly set: Partial<Omit<ClientDocument, '_id'>>;
}

/** How an old secret or key leaves when a new one comes. */
export interface Rotation {
  /** Seconds for which the old ones hold on; 0: they and the tokens that they brought end now. */
  readonly overlapSeconds: number;
  /** A key instead of a secret. */
  readonly key: ClientKey | undefined;
}

/** By what a new client authenticates at first. */
export type FirstCredential =
  | { readonly kind: 'NONE' }
  | { readonly kind: 'SECRET' }
  | { readonly kind: 'KEY'; readonly key: ClientKey };

/** Admits a client; its secret's text, if it is given one. */
export async function addClient(
  store: Store,
  id: string,
  profile: ClientProfile,
  credential: FirstCredential,
  asker: Asker,
): Promise<{ readonly client: ClientDocument; readonly secret: string | null }> {
  const now = new Date();
  const made = newSecret(now);
  const client: ClientDocument = {
    _id: id,
    ...profile,
    status: 'ACTIVE',
    secrets: credential.kind === 'SECRET' ? [made.secret] : [],
    keys: credential.kind === 'KEY' ? [credential.key] : [],
    notBefore: 0,
    createdAt: now,
  };
  await store.transaction(async (session) => {
    if (await store.clients.findOne({ _id: id }, { session })) {
      throw new NetError('CONFLICT', `There is a client "${id}", or there was one: ids are kept.`);
    }
    const { platform } = profile;
    if (platform !== null && !(await store.platforms.findOne({ _id: platform }, { session }))) {
      throw unknownPlatform(platform);
    }
    await insertClient(store, client, asker, session);
    await store.raise(session);
  });
  return { client, secret: credential.kind === 'SECRET' ? made.text : null };
}

/** Keeps a new client, with its line in the trail. */
export async function insertClient(
  store: Store,
  client: ClientDocument,
  asker: Asker,
  session: ClientSession,
): Promise<void> {
  await store.clients.insertOne(client, { session });
  await note(store, client._id, { action: 'CLIENT_ADDED', detail: client.name }, asker, session);
}

/** All that were not revoked, or all, by id. */
export async function listClients(
  store: Store,
  revokedToo: boolean,
): Promise<readonly ClientDocument[]> {
  const filter: Filter<ClientDocument> = revokedToo ? {} : { status: { $ne: 'REVOKED' } };
  return store.clients.find(filter).sort({ _id: 1 }).toArray();
}

export async function findClient(store: Store, id: string): Promise<ClientDocument> {
  const client = await store.clients.findOne({ _id: id });
  if (!client) throw unknownClient(id);
  return client;
}

/** What was done to it, newest first. */
export async function clientHistory(store: Store, id: string): Promise<readonly object[]> {
  const lines = await store.trail.find({ client: id }).sort({ _id: -1 }).limit(100).toArray();
  return lines.map(({ at, action, by, from, detail }) => ({ at, action, by, from, detail }));
}

/** Makes a secret, or takes a key; its text is null for a key. */
export async function rotateClient(
  store: Store,
  id: string,
  { overlapSeconds, key }: Rotation,
  asker: Asker,
): Promise<{ readonly id: string; readonly text: string | null; readonly oldUntil: Date }> {
  const now = new Date();
  const oldUntil = new Date(now.getTime() + overlapSeconds * 1000);
  const made = newSecret(now);
  await change(store, id, asker, (client) => {
    const secrets = leaving(client.secrets, oldUntil, now);
    const keys = leaving(client.keys, oldUntil, now);
    refuseMany(key ? keys : secrets, key ? maxKeys : maxSecrets, id);
    if (key && keys.some(({ kid }) => kid === key.kid)) {
      throw new NetError('CONFLICT', `${id} has a key "${key.kid}" already.`);
    }
    return {
      action: 'CLIENT_ROTATED',
      detail: key ? `key ${key.kid}` : `secret ${made.secret.id}`,
      set: {
        secrets: key ? secrets : [...secrets, made.secret],
        keys: key ? [...keys, key] : keys,
        ...(overlapSeconds === 0 ? { notBefore: notBeforeFrom(now) } : {}),
      },
    };
  });
  return key
    ? { id: key.kid, text: null, oldUntil }
    : { id: made.secret.id, text: made.text, oldUntil };
}

/** Not admitted until it is resumed; tokens from before do not come back then. */
export async function suspendClient(
  store: Store,
  id: string,
  reason: string | null,
  asker: Asker,
): Promise<void> {
  await change(store, id, asker, ({ status }) => {
    if (status === 'SUSPENDED') throw new NetError('WRONG_STATE', `${id} is suspended already.`);
    return {
      action: 'CLIENT_SUSPENDED',
      detail: reason,
      set: { status: 'SUSPENDED', notBefore: notBeforeFrom(new Date()) },
    };
  });
}

export async function resumeClient(store: Store, id: string, asker: Asker): Promise<void> {
  await change(store, id, asker, ({ status }) => {
    if (status !== 'SUSPENDED') throw new NetError('WRONG_STATE', `${id} is not suspended.`);
    return { action: 'CLIENT_RESUMED', detail: null, set: { status: 'ACTIVE' } };
  });
}

/** For ever: its secrets and keys are removed, and its id is nobody's again. */
export async function revokeClient(store: Store, id: string, asker: Asker): Promise<void> {
  await change(store, id, asker, () => ({
    action: 'CLIENT_REVOKED',
    detail: null,
    set: { status: 'REVOKED', secrets: [], keys: [], notBefore: notBeforeFrom(new Date()) },
  }));
}

/** The scopes that it may have from now on; tokens that have more lose them at the gateway. */
export async function setScopes(
  store: Store,
  id: string,
  scopes: readonly string[],
  asker: Asker,
): Promise<void> {
  await change(store, id, asker, () => ({
    action: 'CLIENT_CHANGED',
    detail: `scopes: ${scopes.join(' ') || 'none'}`,
    set: { scopes },
  }));
}

/** What it is called, why it asks, and how it is answered; from the next call on, for tokens that it has as well. */
export async function setProfile(
  store: Store,
  id: string,
  profile: ProfileChange,
  asker: Asker,
): Promise<void> {
  await change(store, id, asker, () => ({
    action: 'CLIENT_CHANGED',
    detail: Object.entries(profile)
      .map(([name, value]) => `${name}: ${String(value)}`)
      .join('; '),
    set: profile,
  }));
}

export async function setLimits(
  store: Store,
  id: string,
  limits: ClientLimits,
  asker: Asker,
): Promise<void> {
  await change(store, id, asker, () => ({
    action: 'CLIENT_CHANGED',
    detail: `limits: ${JSON.stringify(limits)}`,
    set: { limits },
  }));
}

async function change(
  store: Store,
  id: string,
  asker: Asker,
  decide: (client: ClientDocument) => Change,
): Promise<void> {
  await store.transaction(async (session) => {
    const client = await store.clients.findOne({ _id: id }, { session });
    if (!client) throw unknownClient(id);
    if (client.status === 'REVOKED') {
      throw new NetError('WRONG_STATE', `${id} is revoked, for ever: add a client of another id.`);
    }
    const { set, ...line } = decide(client);
    await store.clients.updateOne({ _id: id }, { $set: set }, { session });
    await note(store, id, line, asker, session);
    await store.raise(session);
  });
}

async function note(
  store: Store,
  client: string,
  line: Omit<Change, 'set'>,
  asker: Asker,
  session: ClientSession,
): Promise<void> {
  await store.note(
    { ...line, ...asker, client, platform: null, version: null, report: null },
    session,
  );
}

/** The ones that still hold, none for longer than `until`. */
function leaving<T extends { readonly expiresAt: Date | null }>(
  all: readonly T[],
  until: Date,
  now: Date,
): readonly T[] {
  return all
    .map((each) => (holds(each, until) ? { ...each, expiresAt: until } : each))
    .filter((each) => holds(each, now));
}

function refuseMany(held: readonly unknown[], most: number, id: string): void {
  if (held.length < most) return;
  throw new NetError(
    'WRONG_STATE',
    `${id} has ${most} that hold: wait until the first has ended, or rotate with an overlap of 0.`,
  );
}

function unknownClient(id: string): NetError {
  return new NetError('NOT_FOUND', `There is no client "${id.slice(0, 80)}".`);
}
