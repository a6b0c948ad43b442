/** Part of step `limits`: how many rows the lists of an operation may come to. */
import { defaultPageSize, maxPageSize, parsePage } from '@onenet/contract';
import {
  Kind,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  typeFromAST,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { fieldOf, fragmentsOf, rootTypeOf } from '../selections.ts';
import { limits, refuseOver } from './limits.ts';

/** How many items a list without page size is taken to have. */
const plainListItems = 10;

/** A list in the operation: the page sizes of it and of the lists around it, as numbers or variables. */
type PageSizes = readonly (number | string)[];

/** Finds every list of a valid operation. */
export function findLists(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): readonly PageSizes[] {
  const fragments = fragmentsOf(document);
  const lists: PageSizes[] = [];
  const walk = (set: SelectionSetNode, parent: GraphQLNamedType, around: PageSizes): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const field = fieldOf(parent, selection.name.value);
        if (!field) continue;
        const size = pageSize(field, selection);
        const sizes = size === undefined ? around : [...around, size];
        if (size !== undefined) lists.push(sizes);
        const type = getNamedType(field.type);
        if (selection.selectionSet && isCompositeType(type)) {
          walk(selection.selectionSet, type, sizes);
        }
      } else {
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        if (!fragment) continue;
        const condition = fragment.typeCondition && typeFromAST(schema, fragment.typeCondition);
        walk(fragment.selectionSet, condition ?? parent, around);
      }
    }
  };
  walk(operation.selectionSet, rootTypeOf(schema, operation), []);
  return lists;
}

/**
 * Refuses an operation whose lists may come to more rows than the limit, and a page inside a list's
 * rows that is out of range: there it would be one row's null, which nobody reads as a mistake.
 */
export function checkRows(
  lists: readonly PageSizes[],
  variables: Readonly<Record<string, unknown>>,
): void {
  const given = (size: number | string | undefined): unknown =>
    typeof size === 'string' ? variables[size] : size;
  const valueOf = (size: number | string): number => {
    const value = given(size);
    return typeof value === 'number' && value > 0 ? Math.min(value, 1000) : maxPageSize;
  };
  for (const sizes of lists) {
    const own = given(sizes.at(-1));
    if (sizes.length > 1 && typeof own === 'number') parsePage({ first: own });
  }
  const rows = lists
    .map((sizes) => sizes.reduce<number>((product, size) => product * valueOf(size), 1))
    .reduce((sum, product) => sum + product, 0);
  refuseOver('rows in lists', rows, limits.rows);
}

/** The page size of a field that is a list; undefined when it is none. */
function pageSize(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
): number | string | undefined {
  if (field.args.some(({ name }) => name === 'first')) {
    const given = node.arguments?.find(({ name }) => ['first', 'last'].includes(name.value))?.value;
    if (given?.kind === Kind.VARIABLE) return given.name.value;
    if (given?.kind === Kind.INT) return Number(given.value);
    return defaultPageSize;
  }
  // A connection's edges are the list that was counted with it.
  const isPlain = isList(field.type) && node.name.value !== 'edges';
  return isPlain && isCompositeType(getNamedType(field.type)) && !field.name.startsWith('__')
    ? plainListItems
    : undefined;
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type);
}
