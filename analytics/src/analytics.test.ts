/** The whole of analytics in one process: directory, feeds, GraphQL, self-check and the live stream. Long, because one process serves all of it. */
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text as bodyOf } from 'node:stream/consumers';
import { encodeCaller, localCaller } from '@onenet/contract';
import type { Caller, NetSnapshot } from '@onenet/contract';
import { MongoClient } from 'mongodb';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import type { Message } from './alerts/message.ts';
import { startAnalytics } from './analytics.ts';
import type { Analytics } from './analytics.ts';
import { testDatabase, testDirectory, testPlatform, testSnapshot, until } from './fixture.ts';
import type { TestPlatform } from './fixture.ts';
import { monthAt, previousMonth } from './months.ts';

// The engine shares the machine with the other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const cleanUp = new AsyncDisposableStack();
let analytics: Analytics;
let wuhan: TestPlatform;
let yichang: TestPlatform;
/** What was told of alerts. */
const told: Message[] = [];

/** A province that is nothing but its directory. */
async function directoryOf(snapshot: () => NetSnapshot): Promise<string> {
  const server = createServer((request, response) => {
    const after = Number(new URL(request.url ?? '/', 'http://net').searchParams.get('after'));
    if (after >= snapshot().revision) {
      const timer = setTimeout(() => response.writeHead(204).end(), 200);
      response.on('close', () => clearTimeout(timer));
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(snapshot()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A file for `notify`: what is told comes to a receiver that verifies it. */
async function alertsTo(receive: (message: Message) => void) {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const verifier = new Webhook(secret);
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      receive(verifier.verify(body, request.headers as Record<string, string>) as Message);
      response.writeHead(204).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const webhooks = [{ name: 'duty', url: `http://127.0.0.1:${port}`, secrets: [secret] }];
  return { addresses: 'ANY', webhooks };
}

beforeAll(async () => {
  const client = await MongoClient.connect(inject('mongodbUri'));
  cleanUp.defer(() => client.close());
  const database = cleanUp.use(await testDatabase(inject('mongodbUri')));
  const directory = cleanUp.use(await testDirectory());
  const name = (): string => `analytics_a_${randomUUID().slice(0, 8)}`;
  wuhan = cleanUp.use(await testPlatform(client, '420100', name()));
  yichang = cleanUp.use(await testPlatform(client, '420500', name()));
  const registered = { ...yichang.owner, code: '422800', connection: 'REGISTERED' as const };
  const snapshot = testSnapshot([wuhan.owner, yichang.owner, registered]);
  const provinceUrl = await directoryOf(() => snapshot);
  const notify = join(directory.path, '..', 'notify.json');
  await writeFile(notify, JSON.stringify(await alertsTo((message) => told.push(message))));
  analytics = await startAnalytics({
    port: 0,
    notify,
    host: '127.0.0.1',
    dataDir: directory.path,
    mongodbUri: inject('mongodbUri'),
    database: database.db.databaseName,
    provinceUrl,
    log: () => undefined,
  });
  cleanUp.defer(() => analytics.stop());
});
afterAll(() => cleanUp.disposeAsync());

async function query<T>(text: string, variables: Record<string, unknown> = {}): Promise<T> {
  const response = await fetch(`${analytics.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: text, variables }),
  });
  return (await response.json()) as T;
}

const reads = (n: number, place: string) =>
  Array.from({ length: n }, () => ({
    type: 'onenet.article.read' as const,
    time: new Date(),
    data: { place, channel: 'WECHAT', count: 2 },
  }));

async function readsAreIn(code: string, sequence: number): Promise<void> {
  await until(() => analytics.ingest.sequenceOf(code) >= sequence);
  // While a first load may be on its way, nothing is zero.
  await until(() =>
    analytics.ingest
      .statuses()
      .some(({ platform, completeTo }) => platform === code && completeTo !== null),
  );
}

test('health, and what is nowhere', async () => {
  expect((await fetch(`${analytics.url}/health/live`)).status).toBe(200);
  expect((await fetch(`${analytics.url}/health/ready`)).status).toBe(200);
  expect((await fetch(`${analytics.url}/nowhere`)).status).toBe(404);
});

test('a target that is no address harms nobody', async () => {
  const { port } = new URL(analytics.url);
  const asked = get({ port, host: '127.0.0.1', path: 'http://[/' });
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.resume();
  expect(answer.statusCode).toBe(400);
});

test('many entities with the same question are answered by the same few queries', async () => {
  await wuhan.happened(reads(3, '420102'));
  await yichang.happened(reads(5, '420502'));
  await readsAreIn('420100', 3);
  await readsAreIn('420500', 5);
  let queries = 0;
  const rows = analytics.clickhouse.rows.bind(analytics.clickhouse);
  analytics.clickhouse.rows = async (sql) => {
    // By division: what alerts ask meanwhile is by platform.
    if (sql.includes('arrayJoin(arrayMap')) queries += 1;
    return await rows(sql);
  };
  const cities = ['01', '02', '03', '05', '06', '07', '08', '09', '10', '11', '12', '13', '28'];
  const direct = ['429004', '429005', '429006', '429021'];
  const divisions = [...cities.map((city) => `42${city}00`), ...direct];
  const answer = await query(
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Division {
      code metrics(input: { metrics: ["reads", "signUps", "requestsResolved", "engagement"], period: LAST_7_DAYS, compareWith: NONE }) { metric value asked answered }
    } } }`,
    { of: divisions.map((code) => ({ __typename: 'Division', code })) },
  );
  analytics.clickhouse.rows = rows;
  expect(queries).toBeLessThanOrEqual(2);
  expect(answer).toMatchObject({
    data: {
      _entities: divisions.map((code) => ({
        code,
        metrics: [
          { metric: 'reads', value: { 420100: 6, 420500: 10 }[code] ?? 0 },
          { metric: 'signUps', value: 0 },
          { metric: 'requestsResolved', value: 0 },
          { metric: 'engagement', value: { 420100: 6, 420500: 10 }[code] ?? 0 },
        ],
      })),
    },
  });
});

test('what a platform is asked for is its own, and a silent one is not zero', async () => {
  await readsAreIn('420100', 3);
  const answer = await query(
    `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Platform {
      code feed { state sequence contiguous rejected }
      metrics(input: { metrics: ["reads"], platforms: ["420500"], period: LAST_7_DAYS }) { value asked answered behind }
    } } }`,
    { of: ['420100', '422800'].map((code) => ({ __typename: 'Platform', code })) },
  );
  expect(answer).toMatchObject({
    data: {
      _entities: [
        {
          feed: { state: 'OK', contiguous: true, rejected: 0 },
          metrics: [{ value: 6, asked: 1, answered: 1, behind: [] }],
        },
        {
          feed: { state: 'NOT_CONNECTED', sequence: '0' },
          metrics: [{ value: null, asked: 0, answered: 0, behind: [] }],
        },
      ],
    },
  });
});

test('an entity that there is not is an error, and the others of the same question are answered', async () => {
  const answer = await query(
    `query ($of: [_Any!]!) { _entities(representations: $of) {
      ... on Platform { metrics(input: { metrics: ["reads"] }) { asked } }
      ... on Division { metrics(input: { metrics: ["reads"] }) { asked } } } }`,
    {
      of: [
        { __typename: 'Platform', code: '420199' },
        { __typename: 'Platform', code: '420100' },
        { __typename: 'Division', code: '429999' },
      ],
    },
  );
  expect(answer).toMatchObject({
    data: { _entities: [{ metrics: null }, { metrics: [{ asked: 1 }] }, { metrics: null }] },
    errors: [
      { extensions: { code: 'BAD_INPUT' }, path: ['_entities', 0, 'metrics'] },
      { extensions: { code: 'BAD_INPUT' }, path: ['_entities', 2, 'metrics'] },
    ],
  });
});

test('errors carry a code, and the root answers everything else', async () => {
  expect(await query('{ metrics(input: { metrics: ["none"] }) { value } }')).toMatchObject({
    errors: [{ extensions: { code: 'BAD_INPUT' } }],
  });
  expect(await query('{ nothing }')).toMatchObject({
    errors: [{ extensions: { code: 'BAD_REQUEST' } }],
  });
  const answer = await query<{ errors?: unknown; data: Record<string, unknown> }>(`{
    metricDefinitions { name module kind direction unit unitEn label labelEn explanation explanationEn }
    metrics(input: { metrics: ["reads", "members", "onTimeRate"], grain: HOUR }) { metric value opening previous change from to points { at value } asOf }
    tops(input: { metric: "reads", by: PLATFORM }) { rows { key value previous change } asOf }
    lately: metrics(input: { metrics: ["reads"], period: WEEK, at: "2026-02-17", grain: AUTO, compareWith: SPRING_FESTIVAL }) { from to comparedFrom comparedTo partial upperBound grain points { at value } }
    metricTable(input: { metrics: ["reads", "signUps"], by: MODULE, period: LAST_7_DAYS, orderOf: CHANGE, first: 1 }) { metrics by rows { key cells { metric value previous change } } totalRows hasNextPage endCursor from to comparedFrom comparedTo partial asOf answered asked behind }
    feeds { platform state epoch sequence lastSequence pending completeTo seenAt lagSeconds head rejected contiguous }
    selfCheck { checkedAt ok platformsChecked differences { platform what owner raw rollup } }
    attention { kind platform severity value metric since }
    alerts(input: { state: ALL }) { rows { ...alert } hasNextPage endCursor }
    alertRules { ...rule }
    ranking { formula { id } from to partial state comparedWith groups { peers ranked rows { ...row } } asOf answered asked behind }
    rankingFormulas { ...formula }
    rankingEditions { id }
    rankingEdition(id: "v2-2020-01") { id }
    recentEvents(first: 3) { platform type time sequence place category channel simulated count }
  } ${ofRankings} ${ofRules} ${ofAlert}`);
  expect(answer.errors).toBeUndefined();
  expect(answer.data['rankingEdition']).toBeNull();
  expect(answer.data['recentEvents']).toHaveLength(3);
  expect(answer.data['lately']).toMatchObject([
    {
      from: '2026-02-15T16:00:00.000Z',
      to: '2026-02-22T16:00:00.000Z',
      comparedFrom: '2025-01-27T16:00:00.000Z',
      comparedTo: '2025-02-03T16:00:00.000Z',
      partial: false,
      grain: 'DAY',
      points: Array.from({ length: 7 }, () => ({ value: 0 })),
    },
  ]);
  expect(answer.data['metricTable']).toMatchObject({
    rows: [{ key: 'content', cells: [{ metric: 'reads', value: 16 }, { metric: 'signUps' }] }],
    partial: true,
  });
});

const ofRules = `
  fragment settings on AlertRuleSettings { enabled bound graverBound minimumSample minimumDifference severity
    quiet { from to daysOff gravestWaits } }
  fragment rule on AlertRule { name kind metric period comparison direction unit unitEn leastBound mostBound hysteresis
    closeAfterSeconds label labelEn explanation explanationEn setBy setAt
    defaults { ...settings } settings { ...settings } platforms { platform setBy setAt settings { ...settings } } }`;

const ofAlert = `
  fragment alert on Alert { id rule kind metric label labelEn text textEn platform severity value figure bound sample
    expected spread from to openedAt seenAt closedAt closedBecause acknowledgedAt acknowledgedBy
    notifications { event destination state attempts nextAt sentAt problem } }`;

const ofRankings = `
  fragment row on RankingRow { platform name nameEn rank previousRank movement score reason note noteEn
    parts { metric value per rate sample normalised weight contribution reason } }
  fragment formula on RankingFormula { id label labelEn explanation explanationEn hash
    parts { metric weight scale per times perMinimum sample sampleEn minimum z prior from to lessIsBetter } }`;

test('an administrator publishes a ranking, which then is what it is', async () => {
  const month = previousMonth(monthAt(Date.now()));
  const publish = `mutation { publishRanking(input: { formula: "v1", month: "${month}" }) { id publishedBy } }`;
  const id = `v1-${month}`;
  await until(async () => JSON.stringify(await query(publish)).includes(id));
  expect(await query(publish)).toMatchObject({ errors: [{ extensions: { code: 'CONFLICT' } }] });
  const answer = await query(
    `query ($id: ID!) { rankingEdition(id: $id) { id formula { ...formula } month from to publishedAt publishedBy hash
      before beforeHash state corrections { platform metric published now } vector { platform epoch sequence head }
      groups(peers: [CITY]) { peers ranked rows { ...row } } } } ${ofRankings}`,
    { id },
  );
  expect(answer).toMatchObject({
    data: {
      rankingEdition: {
        id,
        publishedBy: 'ADMINISTRATOR',
        formula: { id: 'v1', parts: [{ metric: 'reads', scale: 'RAW' }, { metric: 'likes' }] },
        groups: [{ peers: 'CITY', ranked: 0, rows: expect.any(Array) }],
        before: null,
      },
    },
  });
});

test('a rule of alerts is set, opens an alert, which is told and acknowledged', async () => {
  await wuhan.happened([
    { type: 'onenet.request.overdue', time: new Date(), data: { place: '420102' } },
  ]);
  const { lastSequence } = await wuhan.feed.status();
  await readsAreIn('420100', lastSequence);
  const quiet = '{ from: "00:00", to: "00:00", daysOff: false }';
  const answer = await query(
    `mutation { setAlertRule(input: { rule: "OVERDUE", platform: "420100", bound: 1, quiet: ${quiet} }) { ...rule } } ${ofRules}`,
  );
  const settings = { bound: 1, quiet: { from: '00:00', daysOff: false, gravestWaits: false } };
  expect(answer).toMatchObject({
    data: {
      setAlertRule: { settings: { bound: 10 }, platforms: [{ platform: '420100', settings }] },
    },
  });
  const wanted = `{ alerts(input: { rules: ["OVERDUE"] }) { rows { ...alert } } } ${ofAlert}`;
  type Rows = { data: { alerts: { rows: { id: string }[] } } };
  // A rule that was changed is looked by at once.
  await until(async () => (await query<Rows>(wanted)).data.alerts.rows.length > 0);
  const { data } = await query<Rows>(wanted);
  expect(data.alerts.rows).toMatchObject([
    {
      platform: '420100',
      value: 1,
      kind: 'THRESHOLD',
      label: '一周内求助超期',
      sample: null,
      acknowledgedAt: null,
      notifications: [{ event: 'OPENED', destination: 'webhook:duty' }],
    },
  ]);
  await until(() => told.some(({ data: { id } }) => id === data.alerts.rows[0]?.id));
  const [message] = told.filter(({ data: { rule } }) => rule === 'OVERDUE');
  expect(message).toMatchObject({ type: 'alert.opened', data: { platform: '420100', value: 1 } });
  const acknowledged = await query(
    `mutation ($id: ID!) { acknowledgeAlert(id: $id) { acknowledgedBy acknowledgedAt } }`,
    { id: data.alerts.rows[0]?.id },
  );
  expect(acknowledged).toMatchObject({ data: { acknowledgeAlert: { acknowledgedBy: 'local' } } });
});

test('a brief is composed at a leader’s word, and read by whom it may be', async () => {
  const period = '2020-W10';
  const compose = `mutation { composeBrief(input: { kind: WEEK, period: "${period}", platform: "420100" }) { id hash html xlsx
    state title(lang: EN) sections { id title paragraphs } figures { metric value before yearAgo sample upperBound } } }`;
  const composed = await query<{ data: { composeBrief: { id: string; html: string } } }>(compose);
  expect(composed).toMatchObject({
    data: {
      composeBrief: {
        id: `week-${period}-420100`,
        xlsx: `/briefs/week-${period}-420100.xlsx`,
        title: '420100: weekly brief',
        sections: expect.arrayContaining([
          { id: 'aid', title: '帮扶', paragraphs: ['本平台未提供此项服务。'] },
        ]),
      },
    },
  });
  // Asked again it is the same.
  expect(await query(compose)).toEqual(composed);
  const { id, html } = composed.data.composeBrief;
  const as = (caller: Partial<Caller>) => ({
    headers: { 'onenet-caller': encodeCaller({ ...localCaller, client: 'dashboard', ...caller }) },
  });
  const page = await fetch(analytics.url + html, as({ roles: ['team'], platform: '420100' }));
  expect([page.status, page.headers.get('content-type')]).toEqual([
    200,
    'text/html; charset=utf-8',
  ]);
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src /);
  const disposition = page.headers.get('content-disposition') ?? '';
  expect(disposition).toMatch(/^inline; filename="week-2020-W10-420100.html"; filename\*=UTF-8''/);
  expect(decodeURIComponent(disposition.split("''")[1] ?? '')).toBe(
    '420100服务平台运行情况周报 2020年第10周，2020年3月2日至2020年3月8日.html',
  );
  const workbook = await fetch(`${analytics.url}/briefs/${id}.xlsx?lang=en`);
  expect([workbook.status, workbook.headers.get('content-disposition')]).toEqual([
    200,
    expect.stringMatching(/^attachment; /),
  ]);
  const statusAs = async (path: string, caller: Partial<Caller>): Promise<number> =>
    (await fetch(analytics.url + path, as(caller))).status;
  expect(await statusAs(html, { roles: ['leader'] })).toBe(200);
  expect(await statusAs(html, { roles: ['team'], platform: '420500' })).toBe(403);
  expect(await statusAs(html, { roles: ['consumer'], client: 'taxation' })).toBe(403);
  expect(await statusAs('/briefs/week-2020-W11.html', { roles: ['leader'] })).toBe(404);
  expect(await statusAs('/briefs/..%2fbackup.html', { roles: ['leader'] })).toBe(404);
  expect(await statusAs(`${html}?lang=fr`, { roles: ['leader'] })).toBe(400);
  const list = `query { briefs { id } brief(id: "${id}") { id platform } }`;
  const asked = async (caller: Partial<Caller>) => {
    const { headers } = as(caller);
    const response = await fetch(`${analytics.url}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ query: list }),
    });
    return (await response.json()) as unknown;
  };
  const both = { briefs: [{ id }], brief: { id, platform: '420100' } };
  expect(await asked({ roles: ['team'], platform: '420100' })).toEqual({ data: both });
  expect(await asked({ roles: ['team'], platform: '420500' })).toMatchObject({
    data: { briefs: [], brief: null },
    errors: [{ path: ['brief'], extensions: { code: 'NOT_ALLOWED' } }],
  });
  // As the command line has it.
  const listed = await fetch(`${analytics.url}/operation/brief/list?platform=420100`, {
    method: 'POST',
  });
  expect(JSON.parse(await listed.text())).toMatchObject({
    result: [{ id, composedBy: 'REQUEST' }],
  });
});

/** No sums. */
const counts = { tier: null, measure: null, day: null };

test('the self-check agrees, and finds what was put in or lost', async () => {
  await readsAreIn('420100', 3);
  await until(async () => (await analytics.selfCheck.check(wuhan.owner)) !== undefined);
  expect(await analytics.selfCheck.check(wuhan.owner)).toEqual([]);
  const add = (table: string, columns: string, values: string): Promise<void> =>
    analytics.clickhouse.run(`INSERT INTO onenet.${table} (${columns}) VALUES (${values})`);
  await add(
    'cells',
    'tier, type, at, platform, epoch, events, total',
    "'hour', 'onenet.article.read', now(), '420100', 1, 1, 1",
  );
  expect(await analytics.selfCheck.check(wuhan.owner)).toEqual([
    { platform: '420100', what: 'onenet.article.read', owner: 6, raw: 6, rollup: 7, ...counts },
  ]);
  await add(
    'cells',
    'tier, type, at, platform, epoch, events, total',
    "'hour', 'onenet.article.read', now(), '420100', 1, -1, -1",
  );
  expect(await analytics.selfCheck.check(wuhan.owner)).toEqual([]);
  await add(
    'raw',
    'type, time, platform, epoch, sequence, count',
    "'onenet.article.read', now(), '420500', 1, 2, 9",
  );
  const found = await analytics.selfCheck.check(yichang.owner);
  expect(found).toMatchObject([
    { owner: 10, raw: 19 },
    { what: 'sequence', owner: 5, raw: 6 },
  ]);
  expect(analytics.selfCheck.result().ok).toBe(false);
});

test('the live stream is for the gateway and for this machine', async () => {
  const { status } = await fetch(`${analytics.url}/live`, { headers: { via: '1.1 proxy' } });
  expect(status).toBe(401);
});

test('the live stream begins with everything, and goes on behind an id', async () => {
  const read = async (headers: Record<string, string>, wanted: string): Promise<string> => {
    const stop = new AbortController();
    const response = await fetch(`${analytics.url}/live`, { headers, signal: stop.signal });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (text.includes(wanted)) break;
    }
    stop.abort();
    return text;
  };
  const first = await read({}, '\ndata: ');
  expect(first).toMatch(/^event: snapshot$/m);
  const [, id = ''] = /^id: (.+)$/m.exec(first) ?? [];
  await yichang.happened([
    {
      type: 'onenet.member.accepted',
      time: new Date(),
      data: { place: '420502', channel: 'QR_CODE' },
    },
  ]);
  // The figure may come a message before the event that it counts, never after.
  const next = await read({ 'last-event-id': id }, 'onenet.member.accepted');
  expect(next).toMatch(/^event: change$/m);
  expect(next).not.toContain('event: snapshot');
});
