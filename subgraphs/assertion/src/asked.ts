/** What a GraphQL request asks, read from its text alone: which fields of the contract, and how to count the records in its answer. */
import { hash } from 'node:crypto';
import { contractSchema } from '@onenet/contract';
import {
  Kind,
  getNamedType,
  isInterfaceType,
  isObjectType,
  parse,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** What is known of a request before it is answered. Nothing in it is a value that the caller gave. */
export interface Asked {
  /** The operation's name. */
  readonly operation: string | null;
  /** SHA-256 of the text, hexadecimal; null where nothing was asked that could be read. */
  readonly document: string | null;
  /** Coordinates of output fields, sorted, at most `mostFields`; below an addition of the platform only its first. */
  readonly fields: readonly string[];
  /** Fields beyond that. */
  readonly omitted: number;
  /** Counts the records in the answer's `data`; null where the operation is too large to be followed. */
  readonly rowsIn: (data: unknown) => number | null;
}

/** Coordinates in one line of the record. */
export const mostFields = 300;

const mostNameCharacters = 200;

/** Nothing that can be read, as of the feed. */
export const nothingAsked: Asked = {
  operation: null,
  document: null,
  fields: [],
  omitted: 0,
  rowsIn: () => null,
};

/** Reads a GraphQL text. One that cannot be parsed has its hash, and no fields. */
export function askedBy(text: string, operationName: string | null): Asked {
  const document = hash('sha256', text);
  let parsed: DocumentNode;
  try {
    parsed = parse(text, { noLocation: true, maxTokens: 50_000 });
  } catch {
    return { ...nothingAsked, document };
  }
  const operations = parsed.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const chosen =
    operationName === null
      ? operations[0]
      : operations.find(({ name }) => name?.value === operationName);
  if (!chosen) return { ...nothingAsked, document };
  const fragments = parsed.definitions.filter(
    (definition) => definition.kind === Kind.FRAGMENT_DEFINITION,
  );
  const fields = fieldsOf(chosen, fragments);
  const counter = counterOf(chosen, fragments);
  return {
    operation: chosen.name?.value.slice(0, mostNameCharacters) ?? null,
    document,
    fields: fields.slice(0, mostFields),
    omitted: Math.max(0, fields.length - mostFields),
    rowsIn: (data) => (counter ? countRoot(data, counter) : null),
  };
}

const rootNames = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const;

/** Each selection of the text is looked at once: a fragment says itself on which type it stands. */
function fieldsOf(
  chosen: OperationDefinitionNode,
  fragments: readonly FragmentDefinitionNode[],
): readonly string[] {
  const schema = contractSchema();
  const found = new Set<string>();
  const walk = (set: SelectionSetNode, parent: string | undefined): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        walk(selection.selectionSet, selection.typeCondition?.name.value ?? parent);
      }
      if (selection.kind !== Kind.FIELD) continue;
      const name = selection.name.value;
      if (parent !== undefined && !name.startsWith('_')) found.add(`${parent}.${name}`);
      if (selection.selectionSet) walk(selection.selectionSet, typeBelow(parent, name));
    }
  };
  const typeBelow = (parent: string | undefined, name: string): string | undefined => {
    const type = parent === undefined ? undefined : schema.getType(parent);
    if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
    const field = type.getFields()[name];
    return field && getNamedType(field.type).name;
  };
  walk(chosen.selectionSet, rootNames[chosen.operation]);
  for (const { selectionSet, typeCondition } of fragments) {
    walk(selectionSet, typeCondition.name.value);
  }
  return [...found].toSorted();
}

/** Where in an answer there are records to count, by response key. */
interface Counter {
  /** The object is a connection, and no record. */
  isConnection: boolean;
  /** The response key of its `edges`. */
  edges: string | undefined;
  readonly inner: Map<string, Counter>;
  /** Fragments that are in it already. */
  readonly spread: Set<string>;
}

/** Fields that a connection has, and no record. */
const ofConnections: ReadonlySet<string> = new Set(['edges', 'totalCount', 'pageInfo']);
/** Root fields under which no record stands. */
const machinery: ReadonlySet<string> = new Set(['_service', '__schema', '__type']);

/** Places in an answer; an operation with more, which only a fragment bomb has, is not counted. */
const mostPlaces = 5_000;

function counterOf(
  chosen: OperationDefinitionNode,
  fragments: readonly FragmentDefinitionNode[],
): Counter | undefined {
  const byName = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  let places = 0;
  const empty = (): Counter => ({
    isConnection: false,
    edges: undefined,
    inner: new Map(),
    spread: new Set(),
  });
  const fill = (counter: Counter, set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) fill(counter, selection.selectionSet);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = byName.get(selection.name.value);
        if (!fragment || counter.spread.has(selection.name.value)) continue;
        counter.spread.add(selection.name.value);
        fill(counter, fragment.selectionSet);
      } else {
        const name = selection.name.value;
        const key = selection.alias?.value ?? name;
        counter.isConnection ||= ofConnections.has(name);
        if (name === 'edges') counter.edges = key;
        if (!selection.selectionSet || machinery.has(name)) continue;
        if (++places > mostPlaces) return;
        const inner = counter.inner.get(key) ?? empty();
        counter.inner.set(key, inner);
        fill(inner, selection.selectionSet);
      }
    }
  };
  const root = empty();
  fill(root, chosen.selectionSet);
  if (places > mostPlaces) return undefined;
  for (const inner of root.inner.values()) prune(inner);
  return root;
}

/** Forgets where nothing is counted; whether something is left. */
function prune(counter: Counter): boolean {
  for (const [key, inner] of counter.inner) if (!prune(inner)) counter.inner.delete(key);
  return counter.edges !== undefined || counter.inner.size > 0;
}

/** The records at the root, entities each by itself, and the edges of every connection. */
function countRoot(data: unknown, root: Counter): number {
  if (!isRecord(data)) return 0;
  let rows = 0;
  for (const [key, counter] of root.inner) {
    const value = data[key];
    if (Array.isArray(value)) rows += value.filter(isRecord).length;
    else if (!counter.isConnection && isRecord(value)) rows += 1;
    rows += countInner(value, counter);
  }
  return rows;
}

function countInner(value: unknown, counter: Counter): number {
  if (Array.isArray(value)) {
    let sum = 0;
    for (const item of value) sum += countInner(item, counter);
    return sum;
  }
  if (!isRecord(value)) return 0;
  let rows = 0;
  if (counter.edges !== undefined) {
    const edges = value[counter.edges];
    if (Array.isArray(edges)) rows += edges.filter(isRecord).length;
  }
  for (const [key, inner] of counter.inner) rows += countInner(value[key], inner);
  return rows;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
