/** Exports over several owners, through the real gateway: whole, once, under the same rights as a query, and gone from the database. Long, because one net serves them all. */
import type { NetDocument } from '@onenet/contract';
import { documentHash } from '@onenet/contract';
import { BSON } from 'mongodb';
import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { inOrder, requests } from '../owners/testing/three-owners.ts';
import { sendJson, type MemoryOwner } from '../owners/testing/memory-owner.ts';
import { client, grantOf, startExportNet, type ExportNet } from './exports.fixture.ts';

let net: ExportNet;
let wuhan: MemoryOwner;
let yichang: MemoryOwner;
beforeAll(async () => {
  net = await startExportNet(inject('mongodbUri'), 120);
  [wuhan, yichang] = net.owners as [MemoryOwner, MemoryOwner];
});
beforeEach(async () => {
  for (const owner of net.owners) {
    owner.fault = undefined;
    owner.seen.length = 0;
  }
  await net.db.collection('exports').deleteMany({});
  await net.tell(asAtFirst());
});
afterAll(() => net?.[Symbol.asyncDispose]());

const asAtFirst = () => ({
  clients: [client],
  grants: net.owners.map(({ code }) => grantOf(code)),
  documents: [],
});

const list = `query Requests($title: String, $first: Int) {
  serviceRequests(
    filter: { titleContains: $title }
    first: $first
    orderBy: { field: SUBMITTED_AT, direction: ASC }
  ) { edges { node { id title submittedAt } } }
}`;

interface Line {
  readonly cursor?: string;
  readonly node?: { readonly id: string; readonly title: string };
  readonly end?: Readonly<Record<string, unknown>> & { readonly after: string | null };
}

interface Read {
  readonly status: number;
  readonly lines: readonly Line[];
  readonly rows: readonly Line[];
  readonly end: Line['end'];
  /** Whether the body came to its end. */
  readonly whole: boolean;
  readonly headers: Headers;
}

const gatewayUrl = (index = 0): string => net.gateways[index]?.url ?? '';

async function make(
  body: Readonly<Record<string, unknown>> = { query: list },
  headers?: Record<string, string>,
): Promise<Response> {
  return fetch(`${gatewayUrl()}/exports`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(headers ?? (await net.as())) },
    body: JSON.stringify(body),
  });
}

/** The address of a new export. */
async function made(body?: Readonly<Record<string, unknown>>): Promise<string> {
  const response = await make(body);
  expect([response.status, await response.clone().text()]).toEqual([202, expect.any(String)]);
  return response.headers.get('location') ?? '';
}

async function call(
  path: string,
  { gateway = 0, method = 'GET', headers = undefined as Record<string, string> | undefined } = {},
): Promise<Response> {
  return fetch(gatewayUrl(gateway) + path, { method, headers: headers ?? (await net.as()) });
}

async function read(
  path: string,
  options: { gateway?: number; headers?: Record<string, string> } = {},
): Promise<Read> {
  return readOf(await call(path, options));
}

async function readOf(response: Response): Promise<Read> {
  let text = '';
  let whole = true;
  try {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true });
  } catch {
    whole = false;
  }
  const lines = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
  const rows = lines.filter(({ cursor }) => cursor !== undefined);
  return {
    status: response.status,
    lines,
    rows,
    end: lines.at(-1)?.end,
    whole,
    headers: response.headers,
  };
}

const idsOf = ({ rows }: Pick<Read, 'rows'>): string[] => rows.map(({ node }) => node?.id ?? '');
const allIds = (): string[] => inOrder(requests(...net.owners), 'submittedAt', 'ASC');
/** Holds an owner's answers from its nth on, until they are let go. */
function holdFrom(owner: MemoryOwner, nth: number): { held: Promise<void>; letGo: () => void } {
  const held = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let count = 0;
  owner.fault = (answer, response) => {
    count++;
    if (count === nth) held.resolve();
    if (count < nth) sendJson(response, answer);
    else void gate.promise.then(() => sendJson(response, answer));
  };
  return { held: held.promise, letGo: gate.resolve };
}

describe('rows', () => {
  test('of several owners come whole and once, as the queries give them', async () => {
    const address = await made();
    const all = await read(`${address}/rows`);
    expect(all.status).toBe(200);
    expect(allIds().length).toBeGreaterThan(300);
    expect(idsOf(all)).toEqual(allIds());
    expect(all.whole).toBe(true);
    expect(all.end).toEqual({
      state: 'DONE',
      complete: true,
      rows: allIds().length,
      total: allIds().length,
      asked: 3,
      answered: 3,
      notAsked: [],
      missing: [],
      partial: [],
      errors: [],
      after: null,
    });
    const asked = await fetch(`${gatewayUrl()}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await net.as()) },
      body: JSON.stringify({ query: list, variables: { first: 100 } }),
    });
    const { data } = (await asked.json()) as { data: { serviceRequests: { edges: Line[] } } };
    const nodes = all.rows.map(({ node }) => node);
    expect(nodes.slice(0, 100)).toEqual(data.serviceRequests.edges.map(({ node }) => node));
    expect(await (await call(address)).json()).toMatchObject({
      state: 'DONE',
      complete: true,
      rows: allIds().length,
      total: allIds().length,
      operation: 'Requests',
      purpose: 'review',
      rowsUrl: `${address}/rows`,
    });
  });

  test('go on behind every row, at either gateway; a cursor says how many rows there are', async () => {
    for (const { code, records } of net.owners) {
      const [first] = records;
      const few = [1, 2, 3].map((i) => ({ ...first, id: `${code}:F-${i}`, title: '小结果' }));
      records.push(...(few as typeof records));
    }
    const address = await made({ query: list, variables: { title: '小结果' } });
    const all = await read(`${address}/rows`);
    expect(all.rows).toHaveLength(9);
    expect(all.rows.every(({ cursor = '' }) => cursor.length < 70)).toBe(true);
    for (const [i, { cursor }] of all.rows.entries()) {
      const rest = await read(`${address}/rows?after=${cursor}`, { gateway: i % 2 });
      expect(rest.rows).toEqual(all.rows.slice(i + 1));
      expect(rest.end).toMatchObject({ state: 'DONE', rows: all.rows.length });
    }
    for (const { records } of net.owners) records.splice(-3);
  });

  test('of an owner that fails for a while come at the end, none is lost and none comes twice', async () => {
    let calls = 0;
    wuhan.fault = (answer, response) => {
      calls++;
      if (calls >= 2 && calls < 4) response.destroy();
      else sendJson(response, answer);
    };
    const all = await read(`${await made()}/rows`);
    expect(all.end).toMatchObject({ state: 'DONE', complete: true, missing: [] });
    expect(idsOf(all).toSorted()).toEqual(allIds().toSorted());
    expect(idsOf(all)).not.toEqual(allIds());
  });

  test('of an owner that stays away are missing, which the end says; they come when it is back', async () => {
    wuhan.fault = (_, response) => void response.destroy();
    const address = await made();
    const first = await read(`${address}/rows`);
    expect(first.whole).toBe(true);
    expect(first.end).toMatchObject({
      state: 'READY',
      complete: false,
      answered: 2,
      missing: [{ platform: '420100' }],
      after: expect.any(String),
    });
    expect(idsOf(first)).toEqual(allIds().filter((id) => !id.startsWith('420100')));
    expect(await (await call(address)).json()).toMatchObject({ state: 'READY', complete: false });
    wuhan.fault = undefined;
    // Its breaker opens by and by.
    let rest: Read;
    do rest = await read(`${address}/rows?after=${first.end?.after}`);
    while (rest.end?.['state'] !== 'DONE');
    expect([...idsOf(first), ...idsOf(rest)].toSorted()).toEqual(allIds().toSorted());
    expect(rest.end).toMatchObject({ complete: true, rows: allIds().length });
  });

  test('none at the others: those of the owner that failed from the first page on come when it is back', async () => {
    const [own] = requests(wuhan);
    Object.assign(own ?? {}, { title: '只有武汉有' });
    const query = `query ($title: String) {
      serviceRequests(filter: { titleContains: $title }) { edges { node { id title } } } }`;
    wuhan.fault = (_, response) => void response.destroy();
    const address = await made({ query, variables: { title: '只有武汉有' } });
    const first = await read(`${address}/rows`);
    expect(first.end).toMatchObject({ state: 'READY', rows: 0, missing: [{ platform: '420100' }] });
    wuhan.fault = undefined;
    let rest: Read;
    do rest = await read(`${address}/rows?after=${first.end?.after}`);
    while (rest.status === 200 && rest.end?.['state'] !== 'DONE');
    expect([rest.status, idsOf(rest)]).toEqual([200, [own?.id]]);
    expect(rest.end).toMatchObject({ complete: true, rows: 1 });
  });

  test('of a field without its scope are null, and the end says so', async () => {
    const query = '{ serviceRequests { edges { node { id applicantName } } } }';
    const { rows, end } = await read(`${await made({ query })}/rows`);
    expect(rows.every(({ node }) => node && 'applicantName' in node)).toBe(true);
    expect(end).toMatchObject({
      complete: true,
      errors: [{ code: 'SCOPE_REQUIRED', path: 'serviceRequests.edges.@.node.applicantName' }],
    });
  });

  test('each page is a request of its own to quota and record, which names the export', async () => {
    net.lines.length = 0;
    const address = await made();
    await read(`${address}/rows`);
    const { id } = (await (await call(address)).json()) as { id: string };
    const pages = net.lines.filter(({ requestId }) => String(requestId).startsWith(`${id}-`));
    expect(pages.map(({ requestId }) => String(requestId).split('-').at(-1))).toEqual([
      '1',
      '2',
      '3',
      '4',
    ]);
    expect(pages.every(({ outcome, client: by }) => outcome === 'OK' && by === 'taxation')).toBe(
      true,
    );
  });
});

describe('in mid-export', () => {
  test('an owner that takes its grant back is asked no more', async () => {
    const address = await made();
    const { held, letGo } = holdFrom(wuhan, 2);
    const reading = read(`${address}/rows`);
    await held;
    await net.tell({ grants: [grantOf('420500'), grantOf('WISCO')] });
    letGo();
    const { rows, end, whole } = await reading;
    expect(whole).toBe(true);
    expect(wuhan.seen).toHaveLength(2);
    expect(end).toMatchObject({
      state: 'DONE',
      complete: false,
      notAsked: [{ platform: '420100', reason: 'REFUSED' }],
      partial: [{ platform: '420100', path: [], code: 'REFUSED' }],
    });
    const kept = new Set(idsOf({ rows: rows.slice(0, 200) }));
    expect(idsOf({ rows })).toEqual(
      allIds().filter((id) => kept.has(id) || !id.startsWith('420100')),
    );
    await net.tell({ grants: net.owners.map(({ code }) => grantOf(code)) });
  });

  test('a client that is suspended gets no more, and cannot take it for whole', async () => {
    const address = await made();
    const { held, letGo } = holdFrom(yichang, 2);
    const reading = read(`${address}/rows`);
    await held;
    await net.tell({ clients: [] });
    letGo();
    const { rows, end, whole } = await reading;
    expect([whole, rows.length]).toEqual([false, 200]);
    expect(end).toMatchObject({
      state: 'READY',
      complete: false,
      rows: 200,
      after: rows.at(-1)?.cursor,
      error: { code: 'CREDENTIALS_INVALID' },
    });
    await net.tell({ clients: [client] });
    const rest = await read(`${address}/rows?after=${end?.after}`);
    expect([...idsOf({ rows }), ...idsOf(rest)]).toEqual(allIds());
  });

  test('a token that ends ends the stream; the next one goes on', async () => {
    const address = await made();
    const { held, letGo } = holdFrom(yichang, 2);
    const exp = Math.ceil(Date.now() / 1000) + 60;
    const reading = read(`${address}/rows`, { headers: await net.as('taxation', { exp }) });
    await held;
    // Clocks may differ by five seconds.
    vi.useFakeTimers({ toFake: ['Date'], now: (exp + 5) * 1000 });
    letGo();
    const { rows, end, whole } = await reading.finally(() => void vi.useRealTimers());
    expect(whole).toBe(false);
    expect(end).toMatchObject({ state: 'READY', error: { code: 'CREDENTIALS_INVALID' } });
    const rest = await read(`${address}/rows?after=${rows.at(-1)?.cursor}`, { gateway: 1 });
    expect([...idsOf({ rows }), ...idsOf(rest)]).toEqual(allIds());
  });

  test('the quota of the day ends it, and the job says where it stands', async () => {
    const limits = { ...client.limits, perDay: 5 };
    await net.tell({
      clients: [{ ...client, id: 'few', limits }],
      grants: net.owners.map(({ code }) => grantOf(code, { client: 'few' })),
    });
    const headers = await net.as('few');
    const address = (await make({ query: list }, headers)).headers.get('location') ?? '';
    const { rows, end, whole } = await read(`${address}/rows`, { headers });
    expect(whole).toBe(false);
    expect(rows.length).toBeLessThan(400);
    expect(end).toMatchObject({ state: 'READY', error: { code: 'QUOTA_EXCEEDED' } });
    await net.tell({ clients: [client], grants: net.owners.map(({ code }) => grantOf(code)) });
  });

  test.each(['another stream', 'DELETE'])('%s ends it', async (what) => {
    const address = await made();
    const { held, letGo } = holdFrom(yichang, 2);
    const reading = read(`${address}/rows`);
    await held;
    let newer: Promise<Read> | undefined;
    if (what === 'DELETE') {
      expect((await call(address, { gateway: 1, method: 'DELETE' })).status).toBe(204);
    } else {
      newer = read(`${address}/rows`, { gateway: 1 });
      await expect.poll(() => yichang.seen.length, { timeout: 20_000 }).toBe(3);
    }
    letGo();
    const { rows, end, whole } = await reading;
    expect([whole, rows.length]).toEqual([false, 200]);
    expect(end).toMatchObject({ state: 'READY', error: { code: 'CONFLICT' } });
    if (newer) {
      expect(idsOf(await newer)).toEqual(allIds());
      expect(await (await call(address)).json()).toMatchObject({ state: 'DONE' });
    } else expect((await call(address)).status).toBe(404);
  });

  test('a client that leaves leaves the job ready', async () => {
    const address = await made();
    const { held, letGo } = holdFrom(yichang, 2);
    const leaving = new AbortController();
    const response = await fetch(`${gatewayUrl()}${address}/rows`, {
      headers: await net.as(),
      signal: leaving.signal,
    });
    await held;
    expect(await (await call(address)).json()).toMatchObject({ state: 'RUNNING', rows: 100 });
    leaving.abort();
    await expect(response.text()).rejects.toThrow('aborted');
    letGo();
    await expect
      .poll(async () => ((await (await call(address)).json()) as { state: string }).state, {
        timeout: 20_000,
      })
      .toBe('READY');
  });
});

describe('refused before anybody is asked', () => {
  test.each([
    [
      'a mutation',
      'mutation { rateServiceRequest(input: { id: "420100:1", idempotencyKey: "k", rating: 5 }) { serviceRequest { id } } }',
      400,
      'a mutation',
    ],
    ['no list', '{ platforms { code } }', 400, 'no list over the owners'],
    ['one record', '{ serviceRequest(id: "420100:1") { id } }', 400, 'no list over the owners'],
    [
      'two lists',
      '{ a: members { edges { node { id } } } b: members { edges { node { id } } } }',
      400,
      'beside each other',
    ],
    ['no rows', '{ members { totalCount } }', 400, 'no rows'],
    [
      'a list in each row',
      '{ serviceRequests { edges { node { id place { members { totalCount } } } } } }',
      400,
      'Division.members',
    ],
    ['an unknown field', '{ members { edges { node { nothing } } } }', 400, 'Cannot query field'],
    [
      'a value of another type',
      'query ($p: ID!) { members(filter: { place: $p }) { edges { node { id } } } }',
      400,
      '$p',
    ],
  ])('%s', async (_, query, status, text) => {
    const response = await make({ query });
    expect([response.status, await response.text()]).toEqual([
      status,
      expect.stringContaining(text),
    ]);
    expect(net.owners.flatMap(({ seen }) => seen)).toEqual([]);
  });

  test.each([
    [{ query: list, format: 'xlsx' }, '`format` is one of ndjson, csv'],
    [{ query: list, formt: 'csv' }, 'There is no formt'],
    [{ documentId: 'nothing' }, 'There is no such document'],
    [{}, '`query` is missing'],
    [[], 'The body is a JSON object'],
  ])('%j', async (body, text) => {
    const response = await make(body as Record<string, unknown>);
    expect([response.status >= 400, await response.text()]).toEqual([
      true,
      expect.stringContaining(text),
    ]);
  });

  test('a cursor of another export, and one that is none', async () => {
    const one = await read(`${await made({ query: list, variables: { title: '吴' } })}/rows`);
    const other = await made({ query: '{ members { edges { node { id } } } }' });
    for (const search of ['?first=1', '?aftr=x', '?after=x&after=y']) {
      expect((await call(`${other}/rows${search}`)).status).toBe(400);
    }
    for (const after of [one.rows[0]?.cursor, 'x', '']) {
      const refused = await call(`${other}/rows?after=${after}`);
      expect([refused.status, await refused.text()]).toEqual([
        400,
        expect.stringContaining('BAD_CURSOR'),
      ]);
    }
    await read(`${other}/rows`);
    const wrong = await call(`${other}/rows?after=${one.rows[0]?.cursor}`);
    expect([wrong.status, await wrong.text()]).toEqual([
      400,
      expect.stringContaining('BAD_CURSOR'),
    ]);
    expect(await (await call(other)).json()).toMatchObject({ state: 'DONE' });
  });
});

describe('whose it is', () => {
  test('another client’s is none, and neither is one without credentials', async () => {
    const address = await made();
    await net.tell({ clients: [client, { ...client, id: 'curious' }] });
    const headers = await net.as('curious');
    for (const path of [address, `${address}/rows`]) {
      expect((await call(path, { headers })).status).toBe(404);
    }
    expect((await call(address, { headers, method: 'DELETE' })).status).toBe(404);
    expect(await (await call('/exports', { headers })).json()).toEqual({ exports: [] });
    expect((await call(address, { headers: { authorization: 'Bearer none' } })).status).toBe(401);
    expect((await call(address)).status).toBe(200);
    await net.tell({ clients: [client] });
  });

  test('the list names it, and the name opens nothing but its progress', async () => {
    const address = await made();
    const { exports } = (await (await call('/exports')).json()) as { exports: { id: string }[] };
    expect(exports).toMatchObject([{ state: 'READY', rows: 0, completeness: null }]);
    const id = exports[0]?.id ?? '';
    expect(address).not.toContain(id);
    expect(await (await call(`/exports/${id}`)).json()).toEqual(exports[0]);
    expect((await call(`/exports/${id}/rows`)).status).toBe(404);
    const { status, headers } = await call(`/exports/${id}`, { method: 'DELETE' });
    expect([status, headers.get('ratelimit')]).toEqual([204, expect.stringContaining('"burst"')]);
    expect((await call(address)).status).toBe(404);
  });

  test('of another purpose, or another person, it is not read', async () => {
    await net.tell({ clients: [{ ...client, purposes: ['review', 'audit'] }] });
    const headers = {
      ...(await net.as()),
      'onenet-purpose': 'review',
      'onenet-on-behalf-of': 'desk-1',
    };
    const address = (await make({ query: list }, headers)).headers.get('location') ?? '';
    for (const change of [{ 'onenet-purpose': 'audit' }, { 'onenet-on-behalf-of': 'desk-2' }]) {
      const refused = await call(`${address}/rows`, { headers: { ...headers, ...change } });
      expect(refused.status).toBe(403);
    }
    expect((await read(`${address}/rows`, { headers })).end).toMatchObject({ state: 'DONE' });
    await net.tell({ clients: [client] });
  });

  test('there are twenty of one client, at both gateways together', async () => {
    const headers = await net.as();
    const all = await Promise.all(
      Array.from({ length: 25 }, (_, i) =>
        fetch(`${gatewayUrl(i % 2)}/exports`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ query: list }),
        }),
      ),
    );
    const statuses = Map.groupBy(all, ({ status }) => status);
    expect([statuses.get(202)?.length, statuses.get(429)?.length]).toEqual([20, 5]);
    const location = all.find(({ status }) => status === 202)?.headers.get('location') ?? '';
    expect((await call(location, { method: 'DELETE' })).status).toBe(204);
    expect((await make()).status).toBe(202);
  });

  test('a person’s is read from the gateway’s own pages alone', async () => {
    const headers = net.signIn('p-1');
    const address = (await make({ query: list }, headers)).headers.get('location') ?? '';
    const { cookie = '' } = headers;
    for (const site of ['cross-site', 'same-site', 'none']) {
      const foreign = await call(`${address}/rows`, {
        headers: { cookie, 'sec-fetch-site': site },
      });
      expect(foreign.status).toBe(403);
    }
    expect(idsOf(await read(`${address}/rows`, { headers }))).toEqual(allIds());
    const others = await call(`${address}/rows`, { headers: net.signIn('p-2') });
    expect(others.status).toBe(404);
  });

  test('what this machine asks is its own', async () => {
    const response = await make({ query: list }, {});
    const address = response.headers.get('location') ?? '';
    expect(idsOf(await read(`${address}/rows`, { headers: {} }))).toEqual(allIds());
    expect((await call(address)).status).toBe(404);
  });
});

test('of rows, and of what they were asked by, nothing is in the database', async () => {
  const address = await made({ query: list, variables: { title: '工资' } });
  const { rows } = await read(`${address}/rows`);
  expect(rows[0]?.node?.title).toContain('工资');
  const documents = await net.db.collection('exports').find().toArray();
  expect(documents).toHaveLength(1);
  const bytes = Buffer.from(BSON.serialize(documents[0] ?? {}));
  const secret = address.split('/').at(-1) ?? '';
  for (const mark of ['工资', 'titleContains', '420100:R-', 'submittedAt', secret]) {
    expect(bytes.includes(mark)).toBe(false);
    expect(JSON.stringify(net.lines)).not.toContain(mark);
  }
  // What is readable is this, and no more.
  expect(Object.keys(documents[0] ?? {}).toSorted()).toEqual(
    'ID owner slot operation document format purpose person rows total completeness errors sealed head state stream streamUntil createdAt updatedAt expiresAt'
      .replace('ID', '_id')
      .split(' ')
      .toSorted(),
  );
});

test('a registered document stays the same to the end, and ends when it is retired', async () => {
  const text = (field: string) => `{ serviceRequests { edges { node { id ${field} } } } }`;
  const document = (version: number, field: string): NetDocument => ({
    name: 'requests',
    version,
    hash: documentHash(text(field)),
    text: text(field),
    clients: null,
    description: '说明',
    descriptionEn: 'About',
  });
  const strict = { ...client, adHoc: false };
  await net.tell({ clients: [strict], documents: [document(1, 'title')] });
  expect((await make()).status).toBe(403);
  const address = await made({ documentId: 'requests' });
  await net.tell({ documents: [document(1, 'title'), document(2, 'status')] });
  const { rows } = await read(`${address}/rows`);
  expect(Object.keys(rows[0]?.node ?? {})).toEqual(['id', 'title']);
  expect(await (await call(address)).json()).toMatchObject({ document: 'requests@1' });
  await net.tell({ documents: [document(2, 'status')] });
  expect((await call(`${address}/rows`)).status).toBe(404);
  await net.tell({ documents: [], clients: [client] });
});

test('CSV: the cursor first, cells that no spreadsheet carries out, the head once, and a last line', async () => {
  const [first] = wuhan.records;
  const union = String(wuhan.records.find(({ id }) => id === first?.['organizationId'])?.['name']);
  const strange = ['=1+1', 'a,"b"\nc', '# no end', '-2'];
  const added = strange.map((title, i) => ({
    ...first,
    id: `420100:S-${i}`,
    title,
    category: 'OTHER',
  }));
  wuhan.records.push(...(added as never[]));
  const query = `{ serviceRequests(filter: { categories: [OTHER] }, orderBy: { field: TITLE, direction: ASC }) { edges { node { title id organization { name } } } } }`;
  const address = await made({ query, format: 'csv' });
  const response = await call(`${address}/rows`);
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  const text = await response.text();
  const lines = text.split('\r\n');
  expect(lines[0]).toBe('cursor,title,id,organization.name');
  const cells = lines
    .filter((line) => line.includes('420100:S-'))
    .map((line) => line.replace(/^[\w-]+,/, ''));
  expect(cells.toSorted()).toEqual(
    [
      `"# no end",420100:S-2,${union}`,
      `'-2,420100:S-3,${union}`,
      `'=1+1,420100:S-0,${union}`,
      `"a,""b""\nc",420100:S-1,${union}`,
    ].toSorted(),
  );
  expect(lines.at(-2)).toMatch(/^# state=DONE complete=true rows=\d+ asked=3 answered=3$/);
  const cursor = lines[1]?.split(',')[0];
  const rest = await (await call(`${address}/rows?after=${cursor}`)).text();
  expect(rest).toBe(lines.slice(2).join('\r\n'));
  wuhan.records.splice(-strange.length);
});

test('a slow reader makes nobody hurry: what it has not read is not asked', async () => {
  const size = 60_000;
  const records = wuhan.records.slice(0, 1);
  for (let i = 0; i < 400; i++) {
    const title = `langsam ${'x'.repeat(size)}`;
    records.push({ ...wuhan.records[0], id: `420100:L-${i}`, title } as never);
  }
  wuhan.records.push(...records.slice(1));
  const address = await made({ query: list, variables: { title: 'langsam' } });
  const headers = await net.as();
  const request = httpGet(`${gatewayUrl()}${address}/rows`, { headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.pause();
  let before: number;
  do {
    before = wuhan.seen.length;
    await sleep(300);
  } while (wuhan.seen.length > before);
  // Of four pages, those that the sockets hold: each is 6 MB.
  expect(before).toBeLessThan(4);
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  expect(bytes).toBeGreaterThan(400 * size);
  expect(wuhan.seen.length).toBe(4);
  wuhan.records.splice(-400);
});

test('a gateway that stops ends its streams, and another goes on', async () => {
  const address = await made();
  const { held, letGo } = holdFrom(yichang, 2);
  const reading = read(`${address}/rows`, { gateway: 1 });
  await held;
  const stopped = net.gateways[1]?.stop();
  letGo();
  const { rows, end, whole } = await reading;
  await stopped;
  expect(whole).toBe(false);
  expect(end).toMatchObject({ state: 'READY', error: { code: 'UNAVAILABLE' } });
  const rest = await read(`${address}/rows?after=${rows.at(-1)?.cursor}`);
  expect([...idsOf({ rows }), ...idsOf(rest)]).toEqual(allIds());
});
