/** Every query that the contract has of one platform: each list in each order, bare and under each filter, and each look-up. */
import { contractSchema, gatherOf, isNetField, orderOf, routeOf } from '@onenet/contract';
import type { PlatformDefinition } from '@onenet/platforms';
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLObjectType,
} from 'graphql';

/** One operation; of a list, `$total` decides about `totalCount`. */
export interface Operation {
  readonly name: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly isList: boolean;
}

/** A record of a list, as it was answered. */
export type Sample = Readonly<Record<string, unknown>>;

type Ask = (query: string, variables?: object) => Promise<Readonly<Record<string, unknown>>>;

/** Those of the modules that the platform offers, with values of records that it has. */
export async function operationsOf(
  definition: PlatformDefinition,
  offers: (field: string) => boolean,
  ask: Ask,
): Promise<Operation[]> {
  const operations: Operation[] = [];
  for (const field of Object.values(contractSchema().getQueryType()?.getFields() ?? {})) {
    if (!gatherOf('Query', field.name) || !offers(field.name)) continue;
    const node = nodeOf(field);
    const fields = plainFields(node);
    const first = await ask(
      `query { list: ${field.name}(first: 50) { edges { node { ${fields} } } } }`,
    );
    const { edges } = first['list'] as { edges: { node: Sample }[] };
    const sample = edges.at(-1)?.node;
    const list = { field, fields, position: definition.position };
    for (const order of ordersOf(field)) {
      operations.push(listOperation(list, order, 'all', {}));
      for (const [name, filter] of filtersOf(field, definition, sample)) {
        operations.push(listOperation(list, order, name, filter));
      }
    }
    const lookUp = lookUpOf(node.name);
    if (lookUp !== undefined && sample) {
      operations.push({
        name: lookUp,
        query: `query ($id: ID!) { ${lookUp}(id: $id) { ${fields} } }`,
        variables: { id: sample['id'] },
        isList: false,
      });
    }
  }
  return operations;
}

interface List {
  readonly field: GraphQLField<unknown, unknown>;
  readonly fields: string;
  readonly position: PlatformDefinition['position'];
}

function listOperation(
  { field, fields, position }: List,
  { needs, ...orderBy }: Order,
  filterName: string,
  filter: object,
): Operation {
  const typed = (name: string) =>
    `$${name}: ${String(field.args.find((arg) => arg.name === name)?.type)}`;
  // An order by distance needs a point.
  const given = needs === undefined ? {} : { [needs]: position };
  const names = ['filter', 'orderBy', ...Object.keys(given)];
  const query = `query (${names.map(typed).join(', ')}, $total: Boolean!) {
    list: ${field.name}(${names.map((name) => `${name}: $${name}`).join(', ')}) {
      totalCount @include(if: $total) pageInfo { hasNextPage endCursor } edges { cursor node { ${fields} } } } }`;
  const order = `${orderBy.field} ${orderBy.direction}`;
  return {
    name: `${field.name} ${order} ${filterName}`,
    query,
    variables: { filter, orderBy, ...given },
    isList: true,
  };
}

function nodeOf({ name }: GraphQLField<unknown, unknown>): GraphQLObjectType {
  const type = contractSchema().getType(gatherOf('Query', name)?.nodeType ?? '');
  if (!isObjectType(type)) throw new Error(`${name} is no list of the contract.`);
  return type;
}

/** The fields of a record that need neither a scope nor an argument. */
function plainFields(type: GraphQLObjectType): string {
  return Object.values(type.getFields())
    .filter(
      ({ name, type: of, args, astNode }) =>
        isLeafType(getNamedType(of)) &&
        // Drawn for each answer, not read.
        name !== 'svg' &&
        args.length === 0 &&
        !isNetField(type.name, name) &&
        !astNode?.directives?.some((each) => each.name.value === 'requiresScopes'),
    )
    .map(({ name }) => name)
    .join(' ');
}

interface Order {
  readonly field: string;
  readonly direction: string;
  /** The argument without which there is no such order. */
  readonly needs: string | undefined;
}

/** Both directions of the default order, the default direction of the others. */
function ordersOf(field: GraphQLField<unknown, unknown>): Order[] {
  const rule = gatherOf('Query', field.name);
  const type = rule && contractSchema().getType(rule.orderEnum);
  if (!rule || !isEnumType(type)) return [];
  return type.getValues().flatMap(({ name }) => {
    const order = orderOf(rule.orderEnum, name);
    const direction = order?.key === 'TIME' ? 'DESC' : 'ASC';
    const directions = name === rule.order ? ['ASC', 'DESC'] : [direction];
    return directions.map((each) => ({ field: name, direction: each, needs: order?.needs }));
  });
}

/** Each field of the filter alone, with the value of a record that there is. */
function filtersOf(
  field: GraphQLField<unknown, unknown>,
  { code, serves }: PlatformDefinition,
  sample: Sample | undefined,
): [string, object][] {
  const type = field.args.find(({ name }) => name === 'filter')?.type;
  const input = type && getNamedType(type);
  if (!isInputObjectType(input)) return [];
  const [seat = ''] = serves;
  const own = sample?.['placeCode'];
  const place = typeof own === 'string' ? own : seat;
  return Object.values(input.getFields()).flatMap((each): [string, object][] => {
    const { name } = each;
    if (name === 'platforms') return [[name, { platforms: [code] }]];
    if (name === 'place') {
      // A county, and a community where records lie in one.
      const places = new Set([place.slice(0, 6), place]);
      return [...places].map((at): [string, object] => [`place ${at.length}`, { place: at }]);
    }
    const value = valueOf(each, sample);
    return value === undefined ? [] : [[name, { [name]: value }]];
  });
}

function valueOf({ name, type }: GraphQLInputField, sample: Sample | undefined): unknown {
  const list = isListType(getNullableType(type));
  const of = getNamedType(type);
  const own = sample?.[name] ?? sample?.[singular(name)];
  if (isEnumType(of)) {
    const value = own ?? of.getValues()[0]?.name;
    return list ? [value].flat() : value;
  }
  if (of.name === 'Boolean') return true;
  if (of.name === 'Int') return 1;
  if (of.name === 'DateTime') return '2016-06-01T00:00:00+08:00';
  if (name.endsWith('Contains')) {
    const text = sample?.[name.slice(0, -'Contains'.length)];
    return typeof text === 'string' ? Array.from(text).slice(0, 2).join('') : undefined;
  }
  if (own === undefined || own === null) return undefined;
  return list ? [own].flat() : own;
}

/** `statuses` → `status`, `categories` → `category`, `kinds` → `kind`. */
function singular(name: string): string {
  if (name.endsWith('ies')) return `${name.slice(0, -3)}y`;
  if (name.endsWith('uses')) return name.slice(0, -2);
  return name.replace(/s$/, '');
}

/** The root field that gives one record of a type. */
function lookUpOf(typeName: string): string | undefined {
  const fields = Object.values(contractSchema().getQueryType()?.getFields() ?? {});
  return fields.find(
    ({ name, type }) =>
      getNamedType(type).name === typeName && routeOf('Query', name) !== undefined,
  )?.name;
}
