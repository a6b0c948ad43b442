/** A client that there is not costs what a wrong secret costs: the same questions, the same arithmetic. */
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import type { CryptoKey } from 'jose';
import { MongoClient } from 'mongodb';
import type { Db } from 'mongodb';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { randomUUID, timingSafeEqual } from 'node:crypto';
import { Store } from '../../registry/store.ts';
import { newSecret, type ClientDocument } from '../client.ts';
import { defaultLimits } from '../client-fields.ts';
import { AccessStore } from '../store.ts';
import { authenticateClient } from './authenticate.ts';
import type { Credentials } from './token-request.ts';

vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>();
  return { ...crypto, timingSafeEqual: vi.fn<typeof timingSafeEqual>(crypto.timingSafeEqual) };
});
vi.mock('jose', async (original) => {
  const jose = await original<typeof import('jose')>();
  return { ...jose, jwtVerify: vi.fn<typeof jwtVerify>(jose.jwtVerify) };
});

const audiences = ['onenet'];
let mongo: MongoClient;
let db: Db;
let store: AccessStore;
const asked: string[] = [];
beforeAll(async () => {
  mongo = await MongoClient.connect(inject('mongodbUri'), { monitorCommands: true });
  db = mongo.db(`same_work_test_${randomUUID().slice(0, 8)}`);
  store = new AccessStore(new Store(mongo, db), db);
  mongo.on('commandStarted', ({ commandName, command }) => {
    asked.push(`${commandName} ${String(command[commandName])}`);
  });
});
afterAll(async () => {
  await db.dropDatabase();
  await mongo.close();
});

async function add(id: string, change: Partial<ClientDocument>): Promise<void> {
  await db.collection<ClientDocument>('clients').insertOne({
    _id: id,
    name: id,
    nameEn: id,
    kind: 'OTHER',
    scopes: [],
    purposes: ['test'],
    mode: 'FILTER',
    variant: 'PARTNER',
    adHoc: false,
    limits: defaultLimits,
    platform: null,
    status: 'ACTIVE',
    secrets: [],
    keys: [],
    notBefore: 0,
    createdAt: new Date(),
    ...change,
  });
}

/** What a refusal took. */
async function workOf(credentials: Credentials): Promise<object> {
  asked.length = 0;
  vi.mocked(timingSafeEqual).mockClear();
  vi.mocked(jwtVerify).mockClear();
  const refused = authenticateClient(store, credentials, '198.51.100.1', { audiences });
  await expect(refused).rejects.toMatchObject({ code: 'invalid_client', status: 401 });
  return {
    asked: [...asked],
    compared: vi.mocked(timingSafeEqual).mock.calls.length,
    verified: vi.mocked(jwtVerify).mock.calls.length,
  };
}

test('by secret', async () => {
  await add('with-secrets', {
    secrets: [newSecret(new Date()).secret, newSecret(new Date()).secret],
  });
  const wrong = await workOf({ kind: 'SECRET', client: 'with-secrets', secret: 'x' });
  const unknown = await workOf({ kind: 'SECRET', client: 'nobody', secret: 'x' });
  expect(unknown).toEqual(wrong);
  expect(unknown).toMatchObject({
    asked: ['find attempts', 'find clients', 'update attempts'],
    compared: 5,
  });
});

test.each(['EdDSA', 'ES256', 'PS256', 'RS256'])('by assertion, %s', async (alg) => {
  const pair = await generateKeyPair(alg);
  const others = await generateKeyPair(alg);
  const id = `with-key-${alg.toLowerCase()}`;
  const jwk = await exportJWK(pair.publicKey);
  const held = { jwk, createdAt: new Date(), expiresAt: null };
  await add(id, {
    keys: [
      { ...held, kid: 'one' },
      { ...held, kid: 'two' },
    ],
  });
  const assertion = (sub: string, key: CryptoKey) =>
    new SignJWT({ iss: sub, sub, aud: 'onenet', jti: randomUUID() })
      .setProtectedHeader({ alg })
      .setExpirationTime('1m')
      .sign(key);
  const by = async (client: string, key: CryptoKey) =>
    workOf({ kind: 'ASSERTION', client, assertion: await assertion(client, key) });
  const wrong = await by(id, others.privateKey);
  const unknown = await by('nobody', others.privateKey);
  expect(unknown).toEqual(wrong);
  expect(unknown).toMatchObject({
    asked: ['find attempts', 'find clients', 'update attempts'],
    verified: 5,
  });
});
