/** What the composed SDL says of costs: `@cost` and `@listSize` (https://ibm.github.io/graphql-specs/cost-spec.html). */
import {
  isInterfaceType,
  isObjectType,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type GraphQLSchema,
} from 'graphql';

/** `@listSize`: which arguments say how long a list is, and of which field of the answer. */
export interface ListSize {
  readonly assumedSize: number | undefined;
  readonly slicingArguments: readonly string[];
  /** Fields of the field's type that are so long; empty: the field itself. */
  readonly sizedFields: readonly string[];
}

/** By coordinate. */
export interface CostRules {
  /** Of types, fields and arguments (`Query.members(first:)`). */
  readonly weights: ReadonlyMap<string, number>;
  readonly sizes: ReadonlyMap<string, ListSize>;
}

/** Reads the cost directives of a composed schema. */
export function costRules(schema: GraphQLSchema): CostRules {
  const weights = new Map<string, number>();
  const sizes = new Map<string, ListSize>();
  const weigh = (coordinate: string, element: Annotated | null | undefined): void => {
    const weight = applied(element, 'cost')?.['weight'];
    if (typeof weight === 'number') weights.set(coordinate, weight);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    weigh(type.name, type.astNode);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`;
      weigh(coordinate, field.astNode);
      for (const { name, astNode } of field.args) weigh(`${coordinate}(${name}:)`, astNode);
      const size = applied(field.astNode, 'listSize');
      if (size) sizes.set(coordinate, listSize(size));
    }
  }
  return { weights, sizes };
}

function listSize(size: Readonly<Record<string, unknown>>): ListSize {
  const assumed = size['assumedSize'];
  return {
    assumedSize: typeof assumed === 'number' ? assumed : undefined,
    slicingArguments: texts(size['slicingArguments']),
    sizedFields: texts(size['sizedFields']),
  };
}

interface Annotated {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

function applied(
  element: Annotated | null | undefined,
  name: string,
): Readonly<Record<string, unknown>> | undefined {
  const directive = element?.directives?.find((each) => each.name.value === name);
  const args = directive?.arguments?.map((argument): [string, unknown] => [
    argument.name.value,
    valueFromASTUntyped(argument.value),
  ]);
  return args && Object.fromEntries(args);
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
