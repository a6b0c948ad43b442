/**
 * Part of step `limits`: what it costs to be told of the schema. Nobody is asked, but every value of the
 * answer is made here, in one go, for which all other requests wait: so a value costs 1, by the lists' mean
 * sizes; and by the longest where a type is named, which may be that one.
 */
import {
  Kind,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { fragmentsOf } from '../selections.ts';

interface Size {
  readonly mean: number;
  readonly most: number;
}

/** Of the selections of `__schema` and `__type` at an operation's root. */
export function introspectionCost(
  schema: GraphQLSchema,
  root: SelectionSetNode,
  fragments: ReturnType<typeof fragmentsOf>,
): number {
  const sizes = sizesOf(schema);
  const values = (set: SelectionSetNode, isOfNamed: boolean): number => {
    let sum = 0;
    for (const selection of set.selections) {
      if (selection.kind !== Kind.FIELD) {
        const inner =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        if (inner) sum += values(inner.selectionSet, isOfNamed);
        continue;
      }
      const size = sizes.get(selection.name.value);
      const items = size ? (isOfNamed ? size.most : size.mean) : 1;
      const isNamed = selection.name.value === '__type';
      sum += 1 + items * (selection.selectionSet ? values(selection.selectionSet, isNamed) : 0);
    }
    return sum;
  };
  return Math.ceil(values(root, false));
}

const known = new WeakMap<GraphQLSchema, ReadonlyMap<string, Size>>();

/** Of the lists of https://spec.graphql.org/October2021/#sec-Schema-Introspection.Schema-Introspection-Schema */
function sizesOf(schema: GraphQLSchema): ReadonlyMap<string, Size> {
  let sizes = known.get(schema);
  if (!sizes) known.set(schema, (sizes = readSizes(schema)));
  return sizes;
}

function readSizes(schema: GraphQLSchema): ReadonlyMap<string, Size> {
  const types = Object.values(schema.getTypeMap());
  const fielded = types.filter((type) => isObjectType(type) || isInterfaceType(type));
  const fields = fielded.flatMap((type) => Object.values(type.getFields()));
  const directives = schema.getDirectives();
  const size = (lengths: readonly number[], of = types.length): Size => ({
    mean: lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, of),
    most: Math.max(1, ...lengths),
  });
  const one = (length: number): Size => ({ mean: length, most: length });
  return new Map([
    ['types', one(types.length)],
    ['directives', one(directives.length)],
    ['fields', size(fielded.map((type) => Object.keys(type.getFields()).length))],
    [
      'args',
      size(
        fields.map(({ args }) => args.length),
        fields.length,
      ),
    ],
    ['interfaces', size(fielded.map((type) => type.getInterfaces().length))],
    [
      'possibleTypes',
      size(types.filter(isInterfaceType).map((type) => schema.getPossibleTypes(type).length)),
    ],
    ['enumValues', size(types.filter(isEnumType).map((type) => type.getValues().length))],
    [
      'inputFields',
      size(types.filter(isInputObjectType).map((type) => Object.keys(type.getFields()).length)),
    ],
  ]);
}
