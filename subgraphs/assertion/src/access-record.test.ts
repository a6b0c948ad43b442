/** The record has every call that was answered, and shows when somebody changed it. */
import { inject, expect, test } from 'vitest';
import { nextAccessHead, verifyAccessRecord, type AccessEntry } from './access-record.ts';
import { inward, someCall, testDatabase, testGuard, testSigner } from './fixture.ts';
import type { Admitted, Guard } from './guard.ts';
import type { Keys } from './keys.ts';
import { mongoGuardStore } from './mongo-guard-store.ts';
import type { AccessLine } from './store.ts';

const code = '420100';

async function answer(guard: Guard, keys: Keys, status = 200): Promise<void> {
  const admission = await guard.admit(inward(keys));
  expect(admission.kind).toBe('ADMITTED');
  await (admission as Admitted).record({ status });
}

test('a line says who was given what on whose behalf, and no value of it', async () => {
  await using signer = await testSigner('EdDSA');
  await using database = await testDatabase(inject('mongodbUri'));
  const guard = await testGuard(database.db, signer.trust);
  const query = `query Overdue($place: ID) {
    list: serviceRequests(first: 2, filter: { place: $place }) {
      totalCount
      edges { node { ...R } }
    }
    _entities(representations: []) { ... on Member { maskedName } }
  }
  fragment R on ServiceRequest { id title channel: maskedContact }`;
  const call = {
    ...someCall,
    body: JSON.stringify({ query, variables: { place: 'mark-420500' } }),
  };
  const admission = await guard.admit(inward(signer.keys, call));
  const given = {
    data: {
      list: { totalCount: 2, edges: [{ node: { title: 'mark-a' } }, { node: { title: 'b' } }] },
      _entities: [{ maskedName: 'mark-b' }, null],
    },
  };
  await (admission as Admitted).record({
    status: 207,
    answer: Buffer.from(JSON.stringify(given)),
  });
  const [line] = await mongoGuardStore(database.db).read(0, 10);
  const entry = JSON.parse(line?.line ?? '') as AccessEntry;
  const hash = expect.stringMatching(/^[0-9a-f]{64}$/) as unknown;
  expect(entry).toEqual({
    v: 2,
    at: expect.stringMatching(/^\d{4}-.*Z$/),
    issuer: 'gateway',
    consumer: 'social-security',
    person: 'p-1',
    roles: ['leader'],
    purpose: 'benefit check',
    grant: null,
    kid: signer.keys.current().kid,
    leaf: hash,
    method: 'POST',
    path: '/graphql',
    body: hash,
    operation: 'Overdue',
    document: hash,
    fields: [
      'Member.maskedName',
      'Query.serviceRequests',
      'ServiceRequest.id',
      'ServiceRequest.maskedContact',
      'ServiceRequest.title',
      'ServiceRequestConnection.edges',
      'ServiceRequestConnection.totalCount',
      'ServiceRequestEdge.node',
    ],
    rows: 3,
    status: 207,
    ms: expect.any(Number),
  });
  // Neither a value that was asked with, nor one that was given, nor the text, also where it stands in the address.
  expect(line?.line).not.toMatch(/mark|420500|a=1|representations/);
});

test('many at once, by two guards on one database, make one chain without a gap', async () => {
  await using signer = await testSigner('EdDSA');
  await using database = await testDatabase(inject('mongodbUri'));
  const guards = [
    await testGuard(database.db, signer.trust),
    await testGuard(database.db, signer.trust),
  ] as const;
  const calls = Array.from({ length: 200 }, (_, i) => answer(guards[i % 2 ? 0 : 1], signer.keys));
  await Promise.all(calls);
  const store = mongoGuardStore(database.db);
  expect(await verifyAccessRecord(code, store)).toMatchObject({ ok: true, lines: 200 });
  // A third that begins where the others ended.
  await answer(await testGuard(database.db, signer.trust), signer.keys);
  expect(await verifyAccessRecord(code, store)).toMatchObject({ ok: true, lines: 201 });
});

test('a line that was altered, removed or inserted is found, at its number', async () => {
  const lines = chainOf(['a', 'b', 'c', 'd', 'e']);
  const [first, second, third, fourth, fifth] = lines as [
    AccessLine,
    AccessLine,
    AccessLine,
    AccessLine,
    AccessLine,
  ];
  const check = (changed: readonly AccessLine[], known?: AccessLine) =>
    verifyAccessRecord(code, storeOf(changed), known);
  const inserted = { sequence: 3, line: 'x', head: nextAccessHead(second.head, 'x') };
  const later = (line: AccessLine): AccessLine => ({ ...line, sequence: line.sequence + 1 });

  expect(await check(lines, fifth)).toEqual({ ok: true, lines: 5, head: fifth.head });
  expect(await check([first, second, { ...third, line: 'x' }, fourth, fifth])).toMatchObject({
    ok: false,
    sequence: 3,
  });
  // With a head that fits: then the next one does not.
  expect(await check([first, second, inserted, fourth, fifth])).toMatchObject({
    ok: false,
    sequence: 4,
  });
  expect(await check([first, second, fourth, fifth])).toMatchObject({ ok: false, sequence: 3 });
  expect(
    await check([first, second, { ...fourth, sequence: 3 }, { ...fifth, sequence: 4 }]),
  ).toMatchObject({ ok: false, sequence: 3 });
  expect(
    await check([first, second, inserted, later(third), later(fourth), later(fifth)]),
  ).toMatchObject({ ok: false, sequence: 4 });
  expect(await check([second, third])).toMatchObject({ ok: false, sequence: 1 });
  // Cut off at the end, or written anew as a whole: seen by who knows an earlier head.
  expect(await check([first, second])).toMatchObject({ ok: true, lines: 2 });
  expect(await check([first, second], fifth)).toMatchObject({ ok: false });
  expect(await check(chainOf(['a', 'b', 'c', 'd', 'x']), fifth)).toMatchObject({ ok: false });
  // Another owner's record.
  expect(await verifyAccessRecord('420500', storeOf(lines))).toMatchObject({ sequence: 1 });
});

test('what cannot be recorded is not admitted to be answered', async () => {
  await using signer = await testSigner('EdDSA');
  await using database = await testDatabase(inject('mongodbUri'));
  const guard = await testGuard(database.db, signer.trust);
  const admission = (await guard.admit(inward(signer.keys, someCall))) as Admitted;
  await database.db.createCollection('access_record', { validator: { never: true } });
  await expect(admission.record({ status: 200 })).rejects.toThrow('Document failed validation');
  // And the next one can, once the store takes lines again.
  await database.db.dropCollection('access_record');
  await answer(guard, signer.keys);
  const store = mongoGuardStore(database.db);
  expect(await verifyAccessRecord(code, store)).toMatchObject({ ok: true, lines: 1 });
});

function chainOf(texts: readonly string[]): AccessLine[] {
  // H("onenet-access/1\n" ‖ "420100"), by another program.
  let head = 'bd25a4f63003c76b38613004e60204aab93d2ef9875ab314e787c2daeece547d';
  return texts.map((line, i) => {
    head = nextAccessHead(head, line);
    return { sequence: i + 1, line, head };
  });
}

function storeOf(lines: readonly AccessLine[]) {
  return {
    read: (after: number, limit: number) =>
      Promise.resolve(lines.filter(({ sequence }) => sequence > after).slice(0, limit)),
  };
}
