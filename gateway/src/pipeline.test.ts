/** The pipeline, on Apollo's own parts: references hop, what may not be seen is asked of nobody, and every refusal has a code. Long, because one small net serves them all. */
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { serverAudits } from 'graphql-http';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { post, startSmallNet, type SmallNet } from './small-net.fixture.ts';

let net: SmallNet;
beforeAll(async () => {
  net = await startSmallNet();
});
beforeEach(() => {
  net.asked.length = 0;
  net.lines.length = 0;
});
afterAll(() => net[Symbol.asyncDispose]());

test('a reference leads to the other owner, to its platform and place, and on from there', async () => {
  const query = `{
    serviceRequest(id: "420100:1") {
      title platform { name } place { name } organization { name }
      transferredTo { title platform { name } place { code name } organization { name } }
    }
  }`;
  const { status, body } = await post(net, { query });
  expect(status).toBe(200);
  expect(body.errors).toBeUndefined();
  expect(body.data).toEqual({
    serviceRequest: {
      title: '欠薪',
      platform: { name: 'P420100' },
      place: { name: 'D420102' },
      organization: null,
      transferredTo: {
        title: '欠薪（转）',
        platform: { name: 'P420500' },
        place: { code: '420581', name: 'D420581' },
        organization: { name: '总工会' },
      },
    },
  });
  expect(body.extensions.onenet).toMatchObject({
    version: 1,
    demanded: 'BEST_EFFORT',
    complete: true,
    gathered: [],
  });
});

test.each([
  ['as usual', {}],
  [
    'with everything that may be asked',
    {
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    },
  ],
])('introspection gives the whole schema, %s', async (_, options) => {
  const { body } = await post(net, { query: getIntrospectionQuery(options) });
  const schema = buildClientSchema(body.data as unknown as IntrospectionQuery);
  expect(schema.getType('ServiceRequest')).toBeDefined();
});

describe('scopes', () => {
  test('a personal field is null with an error at its path, and no owner is asked for it', async () => {
    const query = `query ($yes: Boolean!) {
      a: serviceRequest(id: "420100:1") {
        ...Who
        transferredTo { ... on Record { ... on ServiceRequest { who: applicantName } } }
        history { at: __typename ... on RequestFeedbackStep { text } }
        hidden: applicantPhone @skip(if: $yes)
      }
      b: serviceRequest(id: "420100:1") { applicantName }
    }
    fragment Who on ServiceRequest { maskedApplicantName name: applicantName title }`;
    const { status, body } = await post(net, { query, variables: { yes: true } });
    expect(status).toBe(200);
    expect(body.data).toEqual({
      a: {
        maskedApplicantName: '张**',
        name: null,
        title: '欠薪',
        transferredTo: { who: null },
        history: [{ at: 'RequestFeedbackStep', text: null }, { at: 'RequestSupervisionStep' }],
      },
      b: { applicantName: null },
    });
    expect(body.errors?.map(({ path, extensions }) => [extensions['code'], path])).toEqual(
      expect.arrayContaining([
        ['SCOPE_REQUIRED', ['a', 'name']],
        ['SCOPE_REQUIRED', ['a', 'transferredTo', 'who']],
        ['SCOPE_REQUIRED', ['a', 'history', 0, 'text']],
        ['SCOPE_REQUIRED', ['b', 'applicantName']],
      ]),
    );
    expect(body.errors).toHaveLength(4);
    expect(body.errors?.[0]?.extensions['scopes']).toEqual([['requests:personal']]);
    expect(net.asked.join('\n')).not.toMatch(/(applicantName|applicantPhone|\btext)(?!:)/);
  });
});

describe('envelope', () => {
  const query = '{ serviceRequest(id: "420100:half") { id } }';

  test('BEST_EFFORT says who is missing', async () => {
    const { body } = await post(net, { query });
    expect(body.data).toEqual({ serviceRequest: null });
    expect(body.errors).toBeUndefined();
    expect(body.extensions.onenet).toMatchObject({
      complete: false,
      gathered: [{ path: ['list'], asked: 3, answered: 1, missing: [{}, {}] }],
    });
  });

  test('an unexpected error goes out as an incident, and its cause to the log', async () => {
    const { body } = await post(net, { query: '{ serviceRequest(id: "boom") { id } }' });
    const [error] = body.errors ?? [];
    expect(error).toMatchObject({ path: ['serviceRequest'], extensions: { code: 'INTERNAL' } });
    expect(JSON.stringify(body)).not.toContain('secret');
    const incident = error?.extensions['incident'];
    const line = net.lines.find((entry) => entry['incident'] === incident);
    expect(JSON.stringify(line)).toContain('a secret from inside');
  });

  test('a part of the net that is down costs its own fields', async () => {
    const { body } = await post(net, {
      query: `{
        serviceRequest(id: "420100:1") { title place { name feed: metrics(input: { metrics: ["reads"] }) { value } } }
        feeds { platform }
      }`,
    });
    expect(body.data).toEqual({
      serviceRequest: { title: '欠薪', place: { name: 'D420102', feed: null } },
      feeds: null,
    });
    expect(body.errors?.map(({ path, extensions }) => [extensions['code'], path])).toEqual(
      expect.arrayContaining([
        ['UNAVAILABLE', ['feeds']],
        ['UNAVAILABLE', ['serviceRequest', 'place']],
      ]),
    );
    expect(body.extensions.onenet['complete']).toBe(false);
  });
});

test('a part of the net that hangs costs its own fields, within the deadline', async () => {
  await using hung = await startSmallNet();
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/graphql`;
  hung.tell({ services: { province: url, analytics: url } });
  await expect.poll(() => hung.generations.current?.net.services.analytics).toBe(url);
  const began = performance.now();
  const { body } = await post(hung, {
    query: '{ feeds { platform } serviceRequest(id: "420100:1") { title } }',
    extensions: { onenet: { deadlineMs: 1_500 } },
  });
  // The default deadline would be 5 seconds.
  expect(performance.now() - began).toBeLessThan(3_900);
  expect(body.data).toEqual({ feeds: null, serviceRequest: { title: '欠薪' } });
  expect(body.errors?.map(({ extensions }) => extensions['code'])).toEqual(['UNAVAILABLE']);
  silent.close();
  silent.closeAllConnections();
});

test('a mutation has the actor that this machine asserts, and its line says so', async () => {
  const query = `mutation Rate { rateServiceRequest(input: { id: "420100:1", idempotencyKey: "k", rating: 5 }) {
    serviceRequest { title }
  } }`;
  const { body } = await post(net, { query }, { 'onenet-actor': 'worker:w-1' });
  expect(body.data).toEqual({ rateServiceRequest: { serviceRequest: { title: 'by w-1' } } });
  expect(net.lines.find(({ msg }) => msg === 'request')).toMatchObject({
    operation: 'Rate',
    kind: 'mutation',
    outcome: 'OK',
    actor: { kind: 'WORKER', reference: 'w-1', asserted: 'by loopback header' },
  });
});

test('the line of a request holds no variable', async () => {
  await post(net, {
    query: 'query Find($id: ID!) { serviceRequest(id: $id) { id } }',
    variables: { id: '420100:very-private' },
  });
  const line = net.lines.find(({ msg }) => msg === 'request');
  expect(line).toMatchObject({ operation: 'Find', client: 'local', status: 200 });
  expect(JSON.stringify(net.lines)).not.toContain('very-private');
});

describe('what is refused', () => {
  const deep = `{ a: __schema { ${'types { fields { type { '.repeat(8)}name${' } } }'.repeat(8)} } }`;
  const bomb = Array.from(
    { length: 14 },
    (_, i) => `fragment f${i} on ServiceRequest { ...f${i + 1} ...f${i + 1} }`,
  ).join('\n');
  const refused: readonly (readonly [
    name: string,
    body: unknown,
    code: string,
    status?: number,
  ])[] = [
    ['bad JSON', '{"query":', 'BAD_REQUEST', 400],
    ['a batch', [{ query: '{ __typename }' }], 'BAD_REQUEST', 400],
    ['no query', {}, 'BAD_REQUEST', 400],
    ['a query that is no text', { query: 1 }, 'BAD_REQUEST', 400],
    ['variables as a list', { query: '{ __typename }', variables: [] }, 'BAD_REQUEST', 400],
    ['no GraphQL', { query: 'hello' }, 'BAD_REQUEST'],
    ['an unknown field', { query: '{ nothing }' }, 'BAD_REQUEST'],
    ['an unknown operation', { query: '{ __typename }', operationName: 'X' }, 'BAD_REQUEST'],
    [
      'an unnamed choice',
      { query: 'query A { __typename } query B { __typename }' },
      'BAD_REQUEST',
    ],
    ['a subscription', { query: 'subscription { x }' }, 'BAD_REQUEST'],
    ['a reserved alias', { query: '{ onenet_x: __typename }' }, 'BAD_REQUEST'],
    [
      'a reserved variable',
      { query: 'query ($representations: Int) { __typename }' },
      'BAD_REQUEST',
    ],
    [
      'a time that is none',
      { query: '{ members(filter: { appliedFrom: "yesterday" }) { totalCount } }' },
      'BAD_INPUT',
    ],
    [
      'a variable time that is none',
      {
        query: 'query ($t: DateTime) { members(filter: { appliedFrom: $t }) { totalCount } }',
        variables: { t: '2026-02-30T00:00:00Z' },
      },
      'BAD_INPUT',
    ],
    [
      'a wrong variable',
      { query: 'query ($id: ID!) { serviceRequest(id: $id) { id } }' },
      'BAD_INPUT',
    ],
    [
      'a deadline of nothing',
      { query: '{ __typename }', extensions: { onenet: { deadlineMs: 0 } } },
      'BAD_REQUEST',
      400,
    ],
    [
      'an unknown demand',
      { query: '{ __typename }', extensions: { onenet: { completeness: 'SOME' } } },
      'BAD_REQUEST',
      400,
    ],
    [
      'an unknown extension of ours',
      { query: '{ __typename }', extensions: { onenet: { x: 1 } } },
      'BAD_REQUEST',
      400,
    ],
    ['too many bytes', { query: `{ __typename } #${'x'.repeat(300_000)}` }, 'TOO_LARGE', 413],
    ['too many tokens', { query: `{ ${'__typename '.repeat(6000)} }` }, 'TOO_LARGE'],
    ['depth', { query: deep }, 'TOO_LARGE'],
    ['depth under a hidden name', { query: `query __schema ${deep}` }, 'TOO_LARGE'],
    [
      'depth in a fragment with a hidden name',
      { query: `{ ...__schema } fragment __schema on Query ${deep}` },
      'TOO_LARGE',
    ],
    [
      'fields by fragments',
      {
        query: `{ serviceRequest(id: "a:1") { ...f0 } } ${bomb} fragment f14 on ServiceRequest { id }`,
      },
      'TOO_LARGE',
    ],
    [
      'root fields',
      {
        query: `{ ${Array.from({ length: 101 }, () => 'serviceRequest(id: "a:1") { id }').join(' ')} }`,
      },
      'TOO_LARGE',
    ],
    [
      'aliases',
      {
        query: `{ serviceRequest(id: "a:1") { ${Array.from({ length: 301 }, (_, i) => `a${i}: id`).join(' ')} } }`,
      },
      'TOO_LARGE',
    ],
    [
      'rows',
      {
        query:
          '{ organizations(first: 100) { edges { node { members(first: 100) { edges { node { place { members(first: 100) { totalCount } } } } } } } } }',
      },
      'TOO_LARGE',
    ],
  ];

  test.each(refused)('%s', async (_name, body, code, status) => {
    const answer = await post(net, body);
    expect(answer.body.errors?.map(({ extensions }) => extensions['code'])).toContain(code);
    expect(answer.body).not.toHaveProperty('data');
    expect(answer.body.extensions.onenet).toMatchObject({ version: 1 });
    expect(answer.status).toBe(status ?? 200);
    const strict = await post(net, body, { accept: 'application/graphql-response+json' });
    expect(strict.status).toBe(status ?? 400);
    expect(strict.contentType).toBe('application/graphql-response+json; charset=utf-8');
    expect(net.asked).toEqual([]);
  });

  test('a fault of the document names its place in the text that was sent', async () => {
    const { body } = await post(net, { query: '{\n  serviceRequests { edge }\n}' });
    expect(body.errors?.[0]).toMatchObject({
      message: expect.stringContaining('Did you mean "edges"'),
      locations: [{ line: 2, column: 21 }],
    });
  });

  test.each([
    ['another content type', { 'content-type': 'text/plain' }, 415],
    ['another charset', { 'content-type': 'application/json; charset=gbk' }, 415],
    ['a compressed body', { 'content-encoding': 'gzip' }, 415],
    ['an answer type that is not had', { accept: 'text/csv' }, 406],
    ['an actor that is none', { 'onenet-actor': 'chief' }, 400],
    ['a deadline that is no number', { 'onenet-deadline': 'soon' }, 400],
  ] as const)('%s', async (_name, headers, status) => {
    const answer = await post(net, { query: '{ __typename }' }, headers);
    expect(answer.status).toBe(status);
    expect(answer.body.errors?.[0]?.extensions['code']).toBe('BAD_REQUEST');
  });

  test('a mutation by GET, and other methods', async () => {
    const query = encodeURIComponent(
      'mutation { leaveUnion(input: { id: "a:1", idempotencyKey: "k" }) { member { id } } }',
    );
    const got = await fetch(`${net.url}/graphql?query=${query}`);
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    const put = await fetch(`${net.url}/graphql`, { method: 'PUT' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST']);
    expect(net.asked).toEqual([]);
  });
});

test('GraphQL over HTTP: every audit passes', async () => {
  const audits = serverAudits({ url: () => `${net.url}/graphql`, fetchFn: fetch });
  const results = await Promise.all(audits.map((audit) => audit.fn()));
  const failed = results.filter(({ status }) => status !== 'ok');
  expect(failed.map((result) => [result.name, 'reason' in result && result.reason])).toEqual([]);
});
