/** For the tests: keys in a folder, a database of their own, guards on it, and calls to them. All of it ends with the test. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localCaller, type Caller } from '@onenet/contract';
import { MongoClient, type Db } from 'mongodb';
import { createGuard, type Admission, type Guard, type InwardCall } from './guard.ts';
import { openKeys, rotateKeys, type Keys } from './keys.ts';
import type { Algorithm } from './jwk.ts';
import { mongoGuardStore } from './mongo-guard-store.ts';
import { assertionHeader } from './payload.ts';
import { leafHeader } from './leaf.ts';
import { signCalls, type OutwardCall } from './sign.ts';
import { trustedKeys, type TrustedKeys } from './trust.ts';

/** A caller with something in every part. */
export const someCaller: Caller = {
  ...localCaller,
  client: 'social-security',
  person: 'p-1',
  roles: ['leader'],
  platform: '420000',
  scopes: ['member:read'],
  purpose: 'benefit check',
};

/** A folder of its own. */
export async function testFolder(): Promise<AsyncDisposable & { readonly dir: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'onenet-keys-'));
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true }) };
}

export interface TestSigner extends AsyncDisposable {
  readonly dir: string;
  readonly keys: Keys;
  readonly trust: TrustedKeys;
  /** Where the public keys lie. */
  readonly jwksFile: string;
  /** Writes the public keys as they are now. */
  publish(): Promise<void>;
}

/** Keys that sign by one algorithm, and who trusts them. */
export async function testSigner(alg: Algorithm): Promise<TestSigner> {
  const folder = await testFolder();
  const { dir } = folder;
  await rotateKeys(dir, { alg, aheadMs: 0 });
  const keys = await openKeys(dir, { issuer: 'gateway' });
  const jwksFile = join(dir, 'jwks');
  const publish = (): Promise<void> => writeFile(jwksFile, JSON.stringify(keys.publicJwks()));
  await publish();
  const dispose = (): PromiseLike<void> => folder[Symbol.asyncDispose]();
  const trust = trustedKeys([jwksFile]);
  return { dir, keys, trust, jwksFile, publish, [Symbol.asyncDispose]: dispose };
}

/** A database of its own, dropped at the end. */
export async function testDatabase(
  uri: string,
): Promise<AsyncDisposable & { readonly db: Db; readonly client: MongoClient }> {
  const client = await MongoClient.connect(uri);
  const db = client.db(`assertion_${randomUUID().slice(0, 8)}`);
  return {
    db,
    client,
    async [Symbol.asyncDispose]() {
      await db.dropDatabase();
      await client.close();
    },
  };
}

/** The guard of an owner; `now` is its clock. */
export function testGuard(
  db: Db,
  trust: TrustedKeys,
  { code = '420100', now }: { readonly code?: string; readonly now?: () => number } = {},
): Promise<Guard> {
  const store = mongoGuardStore(db);
  return createGuard({ code, trust, store, unsigned: 'refuse', ...(now && { now }) });
}

/** What is asked of 420100, unless another is named. */
export const someCall: OutwardCall = {
  owner: '420100',
  method: 'POST',
  path: '/graphql?a=1',
  body: '{"query":"{ __typename }"}',
};

/** A signed call, as it comes to its owner. */
export function inward(
  keys: Keys,
  call: OutwardCall = someCall,
  nowMs: number = Date.now(),
): InwardCall & { readonly headers: Record<string, string> } {
  const { assertion, leaves } = signCalls(keys, someCaller, undefined, [call], nowMs);
  return {
    method: call.method,
    url: call.path,
    headers: { [assertionHeader]: assertion, [leafHeader]: leaves[0] ?? '' },
    remoteAddress: '10.0.0.1',
    body: Buffer.from(call.body),
  };
}

/** `ADMITTED`, or the code of the refusal. */
export function outcomeOf(admission: Admission): string {
  return admission.kind === 'ADMITTED' ? 'ADMITTED' : admission.error.code;
}
