/** Documents: what may be registered, what the net learns of it, and what a platform's team sets of its own. */
import { documentHash } from '@onenet/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccessFixture } from '../access/access.fixture.ts';
import { Store } from '../registry/store.ts';
import { referenceDocuments, seedReferenceDocuments } from './reference-documents.ts';

let access: AccessFixture;
beforeAll(async () => {
  access = await AccessFixture.start({ referenceClients: true, registeredOnly: false });
});
afterAll(() => access[Symbol.asyncDispose]());

const text = 'query ($first: Int) { stations(first: $first) { edges { node { name } } } }';
const document = { name: 'stations', text, description: '站点', descriptionEn: 'Stations' };

const inSnapshot = async (name: string) =>
  ((await access.snapshot()).documents ?? []).filter((each) => each.name === name);

describe('a document is refused that is', () => {
  const table: readonly (readonly [string, object, string])[] = [
    ['a name with capitals', { name: 'Stations' }, '`name`'],
    ['a name of one letter', { name: 's' }, '`name`'],
    ['no GraphQL', { text: '{' }, '`text` (1:2)'],
    [
      'of two operations',
      { text: 'query a { __typename } query b { __typename }' },
      '2 operations',
    ],
    ['a fragment alone', { text: 'fragment f on Query { __typename }' }, '0 operations'],
    ['a subscription', { text: 'subscription { x }' }, 'subscription'],
    ['of an unknown field', { text: '{ nothing }' }, 'Cannot query field "nothing"'],
    ['of a wrong variable', { text: 'query ($a: Int!) { platform(code: $a) { code } }' }, '$a'],
    ['too long', { text: `{ __typename } #${'x'.repeat(20_000)}` }, 'longer than'],
    ['without its purpose', { description: undefined }, '`description`'],
    ['for nobody known', { clients: ['nobody'] }, 'no client "nobody"'],
    ['unknown', { secret: 1 }, '`secret`'],
  ];
  test.each(table)('%s', async (_, change, message) => {
    const answer = await access.operate('POST', 'documents', { ...document, ...change });
    expect([400, 404]).toContain(answer.status);
    expect((answer.body['error'] as { message: string }).message).toContain(message);
    expect(await inSnapshot('stations')).toEqual([]);
  });
});

test('needs the operator’s token', async () => {
  expect((await access.call('/access/documents')).status).toBe(401);
});

test('versions stand beside each other, and are asked no longer once they are retired', async () => {
  await access.client('reader');
  const { revision } = await access.snapshot();
  const first = await access.operate('POST', 'documents', document);
  expect([first.status, first.body]).toMatchObject([201, { id: 'stations@1', status: 'ACTIVE' }]);
  const again = await access.operate('POST', 'documents', document);
  expect([again.status, again.body]).toMatchObject([409, { error: { code: 'CONFLICT' } }]);
  const other = `${text} # 2`;
  await access.operate('POST', 'documents', { ...document, text: other, clients: ['reader'] });
  expect((await access.snapshot()).revision).toBeGreaterThan(revision);
  const { description, descriptionEn } = document;
  const common = { name: 'stations', description, descriptionEn };
  expect(await inSnapshot('stations')).toEqual([
    { ...common, version: 1, hash: documentHash(text), text, clients: null },
    { ...common, version: 2, hash: documentHash(other), text: other, clients: ['reader'] },
  ]);

  expect((await access.operate('DELETE', 'documents/stations@1')).status).toBe(200);
  expect((await inSnapshot('stations')).map(({ version }) => version)).toEqual([2]);
  expect((await access.operate('DELETE', 'documents/stations')).status).toBe(200);
  expect(await inSnapshot('stations')).toEqual([]);
  expect((await access.operate('DELETE', 'documents/stations')).status).toBe(404);
  const listed = await access.operate('GET', 'documents?retired=true');
  const kept = (listed.body['documents'] as { name: string; status: string }[]).filter(
    ({ name }) => name === 'stations',
  );
  expect(kept.map(({ status }) => status)).toEqual(['RETIRED', 'RETIRED']);
  const anew = await access.operate('POST', 'documents', document);
  expect(anew.body).toMatchObject({ id: 'stations@3' });
  const trail = await access.db
    .collection('trail')
    .find({ action: /^DOCUMENT/, detail: /^stations(@|$)/ })
    .toArray();
  expect(trail.map(({ action, detail }) => `${action} ${detail}`)).toEqual([
    'DOCUMENT_ADDED stations@1',
    'DOCUMENT_ADDED stations@2',
    'DOCUMENT_RETIRED stations@1',
    'DOCUMENT_RETIRED stations',
    'DOCUMENT_ADDED stations@3',
  ]);
});

test('the reference net’s are registered once, and one that was retired stays so', async () => {
  const names = referenceDocuments().map(({ name }) => name);
  expect(names).toContain('stations-near');
  const now = async () => {
    const { documents = [] } = await access.snapshot();
    return documents.filter(({ name }) => names.includes(name));
  };
  const registered = await now();
  expect(registered.map(({ name }) => name)).toEqual(names);
  for (const { description, descriptionEn } of registered) {
    expect(description).toMatch(/[一-龥]/);
    expect(descriptionEn).toMatch(/^[\x20-\x7e]+$/);
  }
  await access.operate('DELETE', 'documents/stations-near');
  const { supergraph } = await access.snapshot();
  await seedReferenceDocuments(new Store(access.db.client, access.db), supergraph);
  await access.province.directory.refresh();
  const left = (await now()).map(({ name }) => name);
  expect(left).toEqual(names.filter((name) => name !== 'stations-near'));
});

describe('a platform’s team', () => {
  const own = async (action: string, body: object, code = '420100') => {
    const authorization = `Bearer ${await token('420100')}`;
    return access.call(`/registry/platforms/${code}/${action}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  };
  const token = async (code: string): Promise<string> => {
    const { body } = await access.call(`/registry/platforms/${code}/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${access.operatorToken}` },
    });
    return String(body['token']);
  };
  const owner = async () => (await access.snapshot()).owners.find(({ code }) => code === '420100');

  test('stops and starts it, beside the operator’s own switch', async () => {
    expect((await owner())?.connection).toBe('CONNECTED');
    expect((await own('stop', { reason: 'fire' })).body).toMatchObject({ connection: 'SUSPENDED' });
    expect((await owner())?.connection).toBe('SUSPENDED');
    expect((await own('stop', {})).status).toBe(409);
    const suspended = await access.call('/registry/platforms/420100/suspend', {
      method: 'POST',
      headers: { authorization: `Bearer ${access.operatorToken}` },
    });
    expect(suspended.status).toBe(200);
    // Its own switch does not lift the operator's.
    expect((await own('start', {})).body).toMatchObject({ connection: 'SUSPENDED' });
    expect((await own('resume', {})).status).toBe(403);
    await access.call('/registry/platforms/420100/resume', {
      method: 'POST',
      headers: { authorization: `Bearer ${access.operatorToken}` },
    });
    expect((await owner())?.connection).toBe('CONNECTED');
  });

  test('sets and lifts its budget, and nobody else’s', async () => {
    const budget = { perSecond: 50, concurrent: 10 };
    expect((await own('budget', budget)).status).toBe(200);
    expect((await owner())?.budget).toEqual({ ...budget, perClientPerSecond: null });
    expect((await own('budget', { perSecond: 0 })).status).toBe(400);
    expect((await own('budget', budget, '420500')).status).toBe(403);
    expect((await own('budget', {})).status).toBe(200);
    expect((await owner())?.budget).toBeUndefined();
  });
});
