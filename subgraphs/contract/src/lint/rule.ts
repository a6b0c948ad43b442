/** What a lint rule is, and what the rules share in reading a contract. */
import {
  isEnumType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  type ConstDirectiveNode,
  type GraphQLEnumValue,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** One fault of a contract. */
export interface LintFinding {
  readonly rule: string;
  /** Schema coordinate: `Type`, `Type.field`, `Enum.VALUE`. */
  readonly coordinate: string;
  /** What is wrong and what to write. */
  readonly message: string;
}

/** One rule: a name, and the faults that it finds. */
export interface LintRule {
  readonly name: string;
  check(schema: GraphQLSchema): Iterable<Omit<LintFinding, 'rule'>>;
}

/** A field with the type that has it. */
export interface OutputField {
  readonly type: GraphQLObjectType | GraphQLInterfaceType;
  readonly field: GraphQLField<unknown, unknown>;
  readonly coordinate: string;
}

/** Every field of every object and interface type. */
export function outputFields(schema: GraphQLSchema): readonly OutputField[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) || isInterfaceType(type))
    .filter((type) => !isIntrospectionType(type))
    .flatMap((type) =>
      Object.values(type.getFields()).map((field) => ({
        type,
        field,
        coordinate: `${type.name}.${field.name}`,
      })),
    );
}

/** Every value of every enum. */
export function enumValues(
  schema: GraphQLSchema,
): readonly { readonly enumName: string; readonly value: GraphQLEnumValue }[] {
  return Object.values(schema.getTypeMap())
    .filter(isEnumType)
    .flatMap((type) => type.getValues().map((value) => ({ enumName: type.name, value })));
}

type Annotated = GraphQLField<unknown, unknown> | GraphQLEnumValue | GraphQLNamedType;

/** The applications of a directive on an element. */
export function applications(element: Annotated, name: string): readonly ConstDirectiveNode[] {
  return (element.astNode?.directives ?? []).filter((applied) => applied.name.value === name);
}

/** Whether a directive stands on an element. */
export function has(element: Annotated, name: string): boolean {
  return applications(element, name).length > 0;
}

/** Whether a type is a record: an object with an owner. */
export function isRecord(type: unknown): type is GraphQLObjectType {
  return (
    isObjectType(type) && type.getInterfaces().some((implemented) => implemented.name === 'Record')
  );
}

/** The fields of a type, or none when it has none. */
export function fieldsOf(
  type: GraphQLNamedType | null | undefined,
): Readonly<Record<string, GraphQLField<unknown, unknown>>> {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields() : {};
}
