/** An owner on the contract's version before: output fields are left out, what is used and lacking costs its whole part. Long, because one net serves every kind of lack. */
import type { NetOwner } from '@onenet/contract';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { memoryRecords } from './testing/memory-data.ts';
import { lackedBy11, netOwner, startMemoryNet, type Answer } from './testing/memory-net.ts';
import { startMemoryOwner } from './testing/memory-owner.ts';
import { at } from './testing/read.ts';
import { inOrder, listOf, requests, whole } from './testing/three-owners.ts';

const modules = ['core', 'organizations', 'requests', 'members'] as const;
const none = { sdl: '', entities: [], root: {} };
const wuhan = await startMemoryOwner('420100', memoryRecords('420100', ['420102'], 12));
const old = await startMemoryOwner(
  '420500',
  memoryRecords('420500', ['420502'], 12),
  modules,
  none,
  '1.1',
);
const net = await startMemoryNet([netOwner(wuhan, ['420100']), netOwner(old, ['420500'])]);
const known = net.owners.get('420500') as NetOwner;

beforeEach(() => {
  wuhan.seen.length = 0;
  old.seen.length = 0;
  old.fault = undefined;
  net.owners.set('420500', known);
});
afterAll(async () => {
  for (const each of [net, wuhan, old]) await each[Symbol.asyncDispose]();
});

/** Places and extensions of the errors, but for what the gateway takes away before they go out. */
function errorsOf({ errors = [] }: Answer): unknown[] {
  return errors.map(({ path, extensions }) => {
    const shown = Object.entries(extensions ?? {}).filter(([name]) => name !== 'serviceName');
    return [path, Object.fromEntries(shown)];
  });
}

const lacksIt = { platform: '420500', reason: 'NOT_OFFERED' };

describe('an output field that an owner lacks', () => {
  test('in a list it is null, and the envelope says so; the list itself is whole', async () => {
    const answer = await net.ask(`{ serviceRequests(first: 50) {
      edges { node { id n: remindedCount ... on Record { ... on ServiceRequest { title } } } } ${whole} } }`);
    const list = listOf(answer);
    expect(list.completeness).toMatchObject({ asked: 2, answered: 2, missing: [], resume: null });
    expect(list.totalCount).toBe(requests(wuhan, old).length);
    for (const { node } of list.edges as { node: { id: string; n: number | null } }[]) {
      expect(node.n).toBe(node.id.startsWith('420500') ? null : 0);
    }
    expect(answer.report.gathered[0]?.partial).toEqual([
      { platform: '420500', path: ['edges', '@', 'node', 'n'], code: 'NOT_OFFERED' },
    ]);
    expect(old.seen.map(({ query }) => query).join('')).not.toContain('remindedCount');
  });

  test('of an entity and of a routed field it is null with an error at its place', async () => {
    const answer = await net.ask(`{ serviceRequest(id: "420500:R-1") { remindedCount }
      there: serviceRequest(id: "420100:R-10") { transferredTo { id remindedCount } } }`);
    expect(answer.data).toEqual({
      serviceRequest: { remindedCount: null },
      there: { transferredTo: { id: '420500:R-1', remindedCount: null } },
    });
    const errors = errorsOf(answer);
    expect(errors).toEqual(
      expect.arrayContaining([
        [['serviceRequest', 'remindedCount'], { code: 'NOT_OFFERED', ...lacksIt }],
        [['there', 'transferredTo', 'remindedCount'], { code: 'NOT_OFFERED', ...lacksIt }],
      ]),
    );
    expect(errors).toHaveLength(2);
  });

  test('a whole type, and a root field that is a list', async () => {
    const lacks = ['RequestRatingStep', 'Organization', 'Query.organizations'];
    net.owners.set('420500', { ...known, lacks });
    const steps = '{ at ... on RequestRatingStep { rating } }';
    const answer = await net.ask(`{ serviceRequests { ${whole} }
      organizations { edges { node { id } } completeness { missing { platform } notAsked { platform reason } } }
      serviceRequest(id: "420500:R-1") { organization { name } } }`);
    expect(listOf({ ...answer, errors: undefined }).completeness.missing).toEqual([]);
    // Like a module that is not offered: a standing absence.
    expect(at(answer, 'organizations', 'completeness')).toEqual({
      missing: [],
      notAsked: [lacksIt],
    });
    expect(at(answer, 'serviceRequest', 'organization')).toBeNull();
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'NOT_OFFERED', ...lacksIt });
    await net.ask(`{ serviceRequest(id: "420500:R-1") { history ${steps} } }`);
    expect(old.seen.at(-1)?.query).not.toContain('RequestRatingStep');
  });
});

/** A list's arguments and selection, and the variables; each uses something that 1.1 lacks. */
const used: Readonly<Record<string, readonly [string, string, Record<string, unknown>?]>> = {
  'an input field': ['(filter: { escalationAtLeast: 3 })', ''],
  'an input field by a variable': ['(filter: { escalationAtLeast: $n })', '$n: Int', { n: 3 }],
  'an input field by a default that the client wrote': [
    '(filter: { escalationAtLeast: $n })',
    '$n: Int = 3',
  ],
  'an input field within a variable': [
    '(filter: $f)',
    '$f: ServiceRequestFilter',
    { f: { escalationAtLeast: 3 } },
  ],
  'an enum value': ['(filter: { statuses: IN_TRANSFER })', ''],
  'an enum value in a list': ['(filter: { statuses: [SUBMITTED, IN_TRANSFER] })', ''],
  'an enum value by a variable': [
    '(filter: { statuses: [$c] })',
    '$c: RequestStatus!',
    { c: 'IN_TRANSFER' },
  ],
  'an enum value in a list within a variable': [
    '(filter: $f)',
    '$f: ServiceRequestFilter',
    { f: { statuses: ['SUBMITTED', 'IN_TRANSFER'] } },
  ],
  'an order': ['(orderBy: { field: CATEGORY })', ''],
  'an order by a variable': [
    '(orderBy: $o)',
    '$o: ServiceRequestOrder',
    { o: { field: 'CATEGORY' } },
  ],
};

/** None of these uses it. */
const unused: Readonly<Record<string, readonly [string, string, Record<string, unknown>?]>> = {
  'null at the input field': ['(filter: { escalationAtLeast: null, supervised: null })', ''],
  'a variable that is null': ['(filter: { escalationAtLeast: $n })', '$n: Int', { n: null }],
  'a variable that is not given': ['(filter: { escalationAtLeast: $n })', '$n: Int'],
  'null within a variable': [
    '(filter: $f)',
    '$f: ServiceRequestFilter',
    { f: { escalationAtLeast: null } },
  ],
  'another value in place of a default': [
    '(filter: { statuses: [$c] })',
    '$c: RequestStatus = IN_TRANSFER',
    { c: 'SUBMITTED' },
  ],
  'another filter in place of a default': [
    '(filter: $f)',
    '$f: ServiceRequestFilter = { escalationAtLeast: 3, statuses: [IN_TRANSFER] }',
    { f: { statuses: ['SUBMITTED'] } },
  ],
};

const listQuery = (args: string, declared: string, selection = whole): string =>
  `query${declared && ` (${declared})`} { serviceRequests${args} { ${selection} } }`;

describe('what an owner lacks and the operation uses', () => {
  test.for(Object.entries(used))('%s', async ([, [args, declared, variables]]) => {
    const query = listQuery(args, declared);
    const list = listOf(await net.ask(query, variables));
    expect(list.completeness).toMatchObject({ asked: 2, answered: 1, missing: [lacksIt] });
    // No later page could bring it.
    expect(list.completeness.resume).toBeNull();
    expect(list.totalCount).toBeNull();
    expect(list.knownCount).toBe(requests(wuhan).length);
    expect(old.seen).toEqual([]);
    const all = await net.ask(query, variables, { completeness: 'ALL' });
    expect(all.data).toEqual({ serviceRequests: null });
    expect(all.errors?.[0]?.extensions).toMatchObject({ code: 'INCOMPLETE', missing: [lacksIt] });
  });

  test.for(Object.entries(unused))(
    '%s does not use it',
    async ([, [args, declared, variables]]) => {
      const list = listOf(await net.ask(listQuery(args, declared), variables));
      expect(list.completeness).toMatchObject({ asked: 2, answered: 2, missing: [] });
      expect(old.seen).toHaveLength(1);
      const [seen] = old.seen;
      expect(JSON.stringify([seen?.query, seen?.variables])).not.toMatch(
        /escalationAtLeast|IN_TRANSFER/,
      );
    },
  );

  test('an argument anywhere within costs the whole root field', async () => {
    const query = (newest: string): string =>
      `query${newest === '$n' ? ' ($n: Int)' : ''} { serviceRequests { edges { node { history(newest: ${newest}) { at } } } ${whole} }
        one: serviceRequest(id: "420500:R-1") { id history(newest: ${newest}) { at } } }`;
    for (const [newest, variables] of [
      ['1', {}],
      ['$n', { n: 1 }],
    ] as const) {
      const answer = await net.ask(query(newest), variables);
      expect(at(answer, 'serviceRequests', 'completeness')).toMatchObject({ missing: [lacksIt] });
      expect(answer.data?.['one']).toBeNull();
      expect(errorsOf(answer)).toEqual([
        [
          ['one'],
          { code: 'NOT_OFFERED', ...lacksIt, coordinate: 'ServiceRequest.history(newest:)' },
        ],
      ]);
      expect(old.seen).toEqual([]);
    }
    const free = await net.ask(query('$n'), { n: null });
    expect(free.errors).toBeUndefined();
    expect(old.seen.map((each) => each.query).join()).not.toContain('newest');
  });

  test('lists of a platform, a division and an organization, and entities', async () => {
    const filter = 'filter: { escalationAtLeast: 3 }';
    const answer = await net.ask(`{
      platform(code: "420500") { serviceRequests(${filter}) { ${whole} } organizations { totalCount } }
      division(code: "420502") { serviceRequests(orderBy: { field: CATEGORY }) { ${whole} } }
      organization(id: "420500:O-1") { name serviceRequests(${filter}) { totalCount } }
      there: serviceRequest(id: "420100:R-10") { transferredTo { history(newest: 1) { at } } } }`);
    expect(at(answer, 'platform')).toEqual({
      serviceRequests: null,
      organizations: { totalCount: 12 },
    });
    expect(answer.data).toMatchObject({
      division: { serviceRequests: null },
      organization: null,
      there: { transferredTo: { history: null } },
    });
    const codes = answer.errors?.map(({ path = [], extensions }) => [
      path.join('.'),
      extensions?.['code'],
    ]);
    expect(Object.fromEntries(codes ?? [])).toEqual({
      'platform.serviceRequests': 'NOBODY_ANSWERED',
      'division.serviceRequests': 'NOBODY_ANSWERED',
      organization: 'NOT_OFFERED',
      'there.transferredTo': 'NOT_OFFERED',
    });
  });

  test('a mutation is not sent, and the ones after it are', async () => {
    const apply = (key: string, more = ''): string =>
      `${key}: applyForMembership(input: { platform: "420500", idempotencyKey: "${key}", name: "演示", kind: FLEXIBLE, channel: WECHAT, placeCode: "420502"${more} }) { member { id } }`;
    const answer = await net.ask(
      `mutation ($n: Int) { ${apply('a', ', employerSize: $n')} ${apply('b')}
        c: remindServiceRequest(input: { id: "420500:R-1", idempotencyKey: "c" }) { serviceRequest { id } } }`,
      { n: 3 },
    );
    expect(answer.data).toMatchObject({ a: null, b: { member: {} }, c: null });
    expect(errorsOf(answer)).toEqual([
      [
        ['a'],
        { code: 'NOT_OFFERED', ...lacksIt, coordinate: 'ApplyForMembershipInput.employerSize' },
      ],
      [['c'], { code: 'NOT_OFFERED', ...lacksIt }],
    ]);
    expect(old.seen).toHaveLength(1);
  });
});

test('a value that comes out of an owner that lacks it is INVALID', async () => {
  old.fault = (answer, response) =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(answer.replaceAll('"SUBMITTED"', '"IN_TRANSFER"'));
  const list = listOf(await net.ask(`{ serviceRequests { edges { node { status } } ${whole} } }`));
  expect(list.completeness.missing).toEqual([{ platform: '420500', reason: 'INVALID' }]);
});

test('an owner that takes up the version during a walk is asked from there on', async () => {
  const query = `query ($c: String) { serviceRequests(first: 3, orderBy: { field: CATEGORY, direction: ASC }, after: $c) { ${whole} } }`;
  const first = listOf(await net.ask(query));
  expect(first.completeness).toMatchObject({ missing: [lacksIt], resume: null });
  const next = listOf(await net.ask(query, { c: first.pageInfo.endCursor }));
  expect(next.completeness).toMatchObject({ asked: 2, missing: [lacksIt], resume: null });
  const ids = [...first.edges, ...next.edges].map(({ node }) => node.id);
  expect(ids).toEqual(inOrder(requests(wuhan), 'category', 'ASC').slice(0, 6));
});

test('owners that offer the same are asked the same: compiled once', async () => {
  const twin = { ...known, code: '420800', lacks: lackedBy11.toReversed() };
  net.owners.set('420800', twin);
  await net.ask('{ serviceRequests { edges { node { remindedCount title } } } }');
  net.owners.delete('420800');
  expect(new Set(old.seen.map(({ query }) => query)).size).toBe(1);
  expect(old.seen).toHaveLength(2);
});
