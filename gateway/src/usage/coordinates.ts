/** Which parts of the schema an operation really uses, as schema coordinates: what a change of the contract is weighed by. */
import {
  TypeInfo,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLSchema,
  type GraphQLType,
  type OperationDefinitionNode,
} from 'graphql';
import { typeReferred } from '../selections.ts';

/** The coordinates that an operation uses with given variables, sorted. */
export type CoordinatesUsed = (variables: Readonly<Record<string, unknown>>) => readonly string[];

/** Reads the document when first asked, and of the variables' values only their shapes. */
export function coordinatesUsed(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CoordinatesUsed {
  let named: ReadonlySet<string> | undefined;
  let sorted: readonly string[] | undefined;
  return (variables) => {
    named ??= documentCoordinates(schema, document);
    const given = variableCoordinates(schema, operation, variables);
    if (given.size > 0) return [...named.union(given)].toSorted();
    return (sorted ??= [...named].toSorted());
  };
}

/**
 * What the document names: fields, arguments, input fields, enum values
 * (https://spec.graphql.org/draft/#sec-Schema-Coordinates). Introspection is left out.
 */
export function documentCoordinates(
  schema: GraphQLSchema,
  document: DocumentNode,
): ReadonlySet<string> {
  const used = new Set<string>();
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      Field() {
        const parent = info.getParentType();
        const field = info.getFieldDef();
        if (!parent || !field || isIntrospection(parent.name, field.name)) return;
        used.add(`${parent.name}.${field.name}`);
        // Read through an interface, it is the field of whatever type comes.
        if (!isAbstractType(parent)) return;
        for (const type of schema.getPossibleTypes(parent)) used.add(`${type.name}.${field.name}`);
      },
      Argument() {
        const parent = info.getParentType();
        const field = info.getFieldDef();
        const argument = info.getArgument();
        if (!parent || !field || !argument || isIntrospection(parent.name, field.name)) return;
        used.add(`${parent.name}.${field.name}(${argument.name}:)`);
      },
      ObjectField(node) {
        const parent = getNamedType(info.getParentInputType());
        if (parent) used.add(`${parent.name}.${node.name.value}`);
      },
      EnumValue(node) {
        const type = getNamedType(info.getInputType());
        if (isEnumType(type)) used.add(`${type.name}.${node.value}`);
      },
    }),
  );
  return used;
}

/** What the values of its variables name beyond that: input fields and enum values, never a value of another kind. */
export function variableCoordinates(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): ReadonlySet<string> {
  const used = new Set<string>();
  for (const { variable, type: node } of variableDefinitions) {
    const value = variables[variable.name.value];
    const type = value == null ? undefined : typeReferred(schema, node);
    if (type) collect(type, value, used);
  }
  return used;
}

function isIntrospection(typeName: string, fieldName: string): boolean {
  return typeName.startsWith('__') || fieldName.startsWith('__');
}

function collect(type: GraphQLType, value: unknown, used: Set<string>): void {
  if (isNonNullType(type)) return collect(type.ofType, value, used);
  if (isListType(type)) {
    // A single value stands for a list of one.
    for (const item of Array.isArray(value) ? value : [value]) collect(type.ofType, item, used);
    return;
  }
  if (isEnumType(type)) {
    if (typeof value === 'string' && type.getValue(value)) used.add(`${type.name}.${value}`);
    return;
  }
  if (!isInputObjectType(type) || typeof value !== 'object' || value === null) return;
  for (const field of Object.values(type.getFields())) {
    const given: unknown = Object.getOwnPropertyDescriptor(value, field.name)?.value;
    if (given === undefined) continue;
    used.add(`${type.name}.${field.name}`);
    if (given !== null) collect(field.type, given, used);
  }
}
