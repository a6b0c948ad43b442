/** Personal values come out for a scope and the platform's own grant together, on every path, and for nobody else. Long, because there are many paths to a field. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  assertionHeader,
  leafHeader,
  openKeys,
  rotateKeys,
  signCalls,
  type Keys,
} from '@onenet/assertion';
import {
  accessRules,
  carriedType,
  contractSchema,
  localCaller,
  scopeNames,
  type Caller,
  type NetGrant,
} from '@onenet/contract';
import { platformByCode, referenceRecords, type ReferenceRecord } from '@onenet/platforms';
import { getNamedType, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { platformSchema } from './schema.ts';
import { testGrants } from './test-grants.ts';
import { testPlatform, type TestAnswer, type TestPlatform } from './test-platform.ts';
import { member, serviceRequest } from './test-records.ts';

const purpose = 'pension-review';
const all = scopeNames();
const client: Caller = {
  ...localCaller,
  client: 'pensions',
  roles: ['consumer'],
  scopes: all,
  purpose,
};

let keys: Keys;
let jwks: string;
const shared = new AsyncDisposableStack();
beforeAll(async () => {
  const dir = await mkdtemp(join(tmpdir(), 'onenet-keys-'));
  shared.defer(() => rm(dir, { recursive: true }));
  await rotateKeys(dir, { alg: 'EdDSA', aheadMs: 0 });
  keys = await openKeys(dir, { issuer: 'gateway' });
  jwks = join(dir, 'jwks');
  await writeFile(jwks, JSON.stringify(keys.publicJwks()));
});
afterAll(() => shared.disposeAsync());

interface Served extends AsyncDisposable {
  readonly net: TestPlatform;
  /** Asks with the net's signature; the HTTP status comes with the answer. */
  ask<Data = Readonly<Record<string, unknown>>>(
    query: string,
    caller?: Caller,
  ): Promise<TestAnswer<Data> & { readonly status: number }>;
}

async function serve(
  scopes: readonly string[],
  options: Parameters<typeof testPlatform>[0],
): Promise<Served> {
  await using stack = new AsyncDisposableStack();
  const { code = '420100' } = options ?? {};
  const grant: NetGrant = {
    id: 'g-1',
    client: client.client,
    platform: code,
    scopes,
    purpose,
    until: null,
  };
  const { url: provinceUrl } = stack.use(await testGrants([grant]));
  const net = stack.use(await testPlatform({ ...options, provinceUrl, trust: [jwks] }));
  const kept = stack.move();
  return {
    net,
    async ask(query, caller = client) {
      const body = JSON.stringify({ query });
      const call = { owner: code, method: 'POST', path: '/graphql', body };
      const actor = { kind: 'OFFICER', reference: 'desk-1' } as const;
      const { assertion, leaves } = signCalls(keys, caller, actor, [call]);
      const response = await fetch(`${net.url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          [assertionHeader]: assertion,
          [leafHeader]: leaves[0] ?? '',
        },
        body,
      });
      const answer = (await response.json()) as TestAnswer<never>;
      return { ...answer, status: response.status };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Lists of the contract whose records have personal fields, with these. */
const personalLists = Object.values(contractSchema().getQueryType()?.getFields() ?? {}).flatMap(
  ({ name, type }) => {
    const record = carriedType(getNamedType(type));
    if (!isObjectType(record)) return [];
    const rules = accessRules(contractSchema());
    const fields = Object.keys(record.getFields()).filter((field) =>
      rules.get(`${record.name}.${field}`)?.scopes?.[0]?.[0]?.endsWith(':personal'),
    );
    return fields.length > 0 ? [{ name, fields }] : [];
  },
);

describe.each(['420100', '420600'])('reference records of %s', (code) => {
  let served: Served;
  const definition = platformByCode(code);
  const modules = definition?.modules ?? [];
  beforeAll(async () => {
    if (!definition) throw new Error(`There is no platform ${code}.`);
    // Of one day: what happened lately is more or less by the day of the week and of the year.
    const now = new Date('2026-11-24T08:00:00Z');
    const records = few(referenceRecords(definition, { scale: 0.0005, now }));
    served = await serve(all, { code, modules, records });
  });
  afterAll(() => served[Symbol.asyncDispose]());
  const offered = platformSchema(modules).getQueryType()?.getFields() ?? {};

  test.each(personalLists.filter(({ name }) => offered[name]))(
    '$name gives each personal field of some record',
    async ({ name, fields }) => {
      type Data = Record<string, { edges: { node: Record<string, unknown> }[] }>;
      const query = `{ ${name}(first: 100) { edges { node { ${fields.join(' ')} } } } }`;
      const { data, errors } = await served.ask<Data>(query);
      expect(errors).toBeUndefined();
      const nodes = data?.[name]?.edges.map(({ node }) => node) ?? [];
      // Corrections come from clients alone: there are none among reference records.
      if (nodes.length === 0) return;
      const without = fields.filter((field) => nodes.every((node) => node[field] == null));
      expect(without).toEqual([]);
      const { errors: refused = [] } = await served.net.ask(query);
      expect(new Set(refused.map(({ extensions }) => extensions.code))).toEqual(
        new Set(['SCOPE_REQUIRED']),
      );
    },
  );
});

/** So many of each kind that lists are lists, and no more. */
function* few(records: Iterable<ReferenceRecord>): Generator<ReferenceRecord> {
  const counts = new Map<string, number>();
  for (const record of records) {
    const kind = record.type === 'Record' ? record.of : record.type;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    if (count <= 40) yield record;
  }
}

describe('members and requests', () => {
  let served: Served;
  const name = '演示丙';
  beforeAll(async () => {
    const { history, ...request } = { ...serviceRequest(1), id: '420100:r-1' };
    const text = '谢谢，已经拿到工资。';
    const feedback = {
      step: 'FEEDBACK',
      at: request.updatedAt,
      actorKind: 'WORKER',
      text,
    } as const;
    served = await serve(['members:read', 'members:write', 'members:personal', 'requests:read'], {
      records: [
        { ...member(1), id: '420100:m-1', name, status: 'ACTIVE', placeCode: '420102' },
        { ...request, history: [...history, feedback] },
      ],
    });
  });
  afterAll(() => served[Symbol.asyncDispose]());

  test.each([
    ['a look-up', '{ member(id: "420100:m-1") { name } }'],
    ['a list', '{ members { edges { node { name } } } }'],
    [
      'a list of the platform',
      '{ platform: members(filter: {place: "420102"}) { edges { node { name } } } }',
    ],
    [
      'an entity',
      '{ _entities(representations: [{__typename: "Member", id: "420100:m-1"}]) { ... on Member { name } } }',
    ],
    ['an alias of a masked form', '{ member(id: "420100:m-1") { maskedName: name } }'],
  ])('by %s: for a client with scope and grant alone', async (_, query) => {
    const given = await served.ask(query);
    expect(given.errors).toBeUndefined();
    expect(JSON.stringify(given.data)).toContain(name);

    const withoutScope = { ...client, scopes: ['members:read'] };
    const otherPurpose = { ...client, purpose: 'statistics' };
    const otherClient = { ...client, client: 'taxation' };
    for (const caller of [withoutScope, otherPurpose, otherClient]) {
      const refused = await served.ask(query, caller);
      expect(refused).toMatchObject({ status: 403, errors: [{ extensions: { code: 'REFUSED' } }] });
      expect(refused).not.toHaveProperty('data');
    }
    const leader: Caller = { ...client, client: 'dashboard', roles: ['leader'] };
    const team: Caller = { ...leader, roles: ['team'], platform: '420100' };
    for (const caller of [leader, team, { ...leader, client: 'local', roles: [] }]) {
      const refused = await served.ask(query, caller);
      expect(refused.errors).toMatchObject([{ extensions: { code: 'SCOPE_REQUIRED' } }]);
      expect(JSON.stringify(refused.data)).not.toContain(name);
    }
  });

  test('in what a mutation answers, and of somebody of the family', async () => {
    const input = '{id: "420100:m-1", idempotencyKey: "f-1", relation: CHILD, name: "演示小丁"}';
    const { data, errors } = await served.ask(
      `mutation { addFamilyMember(input: ${input}) { member { name family { name } } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      addFamilyMember: { member: { name, family: [{ name: '演示小丁' }] } },
    });
  });

  test('what is granted of members says nothing of requests', async () => {
    const query =
      '{ serviceRequest(id: "420100:r-1") { description history { ... on RequestFeedbackStep { text } } } }';
    expect((await served.ask(query)).errors).toMatchObject([
      { extensions: { code: 'REFUSED', scope: 'requests:personal' } },
    ]);
  });

  test('a value is in no line of the access record', async () => {
    await served.ask('{ member(id: "420100:m-1") { name phone } }');
    const lines = await served.net.platform.guard.lines(0, 1_000);
    expect(lines.length).toBeGreaterThan(0);
    const text = lines.map(({ line }) => line).join('\n');
    expect(text).toContain('Member.name');
    expect(text).not.toMatch(/演示|13800/);
  });
});

test('a step’s words come with the step that they belong to', async () => {
  const { history, ...request } = { ...serviceRequest(1), id: '420100:r-1' };
  const step = { step: 'FEEDBACK', at: request.updatedAt, actorKind: 'WORKER' } as const;
  const texts = ['第一句。', '第二句。'];
  await using served = await serve(['requests:read', 'requests:personal'], {
    records: [{ ...request, history: [...history, ...texts.map((text) => ({ ...step, text }))] }],
  });
  const query = `{ serviceRequest(id: "420100:r-1") {
    applicantName applicantPhone description
    history(newest: 2) { ... on RequestFeedbackStep { text } } } }`;
  expect((await served.ask(query)).data).toMatchObject({
    serviceRequest: {
      applicantName: '演示甲',
      applicantPhone: '13800000000',
      history: texts.map((text) => ({ text })),
    },
  });
});
