/** Entities: one round trip for all of a type, null for what is not there, lists inside them without one query each. */
import { localCaller } from '@onenet/contract';
import { execute, parse } from 'graphql';
import { MongoClient, type CommandStartedEvent } from 'mongodb';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Loaders } from './loaders.ts';
import { platformSchema } from './schema.ts';
import { testPlatform, type TestPlatform } from './test-platform.ts';
import { testRecords } from './test-records.ts';

let net: TestPlatform;
let client: MongoClient;
const commands: string[] = [];

beforeAll(async () => {
  net = await testPlatform({ records: testRecords(150) });
  client = new MongoClient(inject('mongodbUri'), { monitorCommands: true });
  client.on('commandStarted', ({ commandName, command }: CommandStartedEvent) => {
    commands.push(`${commandName} ${String(command[commandName])}`);
  });
});
afterAll(async () => {
  await client.close();
  await net[Symbol.asyncDispose]();
});

/** Runs a query with every command counted. */
async function counted(source: string) {
  const db = client.db(net.platform.db.databaseName);
  await db.command({ ping: 1 });
  commands.length = 0;
  const answer = await execute({
    schema: platformSchema(net.platform.definition.modules),
    document: parse(source),
    contextValue: {
      platform: { ...net.platform, client, db },
      caller: localCaller,
      actor: undefined,
      now: new Date(),
      loaders: new Loaders(db),
    },
  });
  expect(answer.errors).toBeUndefined();
  return { data: answer.data as Readonly<Record<string, unknown>>, commands: [...commands] };
}

test('150 entities of each of three types are three round trips', async () => {
  const ids = Array.from({ length: 150 }, (_, index) => index);
  const representations = ids.flatMap((index) => [
    `{ __typename: "Organization", id: "420100:o-${index}" }`,
    `{ __typename: "ServiceRequest", id: "420100:r-${index}" }`,
    `{ __typename: "Station", id: "420100:s-${index}" }`,
  ]);
  const { data, commands: sent } = await counted(`{
    _entities(representations: [${representations.join(' ')}]) {
      ... on Organization { id name } ... on ServiceRequest { id title } ... on Station { id name }
    }
  }`);
  expect(sent.toSorted()).toEqual(['find organizations', 'find service_requests', 'find stations']);
  const entities = data['_entities'] as { id: string }[];
  expect(entities).toHaveLength(450);
  expect(entities.map(({ id }) => id).slice(0, 3)).toEqual([
    '420100:o-0',
    '420100:r-0',
    '420100:s-0',
  ]);
});

test('unknown, foreign and malformed ids are null in their places', async () => {
  const { data } = await counted(`{
    _entities(representations: [
      { __typename: "Organization", id: "420100:o-1" }
      { __typename: "Organization", id: "420100:none" }
      { __typename: "Organization", id: "420500:o-1" }
      { __typename: "Organization", id: "no colon" }
      { __typename: "Platform", code: "420500" }
      { __typename: "Platform", code: "420100" }
      { __typename: "Division", code: "999999" }
      { __typename: "Division", code: "420102" }
    ]) { __typename ... on Organization { id } ... on Platform { code } ... on Division { code } }
  }`);
  expect(data['_entities']).toEqual([
    { __typename: 'Organization', id: '420100:o-1' },
    null,
    null,
    null,
    null,
    { __typename: 'Platform', code: '420100' },
    null,
    { __typename: 'Division', code: '420102' },
  ]);
});

test('lists and counts inside organizations are one round trip each', async () => {
  const { data, commands: sent } = await counted(`{
    organizations(first: 50, orderBy: { field: NAME, direction: DESC }) { edges { node {
      id
      stations(first: 2) { totalCount edges { node { organizationId } } }
      members(last: 3) { totalCount edges { node { organizationId } } }
      serviceRequests(first: 2, filter: { statuses: [RESOLVED] }) { edges { node { organizationId } } }
    } } }
  }`);
  // A database-wide aggregate is one $lookup of the rows of all 50.
  expect(sent.toSorted()).toEqual([
    'aggregate 1',
    'aggregate 1',
    'aggregate 1',
    'aggregate members',
    'aggregate stations',
    'find organizations',
  ]);
  const edges = (data['organizations'] as { edges: { node: Nested }[] }).edges;
  const first = edges.find(({ node }) => node.id === '420100:o-2');
  expect(first?.node.stations.totalCount).toBe(50);
  expect(first?.node.stations.edges).toHaveLength(2);
  // Every fifth is a tombstone.
  expect(first?.node.members.totalCount).toBe(40);
  for (const { node } of edges) {
    for (const list of [node.stations, node.members, node.serviceRequests]) {
      expect(list.edges.every((edge) => edge.node.organizationId === node.id)).toBe(true);
    }
  }
});

interface Nested {
  readonly id: string;
  readonly stations: List;
  readonly members: List;
  readonly serviceRequests: List;
}

interface List {
  readonly totalCount: number;
  readonly edges: readonly { readonly node: { readonly organizationId: string } }[];
}

test('a history is read for all requests at once, and only when selected', async () => {
  const plain = await counted('{ serviceRequests(first: 50) { edges { node { id title } } } }');
  expect(plain.commands).toEqual(['find service_requests']);
  const whole = await counted(
    '{ serviceRequests(first: 50) { edges { node { id history { __typename at } } } } }',
  );
  expect(whole.commands).toEqual(['find service_requests', 'find service_requests']);
});

test('comments inside articles are one round trip, as are their counts', async () => {
  const { data, commands: sent } = await counted(
    '{ articles(first: 50) { edges { node { comments(first: 1) { totalCount edges { node { text } } } } } } }',
  );
  expect(sent.toSorted()).toEqual(['aggregate 1', 'aggregate comments', 'find articles']);
  const { edges } = data['articles'] as { edges: { node: unknown }[] };
  expect(edges).toHaveLength(50);
  expect(edges.at(-1)?.node).toEqual({
    comments: { totalCount: 2, edges: [{ node: { text: '好' } }] },
  });
});

test('a count is only made when selected, and rows are only read when selected', async () => {
  expect((await counted('{ members { totalCount } }')).commands).toEqual(['count members']);
});
