/** How long a list is taken to be, and how many owners make it: what a request puts into its estimate. */
import { contractSchema, fieldModule, gatherOf, type NetSnapshot } from '@onenet/contract';
import {
  Kind,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  valueFromASTUntyped,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type ValueNode,
} from 'graphql';
import { netOf } from '../owners/scope.ts';
import type { ListSize } from './cost-rules.ts';

/** What a request puts in. */
export interface Given {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly net: NetSnapshot;
}

/** What stands around a field says of its size and of who makes it. */
export interface Around {
  /** `@listSize` of the field around it, which sizes some of its fields, and that field. */
  readonly sized?: ListSize;
  readonly args?: FieldNode;
  /** The code of the division whose list it is, where it stands in the operation. */
  readonly place?: ValueNode | undefined;
}

/** How many items a list is taken to have of which nothing is said. */
const plainListItems = 10;
/** A larger page is none, and refused where it is asked. */
const mostItems = 1000;

/** The length of a list, as `@listSize` and the arguments say. */
export function sizeOf(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  own: ListSize | undefined,
  { sized, args }: Around,
): number | ((given: Given) => number) {
  const isSized = sized?.sizedFields.includes(field.name) === true;
  const rule = isSized ? sized : (own ?? byFirst(field));
  const from = isSized ? args : node;
  if (!rule || !from) return plainListItems;
  const slices = rule.slicingArguments.flatMap((argument) => argumentOf(from, argument) ?? []);
  const sizeBy = (variables: Given['variables']): number => {
    const sizes = slices
      .map((value) => read(value, variables))
      .filter((size) => typeof size === 'number' && size > 0)
      .map(Number);
    if (sizes.length === 0) return rule.assumedSize ?? plainListItems;
    return Math.min(mostItems, Math.max(...sizes));
  };
  const isGiven = slices.some(({ kind }) => kind === Kind.VARIABLE);
  return isGiven ? ({ variables }) => sizeBy(variables) : sizeBy({});
}

/** A list by `first` alone, such as the province's divisions. */
function byFirst({ args }: GraphQLField<unknown, unknown>): ListSize | undefined {
  const first = args.find(({ name }) => name === 'first');
  if (!first) return undefined;
  const { defaultValue } = first;
  const assumedSize = typeof defaultValue === 'number' ? defaultValue : plainListItems;
  return { assumedSize, slicingArguments: ['first'], sizedFields: [] };
}

/**
 * Who makes what stands under a field: whoever made the row (`same`), one look-up for a merged row
 * (`row`), or so many owners, each a whole page.
 */
export function makersOf(
  parent: GraphQLNamedType,
  name: string,
  node: FieldNode,
  { place: around }: Around,
): 'same' | 'row' | ((given: Given) => number) {
  if (!isOfContract(parent.name, name)) return parent.name === 'Query' ? 'same' : 'row';
  const rule = gatherOf(parent.name, name);
  if (!rule || parent.name === 'Platform') return 'same';
  const wanted = { module: fieldModule(parent.name, name), coordinate: `${parent.name}.${name}` };
  return ({ variables, net }) => {
    const argument = ([first = '', ...rest]: readonly string[] = []): unknown =>
      rest.reduce(memberOf, read(argumentOf(node, first), variables));
    const places = [read(around, variables), argument(rule.place)].filter(
      (place) => typeof place === 'string',
    );
    const { asked } = netOf(net).scope(places, wanted);
    const platforms = argument(rule.platforms);
    return Array.isArray(platforms)
      ? asked.filter(({ code }) => platforms.includes(code)).length
      : asked.length;
  };
}

function isOfContract(typeName: string, fieldName: string): boolean {
  const type = contractSchema().getType(typeName);
  return (
    (isObjectType(type) || isInterfaceType(type)) && Object.hasOwn(type.getFields(), fieldName)
  );
}

/** The value of a field's argument, as it stands in the text. */
export function argumentOf(node: FieldNode, name: string): ValueNode | undefined {
  return node.arguments?.find((argument) => argument.name.value === name)?.value;
}

export function isList({ type }: GraphQLField<unknown, unknown>): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}

function read(value: ValueNode | undefined, variables: Given['variables']): unknown {
  return value && valueFromASTUntyped(value, { ...variables });
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Given['variables'])[name]
    : undefined;
}
