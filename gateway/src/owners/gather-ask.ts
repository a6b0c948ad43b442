/** What owners are asked for a gathered connection, and under which keys its parts stand in the client's answer. */
import { fieldModule, gatherOf, type GatherRule, type ModuleName } from '@onenet/contract';
import { GraphQLBoolean, Kind, type ArgumentNode, type SelectionSetNode } from 'graphql';
import { Asker, need, reserved, stepOf, type Asked, type Change } from './ask.ts';
import {
  exactly,
  isJsonObject,
  leaf,
  listOf,
  objectOf,
  type JsonObject,
  type KeyCheck,
} from './conform.ts';
import { projectionOf, type Projection } from './projection.ts';
import { added, collect, keyOf, type Selected, type Source } from './selection.ts';

/** Keys under which the net asks owners for what the merge needs. */
export const pageKey = `${reserved}page`;
export const totalKey = `${reserved}total`;
const edgesKey = `${reserved}edges`;
/** Of variables that hold a page's size; the net's others hold an owner's cursor. */
export const lastPrefix = `${reserved}last_`;

/** One selection of `edges`. */
export interface EdgesShape {
  readonly key: string;
  readonly sets: readonly SelectionSetNode[];
  /** The client's keys for the edges' cursors. */
  readonly cursors: readonly string[];
}

/** A gathered connection in an operation. */
export interface GatherField {
  /** Among all gathered fields of the operation. */
  readonly index: number;
  /** `Query`, `Platform` or `Division`. */
  readonly typeName: string;
  readonly selected: Selected;
  readonly rule: GatherRule;
  readonly module: ModuleName;
  /** The first serves the merge; the others, under other aliases, follow it row by row. */
  readonly edges: readonly EdgesShape[];
  /** Where the merge finds the owner's cursor in an edge, its node, and the node's id. */
  readonly cursorKey: string;
  readonly nodeKey: string;
  readonly idKey: string;
  readonly pageInfo: readonly { readonly key: string; readonly project: Projection }[];
  readonly completeness: readonly { readonly key: string; readonly project: Projection }[];
  readonly totals: readonly string[];
  readonly knowns: readonly string[];
  readonly typenames: readonly string[];
  /** Names of the variables that hold an owner's own cursor. */
  readonly after: string;
  readonly before: string;
  /** Of the one that holds the size of a page that runs backward, where the client may leave it out. */
  readonly last: string | undefined;
}

/** Reads a gathered field of an operation; undefined when the field is not gathered. */
export function gatherField(
  source: Source,
  index: number,
  typeName: string,
  selected: Selected,
): GatherField | undefined {
  const rule = gatherOf(typeName, selected.name, source.schema);
  if (!rule) return undefined;
  const members = [...collect(source, rule.connectionType, selected.sets).values()];
  const named = (name: string): Selected[] => members.filter((member) => member.name === name);
  const keys = (name: string): string[] => named(name).map((member) => member.key);
  const projected = (name: string, type: string): GatherField['pageInfo'] =>
    named(name).map(({ key, sets }) => ({ key, project: projectionOf(source, type, sets) }));
  const pageInfo = projected('pageInfo', 'PageInfo');
  const edges: EdgesShape[] = named('edges').map(({ key, sets }) => ({
    key,
    sets,
    cursors: [...collect(source, rule.edgeType, sets).values()]
      .filter((field) => field.name === 'cursor')
      .map((field) => field.key),
  }));
  // Where a page ends is known from its rows, also when the client wants none of them.
  if (edges.length === 0 && pageInfo.length > 0)
    edges.push({ key: edgesKey, sets: [], cursors: [] });
  const first = collect(source, rule.edgeType, edges[0]?.sets ?? []);
  const nodeKey = keyOf(first, 'node') ?? `${reserved}node`;
  const node = collect(source, rule.nodeType, first.get(nodeKey)?.sets ?? []);
  return {
    index,
    typeName,
    selected,
    rule,
    module: fieldModule(typeName, selected.name),
    edges,
    cursorKey: `${reserved}cursor`,
    nodeKey,
    idKey: need(node, 'id').key,
    pageInfo,
    completeness: projected('completeness', 'Completeness'),
    totals: keys('totalCount'),
    knowns: keys('knownCount'),
    typenames: keys('__typename'),
    after: `${reserved}after_${index}`,
    before: `${reserved}before_${index}`,
    last: mayLackLast(selected) ? `${lastPrefix}${index}` : undefined,
  };
}

/** What one kind of owner is asked for a gathered connection. */
export function askGathered(asker: Asker, gather: GatherField): Asked {
  const { source } = asker;
  const { rule, selected } = gather;
  const path = [stepOf(gather.typeName, selected)];
  const texts: string[] = [];
  const keys: KeyCheck[] = [];
  const ask = (key: string, asked: Asked): void => {
    texts.push(asked.text);
    keys.push({ key, check: asked.check });
  };
  for (const [i, edges] of gather.edges.entries()) {
    const selection = collect(source, rule.edgeType, edges.sets);
    // An owner's cursors are not the net's: the client's keys for them are filled in the merge.
    for (const key of edges.cursors) selection.delete(key);
    const change: Change = i === 0 ? mergeNeeds(source, gather, selection) : {};
    const asked = asker.fields(
      rule.edgeType,
      selection,
      [...path, stepOf(rule.connectionType, { key: edges.key, name: 'edges' })],
      change,
    );
    ask(edges.key, {
      text: `${edges.key === 'edges' ? '' : `${edges.key}: `}edges { ${asked.text} }`,
      check: listOf(objectOf(asked.keys, asked.fill), (by) => by.pageSize),
    });
  }
  if (gather.edges.length > 0) ask(pageKey, pageAsked);
  const isCounted = gather.totals.length > 0 || gather.knowns.length > 0;
  if (isCounted && asker.offers(rule.connectionType, 'totalCount')) {
    ask(totalKey, asker.field(rule.connectionType, added(totalKey, 'totalCount')));
  }
  if (texts.length === 0) {
    const typeKey = `${reserved}type`;
    ask(typeKey, { text: `${typeKey}: __typename`, check: exactly(rule.connectionType) });
  }
  const head = asker.head(gather.typeName, selected, ownArguments(gather));
  return { text: `${head} { ${texts.join(' ')} }`, check: objectOf(keys) };
}

const pageAsked: Asked = {
  text: `${pageKey}: pageInfo { hasNextPage hasPreviousPage }`,
  check: objectOf([
    { key: 'hasNextPage', check: leaf(GraphQLBoolean) },
    { key: 'hasPreviousPage', check: leaf(GraphQLBoolean) },
  ]),
};

/** The field's arguments, with the owner's own cursor in place of the net's. */
function ownArguments({ selected, after, before, last }: GatherField): readonly ArgumentNode[] {
  const own = { after, before, ...(last !== undefined && { last }) };
  const kept = (selected.node.arguments ?? []).filter(
    ({ name }) => !Object.hasOwn(own, name.value),
  );
  return [
    ...kept,
    ...Object.entries(own).map(([name, variable]) => variableArgument(name, variable)),
  ];
}

/** `before` alone runs backward; an owner that has no place of its own yet would know it by `last` only. */
function mayLackLast({ node: { arguments: args = [] } }: Selected): boolean {
  const last = args.find(({ name }) => name.value === 'last');
  return args.some(({ name }) => name.value === 'before') && last?.value.kind !== Kind.INT;
}

function variableArgument(name: string, variable: string): ArgumentNode {
  return {
    kind: Kind.ARGUMENT,
    name: { kind: Kind.NAME, value: name },
    value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: variable } },
  };
}

/** What the merge needs of an edge: its cursor, and its node's id. */
function mergeNeeds(source: Source, gather: GatherField, selection: Map<string, Selected>): Change {
  const { cursorKey, nodeKey, rule } = gather;
  const node = selection.get(nodeKey);
  const id = need(collect(source, rule.nodeType, node?.sets ?? []), 'id');
  return {
    add: [added(cursorKey, 'cursor'), ...(node ? [] : [added(nodeKey, 'node')])],
    under: { [nodeKey]: { add: id.add } },
  };
}

/** The rows under one of the selections of `edges`. */
export function rowsOf(part: JsonObject, key: string): readonly JsonObject[] {
  const rows = part[key];
  return Array.isArray(rows) ? rows.filter(isJsonObject) : [];
}
