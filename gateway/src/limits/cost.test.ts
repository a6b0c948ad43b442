/** What operations cost: by page sizes, by what is given in variables, and by how many owners are asked. */
import { contractSchema, type NetOwner, type NetSnapshot } from '@onenet/contract';
import { composeSupergraph, netSubgraphs } from '@onenet/province';
import { buildASTSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { chooseOperation } from '../document.ts';
import { readSupergraph } from '../supergraph.ts';
import { checkCost, compileCost } from './cost.ts';

const { document: supergraph, costs } = readSupergraph(composeSupergraph(netSubgraphs()));
const schema = buildASTSchema(supergraph, { assumeValid: true });

function owner(code: string, serves: string): NetOwner {
  return {
    code,
    name: code,
    nameEn: code,
    kind: 'CITY',
    parent: null,
    connection: 'CONNECTED',
    graphqlUrl: 'http://127.0.0.1:1/graphql',
    eventsUrl: 'http://127.0.0.1:1/events',
    addresses: 'ANY',
    serves: [serves],
    modules: ['core', 'organizations', 'requests', 'members'],
    contractVersion: '1.2',
    version: 1,
    lacks: [],
    additions: [],
    scope: { above: [] },
  };
}

const net: NetSnapshot = {
  version: 1,
  revision: 1,
  contractVersion: '1.2',
  supergraph: '',
  services: { province: '', analytics: '' },
  owners: [owner('420100', '420100'), owner('420500', '420500'), owner('420581', '420581')],
  clients: [],
  grants: [],
};

function costOf(query: string, variables: Readonly<Record<string, unknown>> = {}): number {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  return compileCost(schema, costs, document, chooseOperation(document, null))(variables, net);
}

const rows = '{ edges { node { title } } }';

test('a gathered list costs a page of every owner in scope', () => {
  // Each owner: the connection, and so many edges with a node each.
  expect(costOf(`{ serviceRequests(first: 10) ${rows} }`)).toBe(3 * (1 + 10 * 2));
  expect(costOf(`{ serviceRequests(last: 10) ${rows} }`)).toBe(3 * (1 + 10 * 2));
  expect(costOf(`{ serviceRequests ${rows} }`)).toBe(3 * (1 + 20 * 2));
  expect(costOf('{ serviceRequests(first: 100) { totalCount } }')).toBe(3);
});

test('fewer places, fewer owners', () => {
  const query = `query ($place: ID, $of: [ID!]) {
    serviceRequests(first: 10, filter: { place: $place, platforms: $of }) ${rows}
  }`;
  expect(costOf(query)).toBe(63);
  expect(costOf(query, { place: '420500' })).toBe(2 * 21);
  expect(costOf(query, { place: '420581' })).toBe(2 * 21);
  expect(costOf(query, { of: ['420100'] })).toBe(21);
  expect(costOf(query, { of: [] })).toBe(0);
  const filter =
    'query ($f: ServiceRequestFilter) { serviceRequests(first: 10, filter: $f) { edges { node { id } } } }';
  expect(costOf(filter, { f: { platforms: ['420100'] } })).toBe(21);
  expect(costOf(`{ division(code: "420100") { serviceRequests(first: 10) ${rows} } }`)).toBe(
    1 + 21,
  );
});

test('page sizes come from variables and their defaults; one that is no size counts as the largest assumption', () => {
  const query = `query ($n: Int = 5) { serviceRequests(first: $n, filter: {platforms: ["420100"]}) ${rows} }`;
  expect(costOf(query)).toBe(11);
  expect(costOf(query, { n: 7 })).toBe(15);
  expect(costOf(query, { n: 'x' })).toBe(41);
  expect(costOf(query, { n: -1 })).toBe(41);
  expect(costOf(query, { n: 1e9 })).toBe(2001);
});

test('what is looked up for a merged page costs once a row, not once an owner', () => {
  const plain = costOf(`{ serviceRequests(first: 10) ${rows} }`);
  const placed = costOf(
    '{ serviceRequests(first: 10) { edges { node { title place { name } } } } }',
  );
  expect(placed - plain).toBe(10);
});

test('fragments and aliases cost as often as they are spread', () => {
  const query = `{ a: serviceRequest(id: "x:1") { ...F } b: serviceRequest(id: "x:2") { ...F } }
    fragment F on ServiceRequest { history { at } }`;
  // Two records with a short list each.
  expect(costOf(query)).toBe(2 * (1 + 10));
});

test('a mutation costs 10, and a name alone nothing', () => {
  expect(
    costOf(
      'mutation { remindServiceRequest(input: {id: "x:1", idempotencyKey: "k-1234567890"}) { serviceRequest { id } } }',
    ),
  ).toBe(11);
  expect(costOf('{ __typename }')).toBe(0);
});

test('a list of the province costs what is asked of it, or what it gives by itself', () => {
  expect(costOf('{ divisions(first: 7) { name } }')).toBe(7);
  expect(costOf('{ divisions { name } }')).toBe(50);
});

test('every page of the contract, and every mutation, has its cost in the supergraph', () => {
  const pages = [...costs.sizes].filter(([, { sizedFields }]) => sizedFields.includes('edges'));
  expect(pages.length).toBeGreaterThan(20);
  const mutations = Object.keys(contractSchema().getMutationType()?.getFields() ?? {});
  expect(mutations.map((name) => costs.weights.get(`Mutation.${name}`))).toEqual(
    mutations.map(() => 10),
  );
});

test('what is over the limit is refused, with the estimate and the limit', () => {
  expect(() => checkCost(10, 10)).not.toThrow();
  expect(() => checkCost(11, 10)).toThrow(
    expect.objectContaining({ code: 'TOO_COSTLY', details: { estimate: 11, limit: 10 } }),
  );
});
