/** What of an operation an export asks: its one list over the owners, of which the exporter chooses the pages. */
import { NetError, gatherOf } from '@onenet/contract';
import {
  OperationTypeNode,
  TypeInfo,
  isObjectType,
  parse,
  print,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { decideConditions, usedParts } from '../conditions.ts';
import { chooseOperation } from '../document.ts';
import { SelectionReader, type Column, type Found } from '../rest/table.ts';
import { fragmentsOf, rootTypeOf } from '../selections.ts';

/** An operation, made ready to be asked page by page. */
export interface Exportable {
  /** Its text: the same list, with the net's paging in place of the author's. */
  readonly query: string;
  readonly operationName: string | null;
  /** Names of the variables that the exporter gives beside the author's. */
  readonly paging: { readonly first: string; readonly after: string; readonly total: string };
  /** From the answer's data to the connection. */
  readonly path: readonly string[];
  /** The leaves of a row. */
  readonly columns: readonly Column[];
}

/** Makes a valid operation ready; one that is not one list is refused, and nobody has been asked. */
export function exportable(
  schema: GraphQLSchema,
  whole: DocumentNode,
  operationName: string | null,
  variables: Readonly<Record<string, unknown>>,
): Exportable {
  const document = decideConditions(whole, chooseOperation(whole, operationName), variables);
  const operation = chooseOperation(document, operationName);
  if (operation.operation !== OperationTypeNode.QUERY) {
    throw refused('a query is exported, and this is a mutation');
  }
  const reader = new SelectionReader(schema, document);
  const fields = walked(reader, operation.selectionSet, rootTypeOf(schema, operation), []);
  const list = fields.at(-1);
  const edges = list && selected(reader, list, 'edges');
  const row = edges && selected(reader, edges, 'node');
  if (!row?.node.selectionSet) throw refused('it selects no rows: edges { node { … } }');
  const paging = pagingNames(operation);
  const paged = parse(pagedText(operation, document, fields, row.node.selectionSet, paging));
  const used = usedParts(chooseOperation(paged, null), fragmentsOf(paged));
  refuseListsInRows(schema, used);
  return {
    query: print(used),
    operationName: operation.name?.value ?? null,
    paging,
    path: fields.map(({ node }) => node.name.value),
    columns: reader.columns(row.node.selectionSet, row.type, []),
  };
}

/** The fields from the root to the list, one inside the other. */
function walked(
  reader: SelectionReader,
  set: SelectionSetNode | undefined,
  parent: GraphQLNamedType,
  around: readonly Found[],
): readonly Found[] {
  const [field, second] = fieldsOf(reader, set, parent);
  if (field && second) {
    const names = `${field.node.name.value} and ${second.node.name.value}`;
    throw refused(`one list is exported, and ${names} stand beside each other`);
  }
  if (!field || field.isList || !isObjectType(field.type) || field.type.name.startsWith('__')) {
    throw refused('it has no list over the owners, such as members or organizations');
  }
  const fields = [...around, field];
  if (gatherOf(parent.name, field.node.name.value)) return fields;
  return walked(reader, field.node.selectionSet, field.type, fields);
}

/** The one selection of a field; what else a connection has, such as `totalCount`, the exporter asks itself. */
function selected(reader: SelectionReader, { node, type }: Found, name: string): Found | undefined {
  const [found, second] = fieldsOf(reader, node.selectionSet, type).filter(
    (each) => each.node.name.value === name,
  );
  if (second) throw refused(`${name} is selected under two names`);
  return found;
}

function fieldsOf(
  reader: SelectionReader,
  set: SelectionSetNode | undefined,
  parent: GraphQLNamedType,
): readonly Found[] {
  const found = [...reader.fields(set, parent).values()];
  return found.filter(({ node }) => node.name.value !== '__typename');
}

/** The operation with the list and its rows alone, the exporter's paging in place of the author's. */
function pagedText(
  { name, variableDefinitions = [] }: OperationDefinitionNode,
  document: DocumentNode,
  fields: readonly Found[],
  row: SelectionSetNode,
  { first, after, total }: Exportable['paging'],
): string {
  const definitions = [
    ...variableDefinitions.map(print),
    `$${first}: Int`,
    `$${after}: String`,
    `$${total}: Boolean!`,
  ];
  const connection = `{
    edges { cursor node ${print(row)} }
    pageInfo { hasNextPage endCursor }
    totalCount @include(if: $${total})
  }`;
  const list = fields.at(-1);
  const selection = fields.toReversed().reduce((inside, found) => {
    const paged = found === list ? [`first: $${first}`, `after: $${after}`] : [];
    return `{ ${headOf(found.node, paged)} ${inside} }`;
  }, connection);
  const fragments = [...fragmentsOf(document).values()].map(print);
  return [`query ${name?.value ?? ''}(${definitions.join(', ')}) ${selection}`, ...fragments].join(
    '\n',
  );
}

/** A field up to its selection, under its own name. */
function headOf({ name, arguments: args = [] }: FieldNode, paged: readonly string[]): string {
  const own = paged.length === 0 ? args : args.filter((each) => !pages.has(each.name.value));
  const texts = [...own.map(print), ...paged];
  return texts.length === 0 ? name.value : `${name.value}(${texts.join(', ')})`;
}

const pages: ReadonlySet<string> = new Set(['first', 'after', 'last', 'before']);

/** Names that the author's variables do not have. */
function pagingNames({ variableDefinitions = [] }: OperationDefinitionNode): Exportable['paging'] {
  const taken = new Set(variableDefinitions.map(({ variable }) => variable.name.value));
  const free = (name: string): string => (taken.has(name) ? free(`${name}_`) : name);
  return { first: free('pageSize'), after: free('pageAfter'), total: free('withTotal') };
}

/** A list over all owners in each row would be complete or not for each, and nobody could resume it. */
function refuseListsInRows(schema: GraphQLSchema, document: DocumentNode): void {
  const lists: string[] = [];
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      Field({ name }) {
        const parent = info.getParentType()?.name ?? '';
        if (gatherOf(parent, name.value)) lists.push(`${parent}.${name.value}`);
      },
    }),
  );
  const [, inRow] = lists;
  if (inRow) throw refused(`${inRow} in its rows is a list over the owners itself`);
}

function refused(why: string): NetError {
  return new NetError(
    'BAD_REQUEST',
    `The operation cannot be exported: ${why}. An export is one list over the owners, from its first row to its last.`,
  );
}
