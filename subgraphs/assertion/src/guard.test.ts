/** What was signed is taken once, for what it was signed for; everything else is refused by a code. Long, because each refusal is a case of the same guard. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { localCaller } from '@onenet/contract';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import {
  inward,
  outcomeOf,
  someCall,
  someCaller,
  testDatabase,
  testGuard,
  testSigner,
  type TestSigner,
} from './fixture.ts';
import { createGuard, type Guard, type InwardCall } from './guard.ts';
import { algorithms } from './jwk.ts';
import { encodeLeaf, leafHeader, parseLeaf } from './leaf.ts';
import { mongoGuardStore } from './mongo-guard-store.ts';
import { assertionHeader } from './payload.ts';
import { signCalls } from './sign.ts';

let database: Awaited<ReturnType<typeof testDatabase>>;
beforeAll(async () => {
  database = await testDatabase(inject('mongodbUri'));
});
afterAll(() => database[Symbol.asyncDispose]());

describe.each(algorithms)('%s', (alg) => {
  let signer: TestSigner;
  let guard: Guard;
  beforeAll(async () => {
    signer = await testSigner(alg);
    guard = await testGuard(database.db, signer.trust);
  });
  afterAll(() => signer[Symbol.asyncDispose]());
  const admit = async (call: InwardCall): Promise<string> => outcomeOf(await guard.admit(call));

  test('a call is admitted for whom it was signed', async () => {
    expect(await guard.admit(inward(signer.keys))).toMatchObject({
      kind: 'ADMITTED',
      caller: someCaller,
      actor: undefined,
      grant: '',
    });
  });

  test.for(['g-1', 'g-1,g-2'])('the actor and the grant %s come with it', async (grant) => {
    const call = { ...someCall, grant };
    const actor = { kind: 'OFFICER', reference: 'desk-3' } as const;
    const { assertion, leaves } = signCalls(signer.keys, someCaller, actor, [call]);
    const headers = { [assertionHeader]: assertion, [leafHeader]: leaves[0] ?? '' };
    const came = { ...inward(signer.keys), headers };
    expect(await guard.admit(came)).toMatchObject({ kind: 'ADMITTED', actor, grant });
    const otherGrant = (leaves[0] ?? '').replace('.g-1', '.g-2');
    expect(await admit({ ...came, headers: { ...headers, [leafHeader]: otherGrant } })).toBe(
      'ASSERTION_INVALID',
    );
  });

  const changes: readonly [string, (call: InwardCall) => InwardCall][] = [
    ['another method', (call) => ({ ...call, method: 'GET' })],
    ['another path', (call) => ({ ...call, url: '/graphq1?a=1' })],
    ['another query', (call) => ({ ...call, url: '/graphql?a=2' })],
    ['no query', (call) => ({ ...call, url: '/graphql' })],
    ['another body', (call) => ({ ...call, body: Buffer.from('{"query":"{ members }"}') })],
    ['no body', (call) => ({ ...call, body: Buffer.alloc(0) })],
    [
      'a space after the body',
      (call) => ({ ...call, body: Buffer.concat([call.body, Buffer.from(' ')]) }),
    ],
    ['no leaf', ({ headers, ...call }) => ({ ...call, headers: without(headers, leafHeader) })],
    [
      'no assertion',
      ({ headers, ...call }) => ({ ...call, headers: without(headers, assertionHeader) }),
    ],
    ['a leaf of another call', (call) => withLeaf(call, inward(signer.keys).headers[leafHeader])],
    ['the neighbour’s place', (call) => withLeaf(call, changedLeaf(call, { index: 1 }))],
    ['a path that is cut', (call) => withLeaf(call, changedLeaf(call, { cut: 1 }))],
    ['a path of no size class', (call) => withLeaf(call, changedLeaf(call, { cut: 0, longer: 1 }))],
    ['two leaves', (call) => withLeaf(call, `${leafOf(call)}, ${leafOf(call)}`)],
    ['words for a leaf', (call) => withLeaf(call, 'a.b.c')],
    ['words for an assertion', (call) => withAssertion(call, 'Bearer abc')],
    ['alg none', (call) => withAssertion(call, reheaded(call, { alg: 'none' }))],
    ['another algorithm', (call) => withAssertion(call, reheaded(call, { alg: otherOf(alg) }))],
    ['another type', (call) => withAssertion(call, reheaded(call, { typ: 'JWT' }))],
    ['an unknown key', (call) => withAssertion(call, reheaded(call, { kid: 'unknown' }))],
    [
      'a key’s name that climbs',
      (call) => withAssertion(call, reheaded(call, { kid: '../../jwks' })),
    ],
    [
      'a key’s name that objects have',
      (call) => withAssertion(call, reheaded(call, { kid: '__proto__' })),
    ],
    ['a key’s name that is no text', (call) => withAssertion(call, reheaded(call, { kid: ['x'] }))],
    ['a key that it brings itself', (call) => withAssertion(call, byOwnKey(call))],
  ];
  test.each(changes)('%s is refused', async (_what, change) => {
    expect(await admit(change(inward(signer.keys)))).toBe('ASSERTION_INVALID');
  });

  test('an assertion of another owner’s call is refused', async () => {
    expect(await admit(inward(signer.keys, { ...someCall, owner: '420500' }))).toBe(
      'ASSERTION_INVALID',
    );
  });

  test('every character of assertion and leaf counts', async () => {
    // So many take a busy machine longer than a signature holds: this guard's clock stands still.
    const nowMs = Date.now();
    const still = await testGuard(database.db, signer.trust, { now: () => nowMs });
    const admitted = async (call: InwardCall) => outcomeOf(await still.admit(call));
    for (const name of [assertionHeader, leafHeader]) {
      const { headers, ...call } = inward(signer.keys, someCall, nowMs);
      const text = headers[name] ?? '';
      for (let at = 0; at < text.length; at++) {
        const other = text[at] === 'A' ? 'B' : 'A';
        const changed = text.slice(0, at) + other + text.slice(at + 1);
        const came = { ...call, headers: { ...headers, [name]: changed } };
        expect(await admitted(came), `${name} at ${at}`).toBe('ASSERTION_INVALID');
      }
      // None of the trials took the leaf.
      expect(await admitted({ ...call, headers })).toBe('ADMITTED');
    }
  });

  test('what the payload says cannot be changed', async () => {
    const call = inward(signer.keys);
    const [head, body = '', signature] = (call.headers[assertionHeader] ?? '').split('.');
    const payload = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as object;
    expect(Object.keys(payload).join(' ')).toBe(
      'iss iat exp root consumer person roles platform scopes purpose actor',
    );
    for (const [name, value] of Object.entries(payload)) {
      const other = typeof value === 'number' ? value + 1 : Array.isArray(value) ? ['x'] : 'x';
      const changed = encoded({ ...payload, [name]: other });
      const assertion = [head, changed, signature].join('.');
      expect(await admit(withAssertion(call, assertion)), name).toBe('ASSERTION_INVALID');
    }
  });

  test('a leaf is taken once', async () => {
    const call = inward(signer.keys);
    expect(await admit(call)).toBe('ADMITTED');
    expect(await admit(call)).toBe('ASSERTION_REPLAYED');
  });

  test('of many that come at once one is taken, also at two guards on one database', async () => {
    const other = await testGuard(database.db, signer.trust);
    const call = inward(signer.keys);
    const came = Array.from({ length: 20 }, (_, i) => (i % 2 ? guard : other).admit(call));
    const outcomes = (await Promise.all(came)).map(outcomeOf);
    expect(outcomes.filter((outcome) => outcome === 'ADMITTED')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'ASSERTION_REPLAYED')).toHaveLength(19);
  });

  test('a restarted guard knows what was taken, and takes what was signed before its start', async () => {
    const [before, underWay] = [inward(signer.keys), inward(signer.keys)];
    expect(await admit(before)).toBe('ADMITTED');
    const restarted = await testGuard(database.db, signer.trust);
    expect(outcomeOf(await restarted.admit(before))).toBe('ASSERTION_REPLAYED');
    expect(outcomeOf(await restarted.admit(underWay))).toBe('ADMITTED');
  });

  test('what is older than the store’s memory is refused: its leaf may have been taken', async () => {
    await using fresh = await testDatabase(inject('mongodbUri'));
    const call = inward(signer.keys, someCall, Date.now() - 3_000);
    const young = await testGuard(fresh.db, signer.trust);
    expect(outcomeOf(await young.admit(call))).toBe('ASSERTION_EXPIRED');
    const anHourAgo = new Date(Date.now() - 3_600_000);
    await fresh.db.collection('assertion_settings').updateOne({}, { $set: { since: anHourAgo } });
    const old = await testGuard(fresh.db, signer.trust);
    expect(outcomeOf(await old.admit(call))).toBe('ADMITTED');
  });
});

describe('time', () => {
  test.each([
    ['at once', 0, 'ADMITTED'],
    ['29 s later', 29_000, 'ADMITTED'],
    ['30 s later', 30_000, 'ASSERTION_EXPIRED'],
    ['an hour later', 3_600_000, 'ASSERTION_EXPIRED'],
    ['a clock that is 4 s behind', -4_000, 'ADMITTED'],
    ['a clock that is 7 s behind', -7_000, 'CLOCK_SKEW'],
    ['a clock that is an hour behind', -3_600_000, 'CLOCK_SKEW'],
  ])('%s', async (_what, laterMs, outcome) => {
    await using signer = await testSigner('EdDSA');
    const signedMs = Math.ceil(Date.now() / 1000) * 1000 + 10_000;
    const now = (): number => signedMs + laterMs;
    const guard = await testGuard(database.db, signer.trust, { now });
    const admission = await guard.admit(inward(signer.keys, someCall, signedMs));
    expect(outcomeOf(admission)).toBe(outcome);
    if (admission.kind === 'ADMITTED') return;
    expect(admission.error.details).toEqual({
      issuedAt: new Date(signedMs).toISOString(),
      ownerTime: new Date(now()).toISOString(),
    });
  });
});

describe('without an assertion', () => {
  const headers = { host: '127.0.0.1:4010', 'onenet-actor': 'worker:w-1' };
  const here: InwardCall = { ...bare(), headers, remoteAddress: '127.0.0.1' };

  test.each([
    ['loopback, from here', 'loopback', here, 'ADMITTED'],
    ['loopback, from elsewhere', 'loopback', { ...here, remoteAddress: '10.0.0.1' }, undefined],
    ['loopback, by a proxy here', 'loopback', forwarded(here), undefined],
    ['refuse, from here', 'refuse', here, undefined],
  ] as const)('%s', async (_what, unsigned, call, outcome) => {
    const store = mongoGuardStore(database.db);
    const guard = await createGuard({ code: '420100', store, unsigned });
    expect(outcomeOf(await guard.admit(call))).toBe(outcome ?? 'ASSERTION_REQUIRED');
  });

  test('this machine is the platform’s own front end, and names its actor', async () => {
    const store = mongoGuardStore(database.db);
    const guard = await createGuard({ code: '420100', store, unsigned: 'loopback' });
    const claimed = { ...headers, 'onenet-caller': encoded(someCaller) };
    expect(await guard.admit({ ...here, headers: claimed })).toMatchObject({
      caller: { ...localCaller, platform: '420100' },
      actor: { kind: 'WORKER', reference: 'w-1' },
    });
  });

  test('a wrong assertion is refused from this machine too, and any where no keys are trusted', async () => {
    await using signer = await testSigner('EdDSA');
    const store = mongoGuardStore(database.db);
    const guard = await createGuard({ code: '420100', store, unsigned: 'loopback' });
    const call = { ...inward(signer.keys), remoteAddress: '127.0.0.1' };
    expect(outcomeOf(await guard.admit(call))).toBe('ASSERTION_INVALID');
  });
});

function bare(): Omit<InwardCall, 'headers' | 'remoteAddress'> {
  return { method: 'POST', url: '/graphql', body: Buffer.from('{}') };
}

function forwarded(call: InwardCall): InwardCall {
  return { ...call, headers: { ...call.headers, 'x-forwarded-for': '203.0.113.7' } };
}

function without(headers: InwardCall['headers'], name: string): InwardCall['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name));
}

function withLeaf(call: InwardCall, leaf: string | undefined): InwardCall {
  return { ...call, headers: { ...call.headers, [leafHeader]: leaf } };
}

function withAssertion(call: InwardCall, assertion: string): InwardCall {
  return { ...call, headers: { ...call.headers, [assertionHeader]: assertion } };
}

function leafOf({ headers }: InwardCall): string {
  return String(headers[leafHeader]);
}

function changedLeaf(
  call: InwardCall,
  { index = 0, cut = 0, longer = 0 }: { index?: number; cut?: number; longer?: number },
): string {
  const leaf = parseLeaf(leafOf(call));
  if (!leaf) throw new Error('The fixture makes no leaf.');
  const path = Buffer.concat([
    leaf.path.subarray(0, leaf.path.length - 32 * cut),
    Buffer.alloc(32 * longer),
  ]);
  return encodeLeaf({ ...leaf, index: leaf.index ^ index, path });
}

/** The assertion with another header, and its signature as it was. */
function reheaded({ headers }: InwardCall, change: object): string {
  const [head = '', ...rest] = String(headers[assertionHeader]).split('.');
  const header = JSON.parse(Buffer.from(head, 'base64url').toString('utf8')) as object;
  return [encoded({ ...header, ...change }), ...rest].join('.');
}

/** As it was, but for a key of somebody's own, which signs and stands in the header. */
function byOwnKey({ headers }: InwardCall): string {
  const [, payload = ''] = String(headers[assertionHeader]).split('.');
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const jwk = publicKey.export({ format: 'jwk' });
  const header = { alg: 'EdDSA', typ: 'onenet-assertion+jwt', kid: 'own', jwk };
  const signed = `${encoded(header)}.${payload}`;
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
}

function otherOf(alg: string): string {
  return alg === 'SM2' ? 'EdDSA' : 'SM2';
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}
