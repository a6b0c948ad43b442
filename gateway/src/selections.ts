/** What steps that walk an operation share: its fragments, and the fields of the schema by name. */
import {
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  isInterfaceType,
  isObjectType,
  typeFromAST,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type GraphQLType,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql';

/** A document's fragments, by name. */
export function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  return new Map(
    document.definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
}

/** The type that an operation begins at. */
export function rootTypeOf(
  schema: GraphQLSchema,
  { operation }: OperationDefinitionNode,
): GraphQLObjectType {
  const type = schema.getRootType(operation);
  if (!type) throw new Error(`The schema has no ${operation}.`);
  return type;
}

const metaFields: readonly GraphQLField<unknown, unknown>[] = [
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
];

/** A field of a type, introspection's included. */
export function fieldOf(
  parent: GraphQLNamedType,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  const own =
    isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
  return own ?? metaFields.find((field) => field.name === name);
}

/** The type that a variable's definition names. */
export function typeReferred(
  schema: GraphQLSchema,
  node: VariableDefinitionNode['type'],
): GraphQLType | undefined {
  // typeFromAST has a form for each kind of node, and none for all of them.
  if (node.kind === Kind.NAMED_TYPE) return typeFromAST(schema, node);
  if (node.kind === Kind.LIST_TYPE) return typeFromAST(schema, node);
  return typeFromAST(schema, node);
}
