/** An owner on the contract's version before, and one without a module: their parts are what the rules say, the others' are whole. */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startSmallNet } from './fixtures/small-net.ts';
import type { Answer, SmallNet } from './fixtures/small-net.ts';
import { makeRecords } from './merged/dataset.ts';
import { Random } from './merged/random.ts';

/** On contract 1.0; the others are on 1.1. */
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
  edges: { node: { id: string; feedbackCount?: number | null } }[];
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
    `{ serviceRequests(first: 100) { edges { node { id feedbackCount } } totalCount
      completeness { asked answered missing { platform reason } notAsked { platform reason } resume } } }`,
  );
  const list = listOf(answer);
  expect(sorted(list)).toEqual(idsOf(codes).toSorted());
  expect(list.totalCount).toBe(idsOf(codes).length);
  expect(list.completeness.missing).toEqual([]);
  for (const { node } of list.edges) {
    const isOld = node.id.startsWith(`${before}:`);
    expect([node.id, typeof node.feedbackCount]).toEqual([node.id, isOld ? 'object' : 'number']);
  }
  expect(answer.extensions?.['onenet']).toMatchObject({
    complete: false,
    gathered: [
      {
        partial: [
          { platform: before, path: ['edges', '@', 'node', 'feedbackCount'], code: 'NOT_OFFERED' },
        ],
      },
    ],
  });
  const one = await net.ask(
    `{ old: serviceRequest(id: "${oldId}") { id feedbackCount } new: serviceRequest(id: "${newId}") { id feedbackCount } }`,
  );
  expect(one.data).toEqual({
    old: { id: oldId, feedbackCount: null },
    new: { id: newId, feedbackCount: expect.any(Number) },
  });
  expect(errorsOf(one)).toEqual([
    [['old', 'feedbackCount'], { code: 'NOT_OFFERED', ...notOffered }],
  ]);
});

/** What 1.0 does not have, as a list's arguments; with the variables. */
const used: readonly (readonly [string, string, string, Record<string, unknown>])[] = [
  ['a filter', '', 'filter: { ratingAtMost: 5 }', {}],
  ['a filter by a variable', '$n: Int', 'filter: { ratingAtMost: $n }', { n: 5 }],
  ['a filter in a variable', '$f: ServiceRequestFilter', 'filter: $f', { f: { ratingAtMost: 5 } }],
  ['an enum value', '', 'filter: { channels: [MINI_PROGRAM] }', {}],
  [
    'an enum value in a variable',
    '$c: [Channel!]',
    'filter: { channels: $c }',
    { c: ['WECHAT', 'MINI_PROGRAM'] },
  ],
  ['an order', '', 'orderBy: { field: CATEGORY, direction: ASC }', {}],
  [
    'an order in a variable',
    '$o: ServiceRequestOrder',
    'orderBy: $o',
    { o: { field: 'CATEGORY' } },
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
          ? 'filter: { platforms: $others, ratingAtMost: 5 }'
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

  test('an argument: of a list the owner is missing, of a record it is an error', async () => {
    const query = `query ($n: Int) { serviceRequests(first: 100) { edges { node { id history(newest: $n) { at } } } ${whole} } }`;
    const list = listOf(await net.ask(query, { n: 1 }));
    expect(list.completeness.missing).toEqual([notOffered]);
    expect(sorted(list)).toEqual(idsOf([...newer, withoutMembers]).toSorted());
    // Null uses nothing.
    const free = listOf(await net.ask(query, { n: null }));
    expect(free.completeness.missing).toEqual([]);
    expect(sorted(free)).toEqual(idsOf(codes).toSorted());
    const one = await net.ask(
      `{ old: serviceRequest(id: "${oldId}") { history(newest: 1) { at } } new: serviceRequest(id: "${newId}") { history(newest: 1) { at } } }`,
    );
    expect(one.data).toMatchObject({ old: null, new: { history: [{}] } });
    expect(errorsOf(one)).toEqual([
      [
        ['old'],
        { code: 'NOT_OFFERED', ...notOffered, coordinate: 'ServiceRequest.history(newest:)' },
      ],
    ]);
  });

  test('a mutation with an enum value that its owner lacks is not sent', async () => {
    const submit = async (platform: string, placeCode: string): Promise<Answer> =>
      net.ask(
        `mutation ($input: SubmitServiceRequestInput!) { submitServiceRequest(input: $input) { serviceRequest { channel } } }`,
        {
          input: {
            platform,
            idempotencyKey: `versions-${platform}`,
            title: '演示',
            category: 'WAGES',
            channel: 'MINI_PROGRAM',
            placeCode,
          },
        },
        { 'onenet-actor': 'worker:w-1' },
      );
    const refused = await submit(before, '421100');
    expect(refused.data).toEqual({ submitServiceRequest: null });
    expect(errorsOf(refused)).toEqual([
      [
        ['submitServiceRequest'],
        { code: 'NOT_OFFERED', ...notOffered, coordinate: 'Channel.MINI_PROGRAM' },
      ],
    ]);
    const taken = await submit('420100', '420102');
    expect(taken.errors).toBeUndefined();
    expect(taken.data).toEqual({
      submitServiceRequest: { serviceRequest: { channel: 'MINI_PROGRAM' } },
    });
  });
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
