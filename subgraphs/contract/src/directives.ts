/** Look-ups for what the net's directives say: who is asked, in which order, by whom. */
import {
  getDirectiveValues,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  type GraphQLDirective,
  type GraphQLEnumValue,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { isActorKind, type ActorKind } from './caller.ts';
import type { Direction } from './order.ts';
import { contractSchema } from './schema.ts';

/** `@route`: where in the arguments the one owner is named, and how. */
export interface RouteRule {
  /** From the arguments, e.g. `['input', 'platform']`. */
  readonly path: readonly string[];
  /** A record's id, or a platform's code. */
  readonly names: 'ID' | 'PLATFORM';
}

/** `@gather`: a list over every owner in scope. */
export interface GatherRule {
  /** The order enum and its default value. */
  readonly orderEnum: string;
  readonly order: string;
  readonly direction: Direction;
  /** Paths into the arguments that narrow who is in scope, e.g. `['filter', 'place']`. */
  readonly place: readonly string[] | undefined;
  readonly platforms: readonly string[] | undefined;
  readonly connectionType: string;
  readonly edgeType: string;
  readonly nodeType: string;
}

const orderKeys = ['STRING', 'TIME', 'INT'] as const;

/** `@order`: what an order value sorts by. */
export interface OrderRule {
  /** From the node, e.g. `['submittedAt']`: never null. */
  readonly path: readonly string[];
  readonly key: (typeof orderKeys)[number];
  /** The argument without which the order is refused. */
  readonly needs: string | undefined;
}

/** The rule of a field with `@route`. */
export function routeOf(
  typeName: string,
  fieldName: string,
  schema: GraphQLSchema = contractSchema(),
): RouteRule | undefined {
  const route = applied(schema, 'route', fieldOf(schema, typeName, fieldName));
  if (!route) return undefined;
  const path = String(route['by']).split('.');
  return { path, names: path.at(-1) === 'platform' ? 'PLATFORM' : 'ID' };
}

/** The rule of a field with `@gather`. */
export function gatherOf(
  typeName: string,
  fieldName: string,
  schema: GraphQLSchema = contractSchema(),
): GatherRule | undefined {
  const field = fieldOf(schema, typeName, fieldName);
  const gather = applied(schema, 'gather', field);
  if (!field || !gather) return undefined;
  const connection = getNamedType(field.type);
  const edge = memberType(connection, 'edges');
  const node = memberType(edge, 'node');
  const orderBy = field.args.find((argument) => argument.name === 'orderBy');
  const orderEnum = memberType(orderBy && getNamedType(orderBy.type), 'field');
  if (!edge || !node || !orderEnum) {
    throw new Error(`${typeName}.${fieldName} is gathered, but is no connection with an order.`);
  }
  return {
    orderEnum: orderEnum.name,
    order: String(gather['order']),
    direction: gather['direction'] === 'DESC' ? 'DESC' : 'ASC',
    place: pathOf(gather['place']),
    platforms: pathOf(gather['platforms']),
    connectionType: connection.name,
    edgeType: edge.name,
    nodeType: node.name,
  };
}

/** The rule of a value of an order enum. */
export function orderOf(
  enumName: string,
  value: string,
  schema: GraphQLSchema = contractSchema(),
): OrderRule | undefined {
  const type = schema.getType(enumName);
  const order = applied(schema, 'order', isEnumType(type) ? type.getValue(value) : undefined);
  if (!order) return undefined;
  const key = orderKeys.find((known) => known === order['key']);
  const needs = order['needs'];
  return (
    key && {
      path: String(order['by']).split('.'),
      key,
      needs: typeof needs === 'string' ? needs : undefined,
    }
  );
}

/** Who may call a mutation; undefined when it does not say. */
export function actorsOf(
  fieldName: string,
  schema: GraphQLSchema = contractSchema(),
): readonly ActorKind[] | undefined {
  const actors = applied(schema, 'actors', fieldOf(schema, 'Mutation', fieldName));
  const kinds = actors?.['kinds'];
  return Array.isArray(kinds) ? kinds.filter(isActorKind) : undefined;
}

/** Whether a mutation is for the owner's own front end alone. */
export function isLocal(fieldName: string, schema: GraphQLSchema = contractSchema()): boolean {
  return applied(schema, 'actors', fieldOf(schema, 'Mutation', fieldName))?.['local'] === true;
}

/** `@step`: what a mutation does in a record's life cycle. */
export interface StepRule {
  /** The record's type. */
  readonly of: string;
  /** The statuses in which it is allowed; empty: it makes the record. */
  readonly from: readonly string[];
  /** The status that it leads to; null: it stays. */
  readonly to: string | null;
}

/** The step that a mutation is; undefined when it is none. */
export function stepOf(
  fieldName: string,
  schema: GraphQLSchema = contractSchema(),
): StepRule | undefined {
  const step = applied(schema, 'step', fieldOf(schema, 'Mutation', fieldName));
  if (!step) return undefined;
  const { of, from, to } = step;
  return {
    of: String(of),
    from: Array.isArray(from) ? from.map(String) : [],
    to: typeof to === 'string' ? to : null,
  };
}

/** The mutations that a record of a type allows in a status, in the contract's order. */
export function stepsFrom(
  of: string,
  status: string,
  schema: GraphQLSchema = contractSchema(),
): readonly string[] {
  return Object.keys(schema.getMutationType()?.getFields() ?? {}).filter((name) => {
    const step = stepOf(name, schema);
    return step?.of === of && step.from.includes(status);
  });
}

/** Whether the net fills a field, so that no platform is asked for it. */
export function isNetField(
  typeName: string,
  fieldName: string,
  schema: GraphQLSchema = contractSchema(),
): boolean {
  const type = schema.getType(typeName);
  return (
    applied(schema, 'net', fieldOf(schema, typeName, fieldName)) !== undefined ||
    applied(schema, 'net', type) !== undefined
  );
}

/** A field of an object or interface type. */
function fieldOf(
  schema: GraphQLSchema,
  typeName: string,
  fieldName: string,
): GraphQLField<unknown, unknown> | undefined {
  const type = schema.getType(typeName);
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName] : undefined;
}

type Annotated = GraphQLField<unknown, unknown> | GraphQLEnumValue | GraphQLNamedType;

function applied(
  schema: GraphQLSchema,
  name: string,
  element: Annotated | null | undefined,
): DirectiveValues {
  const directive = schema.getDirective(name);
  if (!directive || !element?.astNode) return undefined;
  const known = read.get(directive) ?? new WeakMap<object, DirectiveValues>();
  read.set(directive, known);
  const { astNode } = element;
  // Every call and every step of an audit asks again for what never changes.
  if (!known.has(astNode)) known.set(astNode, getDirectiveValues(directive, astNode));
  return known.get(astNode);
}

type DirectiveValues = Readonly<Record<string, unknown>> | undefined;

/** By directive and place, what was read. */
const read = new WeakMap<GraphQLDirective, WeakMap<object, DirectiveValues>>();

function memberType(
  type: GraphQLNamedType | undefined,
  fieldName: string,
): GraphQLNamedType | undefined {
  if (!isObjectType(type) && !isInputObjectType(type)) return undefined;
  const field = type.getFields()[fieldName];
  return field && getNamedType(field.type);
}

function pathOf(value: unknown): readonly string[] | undefined {
  return typeof value === 'string' ? value.split('.') : undefined;
}
