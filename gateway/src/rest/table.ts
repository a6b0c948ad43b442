/** The one list of a document as a table: its columns stand in the text, so that they are the same in every answer. */
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
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { fieldOf, fragmentsOf, rootTypeOf } from '../selections.ts';

export interface Table {
  /** From the answer's data to the list; empty: the answer itself is the one row. */
  readonly rows: readonly string[];
  /** From an item of the list to what the row is made of. */
  readonly item: readonly string[];
  readonly columns: readonly Column[];
}

export interface Column {
  readonly name: string;
  readonly path: readonly string[];
}

/** A field of a selection, with all that is selected of it. */
export interface Found {
  readonly path: readonly string[];
  readonly node: FieldNode;
  readonly type: GraphQLNamedType;
  readonly isList: boolean;
}

/** The table of an operation; undefined where it has several lists beside each other. */
export function tableOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Table | undefined {
  const reader = new SelectionReader(schema, document);
  const root = rootTypeOf(schema, operation);
  const lists = reader.lists(operation.selectionSet, root, []);
  const [list, second] = lists;
  if (second) return undefined;
  if (!list) {
    return { rows: [], item: [], columns: reader.columns(operation.selectionSet, root, []) };
  }
  const inside = reader.fields(list.node.selectionSet, list.type);
  const node = list.path.at(-1) === 'edges' ? inside.get('node') : undefined;
  const isEdges = node?.node.selectionSet !== undefined;
  return {
    rows: list.path,
    item: isEdges ? ['node'] : [],
    columns: isEdges
      ? reader.columns(node.node.selectionSet, node.type, [])
      : reader.columns(list.node.selectionSet, list.type, []),
  };
}

/** Reads what an operation selects, through its fragments. */
export class SelectionReader {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReturnType<typeof fragmentsOf>;

  constructor(schema: GraphQLSchema, document: DocumentNode) {
    this.#schema = schema;
    this.#fragments = fragmentsOf(document);
  }

  /** Fields by response key, through fragments; those of one key are one. */
  fields(set: SelectionSetNode | undefined, parent: GraphQLNamedType): Map<string, Found> {
    const found = new Map<string, Found>();
    const walk = (inner: SelectionSetNode | undefined, type: GraphQLNamedType): void => {
      for (const selection of inner?.selections ?? []) {
        if (selection.kind === Kind.FIELD) {
          const field = fieldOf(type, selection.name.value);
          if (field) add(found, selection, field);
          continue;
        }
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT
            ? selection
            : this.#fragments.get(selection.name.value);
        const condition =
          fragment?.typeCondition && typeFromAST(this.#schema, fragment.typeCondition);
        walk(fragment?.selectionSet, condition ?? type);
      }
    };
    walk(set, parent);
    return found;
  }

  /** The outermost lists of objects. */
  lists(
    set: SelectionSetNode | undefined,
    parent: GraphQLNamedType,
    path: readonly string[],
  ): readonly Found[] {
    return [...this.fields(set, parent)].flatMap(([key, found]) => {
      if (!isCompositeType(found.type)) return [];
      const here = { ...found, path: [...path, key] };
      return found.isList ? [here] : this.lists(found.node.selectionSet, found.type, here.path);
    });
  }

  /** Leaves, through objects; a list inside a row is one column. */
  columns(
    set: SelectionSetNode | undefined,
    parent: GraphQLNamedType,
    path: readonly string[],
  ): readonly Column[] {
    return [...this.fields(set, parent)].flatMap(([key, { node, type, isList }]) => {
      const here = [...path, key];
      if (isCompositeType(type) && !isList) return this.columns(node.selectionSet, type, here);
      return [{ name: here.join('.'), path: here }];
    });
  }
}

function add(
  found: Map<string, Found>,
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
): void {
  const key = node.alias?.value ?? node.name.value;
  const known = found.get(key);
  const plain = isNonNullType(field.type) ? field.type.ofType : field.type;
  if (!known) {
    const type = getNamedType(field.type);
    found.set(key, { path: [key], node, type, isList: isListType(plain) });
    return;
  }
  if (!known.node.selectionSet || !node.selectionSet) return;
  const selections = [...known.node.selectionSet.selections, ...node.selectionSet.selections];
  const selectionSet = { ...known.node.selectionSet, selections };
  found.set(key, { ...known, node: { ...known.node, selectionSet } });
}
