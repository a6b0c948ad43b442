/** An owner on the contract's version before, and one without a module: their parts are what the rules say, the others' are whole. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startSmallNet } from './fixtures/small-net.ts';
import type { Answer, SmallNet } from './fixtures/small-net.ts';
import { makeRecords } from './merged/dataset.ts';
import { Random } from './merged/random.ts';

/** On contract 1.1; the others are on 1.2. */
const before = '421100';
/** Without members. */
const withoutMembers = '420000-AID';
const newer = ['420100', '420600'];
const codes = [...newer, before, withoutMembers];
const records = makeRecords(new Random(11), 18, [...newer, before]);
const requests = records.filter(
  (each) => each.type === 'ServiceRequest' && each.status !== 'TRANSFERRED',
);
const idsOf = (owners: readonly string[]): string[] =>
  requests.filter(({ platformCode }) => owners.includes(platformCode)).map(({ id }) => id);
const oldId = idsOf([before])[0] ?? '';
const newId = idsOf(newer)[0] ?? '';

let net: SmallNet;
beforeAll(async () => {
  net = await startSmallNet({ mongodbUri: inject('mongodbUri'), codes, records });
});
afterAll(() => net?.[Symbol.asyncDispose]());

interface List {
  edges: { node: { id: string; remindedCount?: number | null } }[];
  totalCount: number | null;
  completeness: {
    asked: number;
    answered: number;
    missing: { platform: string; reason: string }[];
    notAsked: { platform: string; reason: string }[];
    resume: string | null;
  };
}

function listOf({ data, errors }: Answer, name = 'serviceRequests'): List {
  if (errors) throw new Error(JSON.stringify(errors));
  return data?.[name] as List;
}

const whole = `edges { node { id } } totalCount
  completeness { asked answered missing { platform reason } notAsked { platform reason } resume }`;
const notOffered = { platform: before, reason: 'NOT_OFFERED' };
const sorted = (list: List): string[] => list.edges.map(({ node }) => node.id).toSorted();
const errorsOf = ({ errors = [] }: Answer) =>
  errors.map(({ path, extensions }) => [path, extensions]);

test('an output field: null for the owner that lacks it, and told; the list is whole', async () => {
  const answer = await net.ask(
    `{ serviceRequests(first: 100) { edges { node { id remindedCount } } totalCount
      completeness { asked answered missing { platform reason } notAsked { platform reason } resume } } }`,
  );
  const list = listOf(answer);
  expect(sorted(list)).toEqual(idsOf(codes).toSorted());
  expect(list.totalCount).toBe(idsOf(codes).length);
  expect(list.completeness.missing).toEqual([]);
  for (const { node } of list.edges) {
    const isOld = node.id.startsWith(`${before}:`);
    expect([node.id, typeof node.remindedCount]).toEqual([node.id, isOld ? 'object' : 'number']);
  }
  expect(answer.extensions?.['onenet']).toMatchObject({
    complete: false,
    gathered: [
      {
        partial: [
          { platform: before, path: ['edges', '@', 'node', 'remindedCount'], code: 'NOT_OFFERED' },
        ],
      },
    ],
  });
  const one = await net.ask(
    `{ old: serviceRequest(id: "${oldId}") { id remindedCount } new: serviceRequest(id: "${newId}") { id remindedCount } }`,
  );
  expect(one.data).toEqual({
    old: { id: oldId, remindedCount: null },
    new: { id: newId, remindedCount: expect.any(Number) },
  });
  expect(errorsOf(one)).toEqual([
    [['old', 'remindedCount'], { code: 'NOT_OFFERED', ...notOffered }],
  ]);
});

test('a module that is not offered is a standing absence, and counts against nothing', async () => {
  const members = await net.ask(
    `{ members(first: 100) { ${whole} } }`,
    {},
    {
      'onenet-completeness': 'ALL',
    },
  );
  const { completeness, totalCount } = listOf(members, 'members');
  const ofOthers = records.filter(
    (each) =>
      each.type === 'Member' &&
      each.status !== 'TRANSFERRED' &&
      each.platformCode !== withoutMembers,
  );
  expect(completeness).toMatchObject({
    asked: codes.length - 1,
    answered: codes.length - 1,
    missing: [],
    resume: null,
  });
  expect(completeness.notAsked).toEqual(
    expect.arrayContaining([{ platform: withoutMembers, reason: 'NOT_OFFERED' }]),
  );
  expect(totalCount).toBe(ofOthers.length);
});

/** What 1.1 does not have, as a list's arguments; with the variables. */
const used: readonly (readonly [string, string, string, Record<string, unknown>])[] = [
  ['a filter', '', 'filter: { escalationAtLeast: 1 }', {}],
  ['a filter by a variable', '$n: Int', 'filter: { escalationAtLeast: $n }', { n: 1 }],
  [
    'a filter in a variable',
    '$f: ServiceRequestFilter',
    'filter: $f',
    { f: { escalationAtLeast: 1 } },
  ],
  ['an enum value', '', 'filter: { statuses: [SUBMITTED, IN_TRANSFER] }', {}],
  [
    'an enum value in a variable',
    '$s: [RequestStatus!]',
    'filter: { statuses: $s }',
    { s: ['SUBMITTED', 'IN_TRANSFER'] },
  ],
];

describe('what the operation really uses', () => {
  test.for(used)(
    '%s: the owner that lacks it is missing',
    async ([, declared, args, variables]) => {
      const query = `query${declared && ` (${declared})`} { serviceRequests(first: 100, ${args}) { ${whole} } }`;
      const list = listOf(await net.ask(query, variables));
      expect(list.completeness).toMatchObject({
        asked: codes.length,
        answered: codes.length - 1,
        missing: [notOffered],
        resume: null,
      });
      expect(list.totalCount).toBeNull();
      // The others' part is what they alone answer.
      const platforms = codes.filter((code) => code !== before);
      const others = args.startsWith('filter: {')
        ? args.replace('filter: {', 'filter: { platforms: $others,')
        : args.startsWith('filter: $f')
          ? 'filter: { platforms: $others, escalationAtLeast: 1 }'
          : `${args}, filter: { platforms: $others }`;
      const isWhole = args.startsWith('filter: $f') ? '' : declared;
      const alone = listOf(
        await net.ask(
          `query ($others: [ID!], ${isWhole}) { serviceRequests(first: 100, ${others}) { ${whole} } }`,
          { ...variables, others: platforms },
        ),
      );
      expect(alone.completeness.missing).toEqual([]);
      expect(list.edges).toEqual(alone.edges);
      const all = await net.ask(query, variables, { 'onenet-completeness': 'ALL' });
      expect(all.data).toEqual({ serviceRequests: null });
      expect(errorsOf(all)).toMatchObject([[['serviceRequests'], { code: 'INCOMPLETE' }]]);
    },
  );

  test('a mutation with an input field that its owner lacks is not sent', async () => {
    const apply = async (platform: string, placeCode: string): Promise<Answer> =>
      net.ask(
        `mutation ($input: ApplyForMembershipInput!) { applyForMembership(input: $input) { member { employerSize } } }`,
        {
          input: {
            platform,
            idempotencyKey: `versions-${platform}`,
            name: '演示',
            kind: 'EMPLOYEE',
            channel: 'WEBSITE',
            placeCode,
            employerSize: 30,
          },
        },
        { 'onenet-actor': 'worker:w-1' },
      );
    const refused = await apply(before, '421100');
    expect(refused.data).toEqual({ applyForMembership: null });
    expect(errorsOf(refused)).toEqual([
      [
        ['applyForMembership'],
        {
          code: 'NOT_OFFERED',
          ...notOffered,
          coordinate: 'ApplyForMembershipInput.employerSize',
        },
      ],
    ]);
    const taken = await apply('420100', '420102');
    expect(taken.errors).toBeUndefined();
    expect(taken.data).toEqual({ applyForMembership: { member: { employerSize: 30 } } });
  });

  test('a mutation that its owner lacks is not sent', async () => {
    const remind = async (id: string): Promise<Answer> =>
      net.ask(
        `mutation ($input: ServiceRequestStepInput!) { remindServiceRequest(input: $input) { serviceRequest { id } } }`,
        { input: { id, idempotencyKey: `versions-${id}` } },
        { 'onenet-actor': 'officer:desk-1' },
      );
    const refused = await remind(oldId);
    expect(refused.data).toEqual({ remindServiceRequest: null });
    expect(errorsOf(refused)).toMatchObject([
      [['remindServiceRequest'], { code: 'NOT_OFFERED', ...notOffered }],
    ]);
    const open = requests.find(
      (each) =>
        each.type === 'ServiceRequest' &&
        each.platformCode === '420100' &&
        each.status === 'SUBMITTED',
    );
    expect((await remind(open?.id ?? '')).errors).toBeUndefined();
  });

  test('a list that its owner lacks is answered by the others', async () => {
    const { data, errors } = await net.ask(`{ joinCodes(first: 100) { ${whole} } }`);
    expect(errors).toBeUndefined();
    const { completeness } = (data ?? {})['joinCodes'] as List;
    const absent = [...completeness.notAsked, ...completeness.missing];
    expect(absent).toContainEqual(notOffered);
    expect(absent).toContainEqual({ platform: withoutMembers, reason: 'NOT_OFFERED' });
    expect(completeness.answered).toBe(newer.length);
  });
});
