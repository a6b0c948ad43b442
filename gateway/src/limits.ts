/** Step `limits`: how large a request may be. Counted over what fragments spread to; no name is exempt. */
import { NetError, defaultPageSize, maxPageSize, parsePage } from '@onenet/contract';
import {
  Kind,
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  typeFromAST,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { fieldOf, fragmentsOf, rootTypeOf } from './selections.ts';

/** The one list of limits. */
export const limits = {
  /** Of a request's body or URL. */
  bodyBytes: 256 * 1024,
  /** Of a document. */
  tokens: 5000,
  /** Fields inside fields. The standard introspection query has 15. */
  depth: 20,
  /** Aliased fields, after fragments are spread. */
  aliases: 300,
  /** Root fields, after fragments are spread. */
  rootFields: 100,
  /** Fields, after fragments are spread. */
  fields: 5000,
  /** Rows that lists inside lists may come to, by their page sizes. */
  rows: 200_000,
} as const;

/** How many items a list without page size is taken to have. */
const plainListItems = 10;

interface Shape {
  depth: number;
  aliases: number;
  fields: number;
}

/** Refuses an operation whose form is over a limit. Needs no schema, so that it can come before validation. */
export function checkShape(document: DocumentNode, operation: OperationDefinitionNode): void {
  const fragments = fragmentsOf(document);
  const measured = new Map<string, Shape>();
  const measure = (set: SelectionSetNode | undefined): Shape => {
    const shape: Shape = { depth: 0, aliases: 0, fields: 0 };
    for (const selection of set?.selections ?? []) {
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? measureFragment(selection.name.value)
          : measure(selection.selectionSet);
      const isField = selection.kind === Kind.FIELD;
      shape.depth = Math.max(shape.depth, inner.depth + (isField ? 1 : 0));
      shape.aliases += inner.aliases + (isField && selection.alias ? 1 : 0);
      shape.fields += inner.fields + (isField ? 1 : 0);
    }
    return shape;
  };
  const measureFragment = (name: string): Shape => {
    const known = measured.get(name);
    if (known) return known;
    // A fragment that spreads itself counts nothing here: validation refuses it.
    measured.set(name, { depth: 0, aliases: 0, fields: 0 });
    const shape = measure(fragments.get(name)?.selectionSet);
    measured.set(name, shape);
    return shape;
  };
  const { depth, aliases, fields } = measure(operation.selectionSet);
  refuseOver('depth', depth, limits.depth);
  refuseOver('aliases', aliases, limits.aliases);
  refuseOver('fields', fields, limits.fields);
  refuseOver('root fields', countRootFields(operation.selectionSet, fragments), limits.rootFields);
}

function countRootFields(
  set: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  spreading: ReadonlySet<string> = new Set(),
): number {
  let count = 0;
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) count++;
    else if (selection.kind === Kind.INLINE_FRAGMENT) {
      count += countRootFields(selection.selectionSet, fragments, spreading);
    } else if (!spreading.has(selection.name.value)) {
      const fragment = fragments.get(selection.name.value);
      const inside = new Set(spreading).add(selection.name.value);
      count += fragment ? countRootFields(fragment.selectionSet, fragments, inside) : 0;
    }
    if (count > limits.rootFields) return count;
  }
  return count;
}

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

function refuseOver(what: string, count: number, limit: number): void {
  if (count <= limit) return;
  throw new NetError(
    'TOO_LARGE',
    `The operation has ${count} ${what}, and the limit is ${limit}: ask for less at once.`,
  );
}
