/**
 * What of a text that goes to a subgraph or an owner a caller is shown: the fields, arguments, types and
 * enum values that its variant of the schema has. What the planner and the merge add of others is not
 * named to it. Values of variables are in no text.
 */
import {
  GraphQLError,
  Kind,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  parse,
  print,
  visit,
  type ArgumentNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

/** The text as a caller of this variant may read it, written for people. */
export function shownText(schema: GraphQLSchema, text: string): string {
  const document = tryParse(text);
  return document ? print(narrowed(schema, document)) : '';
}

/** Whether a variant has a field, by its coordinate. */
export function hasField(schema: GraphQLSchema, coordinate: string): boolean {
  const [typeName = '', name = ''] = coordinate.split('.');
  const type = schema.getType(typeName);
  return name === '' ? type !== undefined : fieldOf(type, name) !== undefined;
}

function narrowed(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  const isShown = (name: string): boolean => schema.getType(name) !== undefined;
  const fragments = new Set(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION && isShown(definition.typeCondition.name.value)
        ? [definition.name.value]
        : [],
    ),
  );
  const narrow = new Narrowing(schema, fragments);
  const definitions = document.definitions.flatMap((definition): readonly DefinitionNode[] => {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      if (!fragments.has(definition.name.value)) return [];
      const type = schema.getType(definition.typeCondition.name.value);
      return [{ ...definition, selectionSet: narrow.set(definition.selectionSet, type) }];
    }
    if (definition.kind !== Kind.OPERATION_DEFINITION) return [];
    const root = schema.getRootType(definition.operation) ?? undefined;
    const selectionSet = narrow.set(definition.selectionSet, root);
    return [{ ...definition, selectionSet }];
  });
  return withUsedVariables({ ...document, definitions });
}

class Narrowing {
  readonly #schema: GraphQLSchema;
  readonly #fragments: ReadonlySet<string>;

  constructor(schema: GraphQLSchema, fragments: ReadonlySet<string>) {
    this.#schema = schema;
    this.#fragments = fragments;
  }

  set(set: SelectionSetNode, parent: GraphQLNamedType | undefined): SelectionSetNode {
    const selections = set.selections.flatMap((selection) => this.#selection(selection, parent));
    return { ...set, selections: selections.length > 0 ? selections : [typename] };
  }

  #selection(node: SelectionNode, parent: GraphQLNamedType | undefined): readonly SelectionNode[] {
    if (node.kind === Kind.FRAGMENT_SPREAD) {
      return this.#fragments.has(node.name.value) ? [node] : [];
    }
    if (node.kind === Kind.INLINE_FRAGMENT) {
      const { typeCondition } = node;
      const type = typeCondition ? this.#schema.getType(typeCondition.name.value) : parent;
      return type ? [{ ...node, selectionSet: this.set(node.selectionSet, type) }] : [];
    }
    const name = node.name.value;
    if (name === '__typename') return [node];
    // Its selections name their types themselves.
    if (name === '_entities') return [this.#below(node, undefined)];
    const field = fieldOf(parent, name);
    if (!field) return [];
    const args = (node.arguments ?? []).flatMap((given) => this.#argument(given, field.args));
    return [this.#below({ ...node, arguments: args }, getNamedType(field.type))];
  }

  #below(node: FieldNode, type: GraphQLNamedType | undefined): FieldNode {
    const { selectionSet } = node;
    return selectionSet ? { ...node, selectionSet: this.set(selectionSet, type) } : node;
  }

  #argument(node: ArgumentNode, known: readonly GraphQLArgument[]): readonly ArgumentNode[] {
    const argument = known.find(({ name }) => name === node.name.value);
    const value = argument && shownValue(node.value, argument.type);
    return value ? [{ ...node, value }] : [];
  }
}

/** Undefined where the variant does not have the enum's value; without the input fields that it does not have. */
function shownValue(node: ValueNode, type: GraphQLInputType): ValueNode | undefined {
  const named = getNamedType(type);
  if (node.kind === Kind.LIST) {
    const values = node.values.flatMap((value) => shownValue(value, named) ?? []);
    return { ...node, values };
  }
  if (node.kind === Kind.ENUM) {
    return isEnumType(named) && named.getValue(node.value) ? node : undefined;
  }
  if (node.kind !== Kind.OBJECT || !isInputObjectType(named)) return node;
  const fields = node.fields.flatMap((given) => {
    const field = named.getFields()[given.name.value];
    const value = field && shownValue(given.value, field.type);
    return value ? [{ ...given, value }] : [];
  });
  return { ...node, fields };
}

/** Definitions of variables name types, too: those that nothing uses any more go. */
function withUsedVariables(document: DocumentNode): DocumentNode {
  const used = new Set<string>();
  const note = {
    Variable: ({ name }: { readonly name: { readonly value: string } }) =>
      void used.add(name.value),
  };
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) visit(definition, note);
    else visit({ ...definition, variableDefinitions: [] }, note);
  }
  return visit(document, {
    VariableDefinition: ({ variable }) => (used.has(variable.name.value) ? undefined : null),
  });
}

function fieldOf(type: GraphQLNamedType | undefined, name: string) {
  if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
  return type.getFields()[name];
}

function tryParse(text: string): DocumentNode | undefined {
  try {
    return parse(text, { noLocation: true });
  } catch (error) {
    if (error instanceof GraphQLError) return undefined;
    throw error;
  }
}

const typename: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
