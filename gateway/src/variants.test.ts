/** Variants of the schema, of the net's own: what one leaves out does not exist for its callers, whatever they do. */
import type { SchemaVariant } from '@onenet/contract';
import {
  buildClientSchema,
  getIntrospectionQuery,
  isObjectType,
  validateSchema,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { someClient } from './callers/credentials.fixture.ts';
import { post, startSmallNet, type Answered, type SmallNet } from './small-net.fixture.ts';

const variants = ['PUBLIC', 'PARTNER', 'INTERNAL'] as const;
const clientOf = (variant: SchemaVariant) => variant.toLowerCase();
const scopes = ['members:read', 'organizations:read', 'requests:read', 'requests:write'];

let net: SmallNet;
const schemas = new Map<SchemaVariant, GraphQLSchema>();
beforeAll(async () => {
  net = await startSmallNet();
  const clients = variants.map((variant) => someClient({ id: clientOf(variant), variant, scopes }));
  net.tell({ clients });
  await vi.waitUntil(() => net.generations.current?.net.clients.length === 3, 20_000);
  for (const variant of variants) {
    const { body } = await ask(variant, getIntrospectionQuery());
    schemas.set(variant, buildClientSchema(body.data as unknown as IntrospectionQuery));
  }
});
afterAll(() => net[Symbol.asyncDispose]());

async function ask(variant: SchemaVariant, query: string, variables = {}): Promise<Answered> {
  const token = await net.issuer.token({ client: clientOf(variant), scope: scopes.join(' ') });
  return post(net, { query, variables }, { authorization: `Bearer ${token}` });
}

function has(variant: SchemaVariant, coordinate: string): boolean {
  const [typeName = '', name] = coordinate.split('.');
  const type = schemas.get(variant)?.getType(typeName);
  if (name === undefined || !type) return type !== undefined;
  if ('getFields' in type) return name in type.getFields();
  return 'getValue' in type && type.getValue(name) !== undefined;
}

test('each is a whole schema', () => {
  for (const schema of schemas.values()) expect(validateSchema(schema)).toEqual([]);
});

test('each has what the one before has, and more', () => {
  const fields = variants.map((variant) =>
    Object.values(schemas.get(variant)?.getTypeMap() ?? {})
      .filter((type) => isObjectType(type))
      .flatMap((type) => Object.keys(type.getFields()).map((name) => `${type.name}.${name}`)),
  );
  const [open = [], partner = [], internal = []] = fields;
  expect(open.filter((field) => !partner.includes(field))).toEqual([]);
  expect(partner.filter((field) => !internal.includes(field))).toEqual([]);
  expect(open.length).toBeLessThan(partner.length);
  expect(partner.length).toBeLessThan(internal.length);
});

test.each([
  ['what is shared without condition', 'Organization.name', 'PUBLIC PARTNER INTERNAL'],
  ['pages of it', 'OrganizationConnection.completeness', 'PUBLIC PARTNER INTERNAL'],
  ['what the province tells of the net', 'Query.platforms', 'PUBLIC PARTNER INTERNAL'],
  ['what owners may grant', 'Member.maskedName', 'PARTNER INTERNAL'],
  ['lists of it', 'Query.members', 'PARTNER INTERNAL'],
  ['lists of it at a record that is open', 'Organization.members', 'PARTNER INTERNAL'],
  ['its filters', 'MemberFilter', 'PARTNER INTERNAL'],
  ['its statuses', 'MemberStatus', 'PARTNER INTERNAL'],
  ['personal fields', 'Member.phone', 'PARTNER INTERNAL'],
  ['mutations', 'Mutation', 'PARTNER INTERNAL'],
  ['their inputs', 'RateServiceRequestInput', 'PARTNER INTERNAL'],
  ['what is shared with nobody', 'Member.checks', 'INTERNAL'],
  ['a record that is shared with nobody', 'Supervision', 'INTERNAL'],
  ['what is the province’s own business', 'Query.registryEvents', 'INTERNAL'],
  ['values of its enums', 'RegistryAction.PUBLISHED', 'INTERNAL'],
  ['mutations of the province', 'Mutation.startTransfer', 'INTERNAL'],
  ['what is published of platforms', 'RankingEdition.groups', 'INTERNAL'],
  ['what analytics tells of everybody’s use', 'Query.topOperations', 'INTERNAL'],
])('%s', (_name, coordinate, expected) => {
  expect(variants.filter((variant) => has(variant, coordinate)).join(' ')).toBe(expected);
});

describe('what a caller is not shown does not exist for it', () => {
  const message = async (query: string, variant: SchemaVariant = 'PUBLIC') => {
    const { body } = await ask(variant, query);
    expect(body).not.toHaveProperty('data');
    return body.errors?.map((error) => error.message).join('\n') ?? '';
  };

  test('a field, under its name or nearly', async () => {
    expect(await message('{ members { totalCount } }')).toBe(
      'Cannot query field "members" on type "Query".',
    );
    expect(await message('{ memberz { totalCount } }')).not.toMatch(/members/);
    expect(await message('{ registryEvent { nodes { id } } }', 'PARTNER')).not.toMatch(/Events/);
    expect(await message('{ organizations { edges { node { memberz } } } }')).not.toMatch(
      /members/,
    );
  });

  test('a type in a fragment, or as a variable', async () => {
    const fragment =
      '{ organizations { edges { node { ... on Record { ... on Member { id } } } } } }';
    expect(await message(fragment)).toContain('Unknown type "Member"');
    expect(await message('query ($f: MemberFilter) { __typename }')).toContain(
      'Unknown type "MemberFilter"',
    );
  });

  test('a mutation', async () => {
    const rate = 'mutation { rateServiceRequest(input: {}) { serviceRequest { id } } }';
    expect(await message(rate)).toBe('The schema has no mutation.');
  });

  test('the machinery of the net, for anybody', async () => {
    const entities = '{ _entities(representations: []) { __typename } }';
    for (const variant of variants)
      expect(await message(entities, variant)).toContain('"_entities"');
  });

  test('by introspection, in whatever form', async () => {
    const query = `query __schema($n: String!) {
      hidden: __type(name: "Member") { name }
      ... on Query { shown: __type(name: $n) { fields { name } } ...S }
      code: platforms { code }
    }
    fragment S on Query { __schema { mutationType { name } queryType { fields { name } } } }`;
    const { body } = await ask('PUBLIC', query, { n: 'Organization' });
    expect(body.errors).toBeUndefined();
    expect(body.data).toMatchObject({
      hidden: null,
      shown: { fields: expect.arrayContaining([{ name: 'name' }]) },
      code: [{ code: '420100' }],
      __schema: { mutationType: null },
    });
    expect(Object.keys(body.data ?? {})).toEqual(['hidden', 'shown', '__schema', 'code']);
    expect(JSON.stringify(body.data)).not.toContain('members');
  });
});
