/** Bad input of every kind: a clear error with a code from the one table, and nothing changes. Long, because it is one list of bad input. */
import { errorCodes } from '@onenet/contract';
import { databaseName } from '@onenet/platform';
import { MongoClient } from 'mongodb';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startSmallNet } from './fixtures/small-net.ts';
import type { Answer, SmallNet } from './fixtures/small-net.ts';
import { makeRecords } from './merged/dataset.ts';
import { Random } from './merged/random.ts';

const codes = ['420000', '420100', '420500'];
const records = makeRecords(new Random(3), 12).filter((each) => codes.includes(each.platformCode));
const mongodbUri = inject('mongodbUri');
const officer = { 'onenet-actor': 'officer:desk-1' };
let net: SmallNet;
let client: MongoClient;
let yichang: Client;

beforeAll(async () => {
  net = await startSmallNet({ mongodbUri, postgresUri: inject('postgresUri'), codes, records });
  client = await MongoClient.connect(mongodbUri);
  yichang = new Client({ connectionString: net.yichangDatabase });
  await yichang.connect();
});

afterAll(async () => {
  await client?.close();
  await yichang?.end();
  await net?.[Symbol.asyncDispose]();
});

/** What the net's side of a platform keeps of each call and of its own turn: no record of the platform. */
const ownOfTheNet = new Set(['feed_lease', 'access_record', 'assertion_seen']);

/** Every document and every row of every platform, as one text. */
async function everything(): Promise<string> {
  const texts = codes.map(async (code) => {
    const db = client.db(databaseName(code, net.databasePrefix));
    const collections = await db.collections();
    const docs = await Promise.all(
      collections
        .filter(({ collectionName }) => !ownOfTheNet.has(collectionName))
        .map((each) => each.find().sort({ _id: 1 }).toArray()),
    );
    return JSON.stringify(docs);
  });
  return [...(await Promise.all(texts)), await everyRow()].join('\n');
}

/** Yichang's own tables and its outbox; the other tables of the sidecar are the net's. */
async function everyRow(): Promise<string> {
  const { rows } = await yichang.query<{ text: string }>(
    `SELECT query_to_xml(format('SELECT * FROM %I.%I AS r ORDER BY r::text', schemaname, tablename),
       true, false, '')::text AS text
     FROM pg_tables
     WHERE schemaname = 'public' AND tablename <> 'area' OR (schemaname, tablename) = ('onenet', 'outbox')
     ORDER BY 1`,
  );
  return rows.map(({ text }) => text).join('\n');
}

function codesOf(answer: Answer): unknown[] {
  return (answer.errors ?? []).map((error) => error.extensions?.['code']);
}

const submit = (fields: string) =>
  `mutation { submitServiceRequest(input: { ${fields} }) { serviceRequest { id } } }`;
const whole = 'idempotencyKey: "k", title: "演示", category: WAGES, channel: WEBSITE';

describe('an operation with a bad value', () => {
  const cases: readonly (readonly [name: string, query: string, code: keyof typeof errorCodes])[] =
    [
      ['an id without a colon', '{ serviceRequest(id: "nonsense") { id } }', 'BAD_ID'],
      [
        'an unknown platform in an id',
        '{ serviceRequest(id: "999999:R-1") { id } }',
        'UNKNOWN_PLATFORM',
      ],
      ['a platform that is not connected', '{ member(id: "422800:M-1") { id } }', 'NOT_CONNECTED'],
      [
        'a platform filter that names nobody',
        '{ members(filter: { platforms: ["999999"] }) { totalCount } }',
        'UNKNOWN_PLATFORM',
      ],
      [
        'an unknown place',
        '{ serviceRequests(filter: { place: "99" }) { totalCount } }',
        'UNKNOWN_DIVISION',
      ],
      ['first: -1', '{ serviceRequests(first: -1) { totalCount } }', 'BAD_PAGE'],
      ['first: 0', '{ serviceRequests(first: 0) { totalCount } }', 'BAD_PAGE'],
      ['a million rows', '{ serviceRequests(first: 1000000) { totalCount } }', 'BAD_PAGE'],
      [
        'a million rows inside a row',
        '{ organizations { edges { node { members(first: 1000000) { totalCount } } } } }',
        'BAD_PAGE',
      ],
      ['both ways at once', '{ serviceRequests(first: 1, last: 1) { totalCount } }', 'BAD_PAGE'],
      ['a forged cursor', '{ serviceRequests(after: "bm9uc2Vuc2U") { totalCount } }', 'BAD_CURSOR'],
      [
        'a cursor that is no base64',
        '{ serviceRequests(after: "\\u0000%%") { totalCount } }',
        'BAD_CURSOR',
      ],
      [
        'an order by distance from nowhere',
        '{ stations(orderBy: { field: DISTANCE }) { totalCount } }',
        'BAD_INPUT',
      ],
      [
        'a distance out of range',
        '{ stations(near: { latitude: 30, longitude: 114, withinMetres: -5 }) { totalCount } }',
        'BAD_INPUT',
      ],
      [
        'a latitude out of range',
        '{ stations(near: { latitude: 300, longitude: 114 }) { totalCount } }',
        'BAD_INPUT',
      ],
      [
        'a time that is none',
        '{ serviceRequests(filter: { submittedFrom: "yesterday" }) { totalCount } }',
        'BAD_INPUT',
      ],
      [
        'a mutation at nobody',
        submit(`platform: "999999", placeCode: "420100", ${whole}`),
        'UNKNOWN_PLATFORM',
      ],
      [
        'a mutation at a place that is not served',
        submit(`platform: "420100", placeCode: "420500", ${whole}`),
        'BAD_INPUT',
      ],
      [
        'a mutation at an unknown place',
        submit(`platform: "420100", placeCode: "1", ${whole}`),
        'UNKNOWN_DIVISION',
      ],
      [
        'a mutation at a place that Yichang does not serve',
        submit(`platform: "420500", placeCode: "420100", ${whole}`),
        'BAD_INPUT',
      ],
      [
        'a mutation of Yichang at an unknown place',
        submit(`platform: "420500", placeCode: "1", ${whole}`),
        'UNKNOWN_DIVISION',
      ],
      [
        'a title that Yichang cannot keep',
        submit(`platform: "420500", placeCode: "420500", ${whole.replace('演示', '\\u0000')}`),
        'BAD_INPUT',
      ],
      [
        'a step on nothing of Yichang',
        'mutation { verifyServiceRequest(input: { id: "420500:\\u0000", idempotencyKey: "k" }) { serviceRequest { id } } }',
        'NOT_FOUND',
      ],
      [
        'a step on nothing',
        'mutation { verifyServiceRequest(input: { id: "420100:none", idempotencyKey: "k" }) { serviceRequest { id } } }',
        'NOT_FOUND',
      ],
      ['a reserved alias', '{ onenet_x: serviceRequests { totalCount } }', 'BAD_REQUEST'],
      ['an unknown field', '{ serviceRequests { nonsense } }', 'BAD_REQUEST'],
      ['a syntax error', '{ serviceRequests {', 'BAD_REQUEST'],
      [
        'too deep',
        `{ organizations { edges { node ${'{ parent '.repeat(60)} { id } ${'}'.repeat(60)} } } }`,
        'TOO_LARGE',
      ],
      [
        'too many aliases',
        `{ ${Array.from({ length: 2000 }, (_, i) => `a${i}: platforms { code }`).join(' ')} }`,
        'TOO_LARGE',
      ],
    ];

  test.for(cases)('%s', async ([, query, code]) => {
    const before = await everything();
    const answer = await net.ask(query, {}, officer);
    expect(codesOf(answer), JSON.stringify(answer)).toContain(code);
    for (const each of codesOf(answer)) expect(Object.keys(errorCodes)).toContain(each);
    for (const error of answer.errors ?? []) expect(error.message.length).toBeGreaterThan(10);
    expect(await everything()).toBe(before);
  });

  test('what the caller wrote wrongly is no failure of the owners that say so', async () => {
    const answer = await net.ask(
      '{ stations(near: { latitude: 300, longitude: 114 }) { totalCount } }',
    );
    expect(codesOf(answer)).toEqual(['BAD_INPUT']);
    expect(answer.extensions?.['onenet']).toMatchObject({ complete: true, gathered: [] });
  });

  test('a cursor of another order, list or scope', async () => {
    const page = (args: string) =>
      `{ list: serviceRequests(first: 2${args}) { pageInfo { endCursor } } }`;
    const first = await net.ask(page(''));
    const { pageInfo } = (first.data ?? {})['list'] as { pageInfo: { endCursor: string } };
    const cursor = pageInfo.endCursor;
    const others = [
      page(`, after: "${cursor}", orderBy: { field: TITLE }`),
      page(`, after: "${cursor}", orderBy: { field: SUBMITTED_AT, direction: ASC }`),
      page(`, after: "${cursor}", filter: { statuses: [SUBMITTED] }`),
      `{ list: members(first: 2, after: "${cursor}") { pageInfo { endCursor } } }`,
      `{ list: platform(code: "420100") { serviceRequests(first: 2, after: "${cursor}") { pageInfo { endCursor } } } }`,
    ];
    for (const query of others) {
      const answer = await net.ask(query);
      expect(codesOf(answer), query).toEqual(['BAD_CURSOR']);
    }
  });

  test('a mutation without an actor, or by one who may not', async () => {
    const before = await everything();
    const id = records.find((each) => each.type === 'ServiceRequest')?.id;
    const query =
      'mutation ($id: ID!) { verifyServiceRequest(input: { id: $id, idempotencyKey: "k" }) { serviceRequest { id } } }';
    expect(codesOf(await net.ask(query, { id }))).toEqual(['ACTOR_REQUIRED']);
    expect(codesOf(await net.ask(query, { id }, { 'onenet-actor': 'worker:w-1' }))).toEqual([
      'ACTOR_NOT_ALLOWED',
    ]);
    expect(await everything()).toBe(before);
  });
});

describe('a request that is not GraphQL', () => {
  const post = (body: string, headers: Record<string, string>) =>
    fetch(`${net.url}/graphql`, { method: 'POST', body, headers });
  const json = { 'content-type': 'application/json' };
  const cases: readonly (readonly [string, () => Promise<Response>])[] = [
    ['bad JSON', () => post('{"query":', json)],
    ['JSON that is no object', () => post('[1]', json)],
    ['no query', () => post('{}', json)],
    ['variables that are no object', () => post('{"query":"{ __typename }","variables":3}', json)],
    ['another content type', () => post('{ __typename }', { 'content-type': 'text/plain' })],
    [
      'a mutation by GET',
      () =>
        fetch(`${net.url}/graphql?query=${encodeURIComponent('mutation { __typename }')}`, {
          headers: { accept: 'application/json' },
        }),
    ],
    [
      'a deadline that is no number',
      () =>
        post('{"query":"{ __typename }"}', {
          ...json,
          accept: 'application/graphql-response+json',
          'onenet-deadline': 'soon',
        }),
    ],
    [
      'an unknown demand',
      () =>
        post('{"query":"{ __typename }"}', {
          ...json,
          accept: 'application/graphql-response+json',
          'onenet-completeness': 'MOST',
        }),
    ],
    [
      'a body of ten megabytes',
      () => post(JSON.stringify({ query: `{ a${'a'.repeat(10_000_000)} }` }), json),
    ],
  ];

  test.for(cases)('%s', async ([, request]) => {
    const before = await everything();
    const response = await request();
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    const answer = (await response.json()) as Answer;
    expect(['BAD_REQUEST', 'TOO_LARGE']).toContain(codesOf(answer)[0]);
    expect(await everything()).toBe(before);
  });

  test('a path that is not there', async () => {
    const response = await fetch(`${net.url}/q/nothing`);
    expect(response.status).toBe(404);
  });
});
