/** Registered documents: by id at /graphql, by name at /q, as JSON and CSV, and their OpenAPI description. Long, because one small net serves them all. */
import { documentHash, type NetDocument } from '@onenet/contract';
import { referenceDocuments } from '@onenet/province';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { someClient } from '../callers/credentials.fixture.ts';
import { post, startSmallNet, type SmallNet } from '../small-net.fixture.ts';

let net: SmallNet;
beforeAll(async () => {
  net = await startSmallNet();
  net.tell({ documents, clients: [strict, other] });
  const isTold = () => net.generations.current?.net.documents?.length === documents.length;
  await vi.waitUntil(isTold, 20_000);
});
afterAll(() => net[Symbol.asyncDispose]());

const scopes = ['requests:read', 'requests:personal'];
const strict = someClient({ id: 'strict', adHoc: false, scopes });
const other = someClient({ id: 'other', scopes });

function document(name: string, text: string, change: Partial<NetDocument> = {}): NetDocument {
  const about = { description: '说明', descriptionEn: 'About' };
  return { name, version: 1, hash: documentHash(text), text, clients: null, ...about, ...change };
}

const documents: readonly NetDocument[] = [
  document('request', 'query ($id: ID!) { serviceRequest(id: $id) { id title applicantName } }'),
  document('request', 'query ($id: ID!) { serviceRequest(id: $id) { id title } }', { version: 2 }),
  document(
    'history',
    'query ($id: ID!) { serviceRequest(id: $id) { history { kind: actorKind ... on RequestFeedbackStep { text } } } }',
  ),
  document('platforms', '{ platforms { code name } }'),
  document('two-lists', '{ platforms { code } divisions(first: 1) { code } }'),
  document('half', '{ serviceRequest(id: "420100:half") { id } }'),
  document('boom', '{ serviceRequest(id: "boom") { id } }'),
  document('strict-alone', '{ platforms { name } }', { clients: ['strict'] }),
  document(
    'rate',
    'mutation ($input: RateServiceRequestInput!) { rateServiceRequest(input: $input) { serviceRequest { title } } }',
  ),
  document(
    'typed',
    `query ($first: Int, $near: Near!, $of: [ID!], $statuses: [RequestStatus!], $yes: Boolean = true) {
      stations(near: $near, first: $first, filter: { platforms: $of }) { totalCount @include(if: $yes) }
      serviceRequests(filter: { statuses: $statuses }) { totalCount }
    }`,
  ),
  ...referenceDocuments().map((each) => document(each.name, each.text, each)),
];

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(net.url + path, { headers });

const as = async (client: string): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await net.issuer.token({ client, scope: scopes.join(' ') })}`,
});

describe('at /graphql', () => {
  const titled = { serviceRequest: { id: '420100:1', title: '欠薪' } };
  const variables = { id: '420100:1' };
  const hash = documentHash(documents[1]?.text ?? '');

  test.each([`sha256:${hash}`, 'request', 'request@2'])('by %s', async (documentId) => {
    const { status, body } = await post(net, { documentId, variables });
    expect([status, body.data]).toEqual([200, titled]);
    const search = new URLSearchParams({ documentId, variables: JSON.stringify(variables) });
    expect(await (await get(`/graphql?${search}`)).json()).toMatchObject({ data: titled });
  });

  test.each([`sha256:${'0'.repeat(64)}`, 'nothing', 'request@3', 'sha256:', '__proto__'])(
    'not by %s',
    async (documentId) => {
      const { status, body } = await post(net, { documentId, variables });
      expect([status, body.errors?.[0]?.extensions['code']]).toEqual([404, 'NOT_FOUND']);
    },
  );

  test.each([
    { documentId: 'request', query: '{ __typename }' },
    { documentId: '' },
    { documentId: 1 },
    {},
  ])('not as %j', async (body) => {
    const answer = await post(net, body);
    expect([answer.status, answer.body.errors?.[0]?.extensions['code']]).toEqual([
      400,
      'BAD_REQUEST',
    ]);
  });

  test('a client that may ask documents alone asks nothing else, by its text or by its id', async () => {
    const headers = await as('strict');
    const own = await post(net, { query: '{ platforms { code } }' }, headers);
    expect([own.status, own.body.errors?.[0]?.extensions['code']]).toEqual([
      403,
      'DOCUMENT_REQUIRED',
    ]);
    const introspection = await post(net, { query: '{ __schema { types { name } } }' }, headers);
    expect(introspection.status).toBe(403);
    expect(
      (await post(net, { query: '{ platforms { code name } }' }, headers)).body.data,
    ).toBeTruthy();
    expect((await post(net, { documentId: 'platforms' }, headers)).body.data).toBeTruthy();
    expect((await post(net, { query: '{ platforms { code } }' }, await as('other'))).status).toBe(
      200,
    );
  });

  test('a document that is another client’s is unknown', async () => {
    const ask = async (client: string) =>
      (await post(net, { documentId: 'strict-alone' }, await as(client))).status;
    expect([await ask('strict'), await ask('other')]).toEqual([200, 404]);
    const listed = async (client: string): Promise<string> =>
      (await get('/q', await as(client))).text();
    expect(await listed('strict')).toContain('strict-alone');
    expect(await listed('other')).not.toContain('strict-alone');
    expect((await get('/q/strict-alone', await as('other'))).status).toBe(404);
  });
});

describe('as JSON', () => {
  test('with completeness in the body', async () => {
    const response = await get('/q/request?id=420100:1');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('onenet-complete')).toBe('true');
    const body = (await response.json()) as Record<string, object>;
    expect(Object.keys(body)).toEqual(['data', 'completeness']);
    expect(body).toMatchObject({
      data: { serviceRequest: { id: '420100:1', title: '欠薪' } },
      completeness: { version: 1, complete: true, gathered: [] },
    });
  });

  test('by POST, with the variables as the body', async () => {
    const response = await fetch(`${net.url}/q/request`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"id":"420100:1"}',
    });
    expect(await response.json()).toMatchObject({ data: { serviceRequest: { title: '欠薪' } } });
  });

  test('an older version as long as it is not retired', async () => {
    const headers = await as('other');
    const response = await get('/q/request@1?id=420100:1', headers);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ data: { serviceRequest: { title: '欠薪' } } });
    net.tell({ documents: documents.slice(1) });
    await expect.poll(async () => (await get('/q/request@1?id=420100:1')).status).toBe(404);
    net.tell({ documents });
    await expect.poll(async () => (await get('/q/request@1?id=420100:1')).status).toBe(200);
  });

  test('who is missing is told', async () => {
    const response = await get('/q/half');
    expect(response.headers.get('onenet-complete')).toBe('false');
    expect(response.headers.get('onenet-missing')).toBe('420500:TIMEOUT,420600:UNREACHABLE');
  });

  const refused: readonly (readonly [
    path: string,
    init: RequestInit,
    status: number,
    code: string,
  ])[] = [
    ['/q/nothing', {}, 404, 'NOT_FOUND'],
    ['/q/request/more', {}, 404, 'NOT_FOUND'],
    ['/q/request', {}, 400, 'BAD_INPUT'],
    ['/q/request?id=420100:1&x=1', {}, 400, 'BAD_INPUT'],
    ['/q/request?id=420100:1&id=2', {}, 400, 'BAD_INPUT'],
    ['/q/typed?first=many', {}, 400, 'BAD_INPUT'],
    ['/q/typed?yes=1', {}, 400, 'BAD_INPUT'],
    ['/q/typed?statuses=OPEN', {}, 400, 'BAD_INPUT'],
    ['/q/typed?near=1', {}, 400, 'BAD_INPUT'],
    ['/q/typed?near.__proto__=1', {}, 400, 'BAD_INPUT'],
    ['/q/platforms?format=xml', {}, 406, 'BAD_REQUEST'],
    ['/q/two-lists?format=csv', {}, 406, 'BAD_REQUEST'],
    ['/q/platforms', { headers: { accept: 'image/png' } }, 406, 'BAD_REQUEST'],
    ['/q/platforms', { method: 'DELETE' }, 405, 'BAD_REQUEST'],
    ['/q/rate', {}, 405, 'BAD_REQUEST'],
    [
      '/q/request',
      { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } },
      415,
      'BAD_REQUEST',
    ],
    [
      '/q/request',
      { method: 'POST', body: '[]', headers: { 'content-type': 'application/json' } },
      400,
      'BAD_REQUEST',
    ],
    ['/q/boom', {}, 500, 'INTERNAL'],
    ['/q', { method: 'POST' }, 405, 'BAD_REQUEST'],
  ];
  test.each(refused)('%s %j is %i %s', async (path, init, status, code) => {
    const response = await fetch(net.url + path, init);
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    expect([response.status, errors[0]?.extensions.code]).toEqual([status, code]);
  });

  test('parameters have the types of the variables', async () => {
    const query =
      'first=3&near.latitude=30.5&near.longitude=114.3&near.withinMetres=500&of=420100&of=420500&statuses=SUBMITTED&yes=true';
    net.asked.length = 0;
    const response = await get(`/q/typed?${query}`);
    expect([response.status, await response.json()]).toMatchObject([200, { data: {} }]);
    expect(net.asked.length).toBeGreaterThan(0);
  });
});

describe('as CSV', () => {
  test('a list, by parameter and by accept', async () => {
    const bytes = async (path: string, headers: Record<string, string> = {}): Promise<string> =>
      Buffer.from(await (await get(path, headers)).arrayBuffer()).toString('utf8');
    const lines = 'code,name\r\n420100,武汉\r\n# complete=true\r\n';
    expect(await bytes('/q/platforms?format=csv')).toBe(lines);
    expect(await bytes('/q/platforms', { accept: 'text/csv, application/json;q=0.5' })).toBe(lines);
    expect(await bytes('/q/platforms?format=csv&bom=true')).toBe(`\uFEFF${lines}`);
    const { headers } = await get('/q/platforms?format=csv');
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(headers.get('content-disposition')).toBe('attachment; filename="platforms.csv"');
    expect(headers.get('onenet-complete')).toBe('true');
  });

  test('a list inside an object; a field that was refused is empty, and the last line says so', async () => {
    const text = await (await get('/q/history?id=420100:1&format=csv')).text();
    expect(text).toBe(
      'kind,text\r\nWORKER,\r\nOFFICER,\r\n# complete=true errors=SCOPE_REQUIRED\r\n',
    );
  });

  test('what is refused is JSON', async () => {
    const response = await get('/q/request?format=csv');
    expect([response.status, response.headers.get('content-type')]).toEqual([
      400,
      'application/json; charset=utf-8',
    ]);
  });
});

test('the list of documents', async () => {
  const { documents: listed } = (await (await get('/q')).json()) as { documents: object[] };
  expect(listed).toHaveLength(documents.length);
  expect(listed[0]).toEqual({
    name: 'request',
    version: 1,
    documentId: `sha256:${documents[0]?.hash}`,
    description: '说明',
    descriptionEn: 'About',
    query: documents[0]?.text,
  });
});

describe('OpenAPI', () => {
  interface Described {
    readonly openapi: string;
    readonly paths: Readonly<
      Record<
        string,
        Readonly<
          Record<
            string,
            {
              readonly parameters?: readonly {
                readonly name: string;
                readonly required?: boolean;
              }[];
            }
          >
        >
      >
    >;
  }

  const described = async (headers: Record<string, string> = {}): Promise<Described> =>
    (await (await get('/q/openapi.json', headers)).json()) as Described;

  test('is valid 3.1, and names every document', async () => {
    const api = await described();
    const result = await new Validator().validate(structuredClone(api) as never);
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
    expect(api.openapi).toBe('3.1.0');
    for (const { name, version } of documents) {
      expect(api.paths).toHaveProperty([`/q/${name}`]);
      expect(api.paths).toHaveProperty([`/q/${name}@${version}`]);
    }
    expect(Object.keys(api.paths['/q/rate'] ?? {})).toEqual(['post']);
    const parameters = api.paths['/q/stations-near']?.['get']?.parameters ?? [];
    expect(parameters.map(({ name, required = false }) => [name, required])).toEqual(
      expect.arrayContaining([
        ['near.latitude', true],
        ['near.longitude', true],
        ['near.withinMetres', false],
        ['first', false],
        ['after', false],
      ]),
    );
  });

  test('every $ref leads somewhere, and every operation has an id of its own', async () => {
    const api = await described();
    const text = JSON.stringify(api);
    const refs = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) =>
      path.split('/'),
    );
    expect(refs.length).toBeGreaterThan(10);
    for (const path of refs) expect(api).toHaveProperty(path);
    const ids = [...text.matchAll(/"operationId":"([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('has what the caller may ask alone', async () => {
    expect((await described(await as('other'))).paths).not.toHaveProperty(['/q/strict-alone']);
    expect((await described(await as('strict'))).paths).toHaveProperty(['/q/strict-alone']);
  });
});

test('without credentials there is nothing, where the net is not open', async () => {
  await using closed = await startSmallNet({ local: 'refuse' });
  for (const path of ['/q', '/q/openapi.json', '/q/platforms']) {
    expect((await fetch(closed.url + path)).status).toBe(401);
  }
});
