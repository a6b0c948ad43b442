/** What Jingmen adds to the contract, its card programme, through the whole net: asked of Jingmen only, and costing nothing else when it is down. */
import { databaseName, startPlatforms } from '@onenet/platform';
import type { Platforms } from '@onenet/platform';
import { platformByCode, referenceRecords } from '@onenet/platforms';
import type { ReferenceRecord } from '@onenet/platforms';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startSmallNet } from './fixtures/small-net.ts';
import type { Answer, SmallNet } from './fixtures/small-net.ts';

const codes = ['420100', '420800', '421300'];
const adding = '420800';
const mongodbUri = inject('mongodbUri');
const now = new Date('2026-11-24T08:00:00Z');

let net: SmallNet;
let jingmen: Platforms;
let client: MongoClient;

beforeAll(async () => {
  client = await MongoClient.connect(mongodbUri);
  const records = codes.flatMap(fewRecords);
  net = await startSmallNet({ mongodbUri, codes, elsewhere: [adding], records });
  jingmen = await startPlatforms({
    mongodbUri,
    codes: [adding],
    basePort: 0,
    databasePrefix: net.databasePrefix,
    trust: net.trust,
    scale: null,
    records: () => records.filter(({ platformCode }) => platformCode === adding),
  });
  await net.province.setPlatformUrl(adding, jingmen.urls[adding] ?? '');
  // The gateway follows the province: from then on it asks the new address.
  for (;;) {
    const answer = await net.ask('{ p420800CardProgrammes { id } }');
    if (answer.data?.['p420800CardProgrammes']) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});

afterAll(async () => {
  await jingmen?.stop();
  await net?.[Symbol.asyncDispose]();
  await client?.close();
});

/** The union tree, and the first members. */
function fewRecords(code: string): ReferenceRecord[] {
  const platform = platformByCode(code);
  if (!platform) throw new Error(`There is no ${code}.`);
  const records = [...referenceRecords(platform, { scale: 0.001, now })];
  const members = records.filter(({ type }) => type === 'Member').slice(0, 10);
  return [...records.filter(({ type }) => type === 'Organization'), ...members];
}

/** How many requests a platform has answered, as its access record says. */
function calls(code: string): Promise<number> {
  const db = client.db(databaseName(code, net.databasePrefix));
  return db.collection('access_record').countDocuments();
}

/** What an operation asked of each platform. */
async function asked(operation: () => Promise<Answer>): Promise<[Answer, Record<string, number>]> {
  const before = await Promise.all(codes.map(calls));
  const answer = await operation();
  const after = await Promise.all(codes.map(calls));
  const pairs = codes.map((code, i) => [code, (after[i] ?? 0) - (before[i] ?? 0)] as const);
  return [answer, Object.fromEntries(pairs)];
}

const whole = ({ data, errors }: Answer): unknown => {
  expect(errors).toBeUndefined();
  return data;
};

test('the programme, and the union that runs it', async () => {
  const [answer, calling] = await asked(() =>
    net.ask(
      '{ p420800CardProgrammes { id issuedCount usedShare functions organization { name place { name } } } }',
    ),
  );
  expect(whole(answer)).toEqual({
    p420800CardProgrammes: [
      {
        id: '420800:programme-five-in-one',
        issuedCount: expect.any(Number) as number,
        usedShare: expect.closeTo(0.66, 1) as number,
        functions: ['MEMBERSHIP', 'PAYMENT', 'DISCOUNT', 'INSURANCE', 'ASSISTANCE'],
        organization: { name: '荆门市总工会', place: { name: '荆门市' } },
      },
    ],
  });
  // The programme, then its organization.
  expect(calling).toEqual({ '420100': 0, '420800': 2, '421300': 0 });
});

interface Members {
  readonly members: {
    readonly edges: readonly {
      readonly node: {
        readonly id: string;
        readonly p420800Card: Readonly<Record<string, unknown>> | null;
      };
    }[];
  };
}

const members = `{ members(first: 100) { edges { node {
  id p420800Card { maskedNumber programme { name } member { id } } } } } }`;

test('of members of several platforms, Jingmen alone is asked for cards, of its own members', async () => {
  const [answer, calling] = await asked(() => net.ask(members));
  const { edges } = (whole(answer) as Members).members;
  const platforms = new Set(edges.map(({ node }) => node.id.split(':')[0]));
  expect(platforms).toEqual(new Set(codes));
  for (const { node } of edges) {
    if (!node.id.startsWith('420800:')) expect(node.p420800Card).toBeNull();
    else if (node.p420800Card) {
      expect(node.p420800Card).toEqual({
        maskedNumber: expect.stringMatching(/^\*{12}\d{4}$/) as string,
        programme: { name: '“五合一”卡（演示）' },
        member: { id: node.id },
      });
    }
  }
  expect(edges.some(({ node }) => node.p420800Card)).toBe(true);
  expect(calling['420100']).toBe(1);
  expect(calling['421300']).toBe(1);
  expect(calling['420800']).toBeGreaterThan(1);
});

test('a card’s number needs the scope that a member’s name needs', async () => {
  const id = '420800:mem-stock-1';
  const answer = await net.ask(
    'query ($id: ID!) { member(id: $id) { p420800Card { id number } } }',
    {
      id,
    },
  );
  expect(answer.data).toEqual({
    member: { p420800Card: { id: '420800:card-mem-stock-1', number: null } },
  });
  expect(answer.errors?.map(({ path, extensions }) => [path, extensions])).toEqual([
    [
      ['member', 'p420800Card', 'number'],
      expect.objectContaining({ code: 'SCOPE_REQUIRED', coordinate: 'P420800_Card.number' }),
    ],
  ]);
});

test('a use is recorded at Jingmen, once, and not without an actor', async () => {
  const use = `mutation ($key: ID!) {
    p420800RecordCardUse(input: {
      cardId: "420800:card-mem-stock-1", idempotencyKey: $key, function: DISCOUNT, discountFen: 300
    }) { card { usesCount member { id } } } }`;
  const record = (key: string, actor?: string): Promise<Answer> =>
    net.ask(use, { key }, actor === undefined ? {} : { 'onenet-actor': actor });
  const [first, calling] = await asked(() => record('k1', 'system:till-3'));
  expect(whole(first)).toMatchObject({
    p420800RecordCardUse: { card: { member: { id: '420800:mem-stock-1' } } },
  });
  expect(calling).toMatchObject({ '420100': 0, '421300': 0 });
  expect(whole(await record('k1', 'system:till-3'))).toEqual(first.data);
  const codesOf = ({ errors }: Answer): unknown =>
    errors?.map(({ extensions }) => extensions?.['code']);
  expect(codesOf(await record('k2'))).toEqual(['ACTOR_REQUIRED']);
  expect(codesOf(await record('k2', 'worker:w-1'))).toEqual(['ACTOR_NOT_ALLOWED']);
});

test('Jingmen down: its fields are null with its name, the others’ lists are whole', async () => {
  await jingmen.stop();
  const answer = await net.ask(
    `{ p420800CardProgrammes { id }
       organizations(first: 5, filter: { platforms: ["420100"] }) { edges { node { id p420800CardCount } } }
       members(first: 100) { edges { node { id p420800Card { id } } } completeness { missing { platform } } } }`,
  );
  expect(answer.data).toMatchObject({
    p420800CardProgrammes: null,
    members: { completeness: { missing: [{ platform: '420800' }] } },
  });
  const { edges } = (answer.data as unknown as Members).members;
  expect(edges.length).toBe(20);
  expect(answer.errors?.map(({ path, extensions }) => [path, extensions])).toEqual([
    [
      ['p420800CardProgrammes'],
      expect.objectContaining({ code: 'OWNER_FAILED', platform: '420800', reason: 'UNREACHABLE' }),
    ],
  ]);
});
