/** Schema coordinates (https://spec.graphql.org/draft/#sec-Schema-Coordinates) of what a schema has. */
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';

/** Types, fields, arguments, input fields and enum values, sorted; without introspection and federation's own. */
export function coordinatesOf(schema: GraphQLSchema): readonly string[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .filter((type) => !isFederationName(type.name))
    .flatMap((type) => [type.name, ...membersOf(type)])
    .toSorted();
}

/** Whether a type or a field of the root is federation's machinery. */
export function isFederationName(name: string): boolean {
  return (
    ['_Service', '_Entity', '_Any', '_service', '_entities'].includes(name) ||
    /^(federation|link|core)__/.test(name)
  );
}

function membersOf(type: GraphQLNamedType): readonly string[] {
  if (isObjectType(type) || isInterfaceType(type)) {
    return Object.values(type.getFields())
      .filter((field) => !isFederationName(field.name))
      .flatMap((field) => [
        `${type.name}.${field.name}`,
        ...field.args.map((argument) => `${type.name}.${field.name}(${argument.name}:)`),
      ]);
  }
  if (isInputObjectType(type)) {
    return Object.keys(type.getFields()).map((field) => `${type.name}.${field}`);
  }
  if (isEnumType(type)) return type.getValues().map((value) => `${type.name}.${value.name}`);
  return [];
}
