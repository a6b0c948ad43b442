/** The plan through the whole pipeline, the real planner and real calls to owners: what a caller is told, and what never. */
import type { NetClient } from '@onenet/contract';
import { buildSchema, parse, visit } from 'graphql';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { someClient } from '../callers/credentials.fixture.ts';
import { createMunicipalDataSource } from '../owners/data-source.ts';
import { startAnyOwner } from '../owners/testing/any-owner.ts';
import { netOwner } from '../owners/testing/memory-net.ts';
import { createTransport } from '../owners/transport.ts';
import { post, startSmallNet, type Answered, type SmallNet } from '../small-net.fixture.ts';
import { planOf, type Plan } from './plan.ts';
import { PlanTrace, Step } from './trace.ts';

const stack = new AsyncDisposableStack();
let net: SmallNet;
const addresses: string[] = [];

beforeAll(async () => {
  const wuhan = stack.use(await startAnyOwner('420100'));
  const yichang = stack.use(await startAnyOwner('420500'));
  addresses.push(wuhan.url, yichang.url);
  const transport = createTransport();
  stack.defer(() => transport.close());
  net = stack.use(await startSmallNet({ municipal: createMunicipalDataSource({ transport }) }));
  net.tell({
    owners: [
      { ...netOwner(wuhan, ['420100']), name: '武汉', nameEn: 'Wuhan' },
      { ...netOwner(yichang, ['420500']), name: '宜昌', nameEn: 'Yichang' },
    ],
  });
});
afterAll(() => stack.disposeAsync());

let clients = 0;

/** Asks as a client of its own, to which Wuhan alone has granted its requests. */
async function askAs(
  client: Partial<NetClient>,
  body: { query: string; variables?: object; extensions?: object },
  headers: Readonly<Record<string, string>> = { 'onenet-plan': 'true' },
): Promise<Answered> {
  const id = `client-${++clients}`;
  const one = someClient({ scopes: ['requests:read', 'organizations:read'], ...client, id });
  const { scopes } = one;
  const grant = { id: 'g', client: id, platform: '420100', purpose: 'pension-review', until: null };
  net.tell({ clients: [one], grants: [{ ...grant, scopes }] });
  await expect.poll(() => net.generations.current?.net.clients[0]?.id).toBe(id);
  const token = await net.issuer.token({ client: id, scope: scopes.join(' ') });
  return post(net, body, { authorization: `Bearer ${token}`, ...headers });
}

const planIn = ({ body }: Answered): Plan => body.extensions.onenet['plan'] as Plan;

const requests = {
  query: `query Requests($place: ID) {
    serviceRequests(filter: {place: $place}, first: 5) {
      edges { node { title applicantName platform { name } } }
    }
  }`,
  variables: { place: '420000' },
};

/** All names of fields and types in what a plan says that was sent. */
function namesIn({ steps }: Plan): ReadonlySet<string> {
  const names = new Set<string>();
  for (const text of steps.flatMap((step) => [step.text, ...step.sent])) {
    visit(parse(text), {
      Field: ({ name }) => void names.add(name.value),
      NamedType: ({ name }) => void names.add(name.value),
    });
  }
  return names;
}

describe('the plan of a gathered list', () => {
  test('has each fetch with the owners that it went to, and those that were not asked', async () => {
    const answer = await askAs({}, requests);
    const { steps, cost, durationMs } = planIn(answer);
    expect(steps.map(({ subgraph, path }) => [subgraph, path.join('.')])).toEqual([
      ['municipal', ''],
      expect.arrayContaining(['links']),
      expect.arrayContaining(['province']),
    ]);
    const [first, links] = steps;
    expect(first?.calls).toMatchObject([
      { platform: '420100', name: '武汉', nameEn: 'Wuhan', outcome: 'OK', rows: 1, sent: 0 },
    ]);
    expect(first?.notAsked).toEqual([
      { platform: '420500', name: '宜昌', nameEn: 'Yichang', reason: 'REFUSED' },
    ]);
    expect(first?.sent).toHaveLength(1);
    expect(first?.sent[0]?.replaceAll(/\s+/g, ' ')).toContain(
      'serviceRequests( filter: {place: $place} first: 5',
    );
    expect(links?.entities).toBe(1);
    for (const { startMs, durationMs: ms } of steps) {
      expect(startMs + ms).toBeLessThanOrEqual(durationMs + 0.2);
    }
    expect(links?.startMs).toBeGreaterThanOrEqual(first?.startMs ?? Infinity);
    expect(cost.estimate).toBe(answer.body.extensions.onenet['cost']);
    expect(cost.limit).toBeGreaterThan(cost.estimate);
  });

  test('is what the schema of the envelope says', async () => {
    const file = new URL('../envelope.v1.schema.json', import.meta.url);
    const { $defs } = JSON.parse(await readFile(file, 'utf8')) as {
      $defs: Readonly<Record<string, { properties: object }>>;
    };
    const plan = planIn(await askAs({}, requests));
    const [step] = plan.steps;
    const written = { plan, planStep: step, planCall: step?.calls[0] };
    for (const [name, value] of Object.entries(written)) {
      expect(Object.keys($defs[name]?.properties ?? {})).toEqual(Object.keys(value ?? {}));
    }
  });

  test('says which fields were withheld for want of a scope, and nobody was asked for them', async () => {
    const plan = planIn(await askAs({}, requests));
    expect(plan.withheld).toEqual([
      {
        coordinate: 'ServiceRequest.applicantName',
        code: 'SCOPE_REQUIRED',
        scopes: [['requests:personal']],
      },
    ]);
    expect(namesIn(plan)).toContain('title');
    // The stand-in keeps the key.
    expect(namesIn(plan)).not.toContain('applicantName');
  });

  test('says what an owner left out of its records', async () => {
    const query = `{ organizations { edges { node { name serviceRequests(first: 1) { totalCount } } } } }`;
    const [step] = planIn(await askAs({}, { query })).steps;
    const leftOut = step?.calls.map((call) => [call.platform, call.leftOut]);
    const path = ['organizations', 'edges', 'node', 'serviceRequests'];
    expect(leftOut).toEqual([
      ['420100', []],
      ['420500', [{ path, reason: 'REFUSED' }]],
    ]);
    // Two owners, two texts.
    expect(step?.calls.map(({ sent }) => sent)).toEqual([0, 1]);
  });

  test('has no value of a variable, no address, and no id of a request’s leaf or grant', async () => {
    const place = '420115';
    const answer = await askAs({}, { ...requests, variables: { place } });
    const text = JSON.stringify(planIn(answer));
    expect(text).not.toContain(place);
    expect(text).not.toMatch(/https?:|127\.0\.0\.1|localhost|assertion|leaves|grant/);
    for (const address of addresses) expect(text).not.toContain(new URL(address).port);
  });
});

test('of a variant that hides it, no name is in the plan that introspection does not show', async () => {
  const client = { variant: 'PUBLIC' as const };
  const names = `{ __schema { types { name fields { name } } } }`;
  const { body } = await askAs(client, { query: names }, {});
  const { __schema } = (body.data ?? {}) as unknown as {
    __schema: { types: { name: string; fields: { name: string }[] | null }[] };
  };
  const { types } = __schema;
  const shown = new Set(
    types.flatMap(({ name, fields }) => [name, ...(fields ?? []).map((each) => each.name)]),
  );
  expect(shown).not.toContain('applicantName');
  const query = `query ($place: ID) {
    organizations(filter: {place: $place}) {
      edges { node { name parent { name } place { name } platform { name } } } totalCount
    }
    stations(first: 3) { edges { node { name organization { name } place { name } } } }
    division(code: "420100") { name organizations { totalCount } }
  }`;
  const plan = planIn(await askAs(client, { query }));
  expect(plan.steps.length).toBeGreaterThan(3);
  const hidden = [...namesIn(plan)].filter((name) => !shown.has(name));
  expect(hidden.filter((name) => !['_entities', '_Any', '__typename'].includes(name))).toEqual([]);
});

test('what was left out is not named to a variant that does not have it', () => {
  const schema = buildSchema(
    'type Query { member: Member } type Member { status: Int person: Person } type Person { id: ID }',
  );
  const pruned = [
    { path: ['status'], coordinates: ['Member.status'], code: 'REFUSED' },
    // As the planner adds it, for what a reference leads to.
    { path: ['personId'], coordinates: ['Member.personId'], code: 'REFUSED' },
    { path: ['secret', 'id'], coordinates: ['Member.secret', 'Person.id'], code: 'REFUSED' },
  ];
  const operation = {
    head: '{"query":"{ member { __typename } }","variables":',
    gathers: [],
    routes: [{ key: 'member', pruned }],
    groups: [],
  };
  const call = { platform: '420100', outcome: 'OK', durationMs: 1, bytes: 1, rows: 1, operation };
  const trace = new PlanTrace();
  const step = new Step({ request: { query: '{ member { status } }' } }, 'municipal', trace.now);
  step.addCall(call as never, operation as never);
  trace.steps.push(step);
  const context = { net: { owners: [] }, report: {} } as never;
  const [shown] = planOf(trace, context, { refused: undefined }, schema).steps;
  expect(shown?.calls[0]?.leftOut).toEqual([{ path: ['member', 'status'], reason: 'REFUSED' }]);
});

describe('the plan is told', () => {
  test('to whoever asks for it by header or in the request’s extensions, and to nobody else', async () => {
    expect(planIn(await askAs({}, requests, {}))).toBeUndefined();
    const extensions = { onenet: { plan: true } };
    expect(planIn(await askAs({}, { ...requests, extensions }, {})).steps).not.toEqual([]);
    const wrong = await askAs({}, requests, { 'onenet-plan': 'please' });
    expect([wrong.status, wrong.body.errors?.[0]?.extensions['code']]).toEqual([
      400,
      'BAD_REQUEST',
    ]);
  });

  test('of nothing that was refused', async () => {
    const answer = await askAs({ mode: 'REJECT' }, requests);
    expect(answer.body.errors?.[0]?.extensions['code']).toBe('SCOPE_REQUIRED');
    expect(answer.body.extensions.onenet).not.toHaveProperty('plan');
  });

  test('of introspection alone: nobody was asked', async () => {
    expect(
      planIn(await askAs({}, { query: '{ __typename __schema { queryType { name } } }' })).steps,
    ).toEqual([]);
  });
});
