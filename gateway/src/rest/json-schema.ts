/** JSON Schema (2020-12) of what a document takes and gives, for its OpenAPI description. */
import {
  Kind,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  typeFromAST,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type GraphQLType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { fieldOf, fragmentsOf, rootTypeOf } from '../selections.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

const scalars: Readonly<Record<string, JsonSchema>> = {
  Int: { type: 'integer', format: 'int32' },
  Float: { type: 'number' },
  Boolean: { type: 'boolean' },
  ID: { type: 'string' },
  String: { type: 'string' },
  DateTime: { type: 'string', format: 'date-time' },
};

/** Of an input; objects are named components, since they may hold themselves. */
export function inputSchema(
  type: GraphQLInputType,
  components: Map<string, JsonSchema>,
): JsonSchema {
  if (isNonNullType(type)) return inputSchema(type.ofType, components);
  if (isListType(type)) return { type: 'array', items: inputSchema(type.ofType, components) };
  if (!isInputObjectType(type)) return leafSchema(type);
  if (!components.has(type.name)) {
    // Stands there before its fields are looked at.
    components.set(type.name, {});
    const fields = Object.values(type.getFields());
    const required = fields
      .filter((field) => isNonNullType(field.type) && field.defaultValue === undefined)
      .map(({ name }) => name);
    components.set(type.name, {
      type: 'object',
      ...(type.description != null && { description: type.description }),
      properties: Object.fromEntries(
        fields.map((field) => [field.name, described(inputSchema(field.type, components), field)]),
      ),
      ...(required.length > 0 && { required }),
      additionalProperties: false,
    });
  }
  return { $ref: `#/components/schemas/${type.name}` };
}

/** Of an operation's `data`. */
export function dataSchema(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): JsonSchema {
  const fragments = fragmentsOf(document);
  const ofSet = (sets: readonly SelectionSetNode[], parent: GraphQLNamedType): JsonSchema => {
    const fields = new Map<
      string,
      { type: GraphQLOutputType; sets: SelectionSetNode[]; about: About }
    >();
    const always = new Set<string>();
    const walk = (set: SelectionSetNode, type: GraphQLNamedType, isCertain: boolean): void => {
      for (const selection of set.selections) {
        const certain = isCertain && (selection.directives ?? []).length === 0;
        if (selection.kind === Kind.FIELD) {
          const field = fieldOf(type, selection.name.value);
          if (!field) continue;
          const key = selection.alias?.value ?? selection.name.value;
          const known = fields.get(key) ?? { type: field.type, sets: [], about: field };
          if (selection.selectionSet) known.sets.push(selection.selectionSet);
          fields.set(key, known);
          if (certain) always.add(key);
          continue;
        }
        const fragment =
          selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        const condition = fragment?.typeCondition && typeFromAST(schema, fragment.typeCondition);
        const isSame = condition === undefined || condition === type;
        if (fragment) walk(fragment.selectionSet, condition ?? type, certain && isSame);
      }
    };
    for (const set of sets) walk(set, parent, isObjectType(parent));
    const properties = [...fields].map(([key, field]): [string, JsonSchema] => [
      key,
      described(ofType(field.type, field.sets), field.about),
    ]);
    return {
      type: 'object',
      properties: Object.fromEntries(properties),
      ...(always.size > 0 && { required: [...always] }),
    };
  };
  const ofType = (type: GraphQLOutputType, sets: readonly SelectionSetNode[]): JsonSchema => {
    if (isNonNullType(type)) return withoutNull(type.ofType, sets);
    return orNull(withoutNull(type, sets));
  };
  const withoutNull = (type: GraphQLOutputType, sets: readonly SelectionSetNode[]): JsonSchema => {
    if (isListType(type)) return { type: 'array', items: ofType(type.ofType, sets) };
    const named = getNamedType(type);
    return isCompositeType(named) ? ofSet(sets, named) : leafSchema(named);
  };
  return ofSet([operation.selectionSet], rootTypeOf(schema, operation));
}

interface About {
  readonly description?: string | null | undefined;
}

function described(schema: JsonSchema, { description }: About): JsonSchema {
  return description == null || '$ref' in schema ? schema : { ...schema, description };
}

function leafSchema(type: GraphQLType): JsonSchema {
  const named = getNamedType(type);
  if (isEnumType(named)) return { type: 'string', enum: named.getValues().map(({ name }) => name) };
  return (Object.hasOwn(scalars, named.name) && scalars[named.name]) || { type: 'string' };
}

function orNull(schema: JsonSchema): JsonSchema {
  const { type, enum: values } = schema;
  return {
    ...schema,
    type: [type, 'null'],
    ...(Array.isArray(values) && { enum: [...(values as readonly unknown[]), null] }),
  };
}
