/**
 * Rule 8 for what goes into an operation: an argument, input field or enum value that an owner lacks
 * is left out where nobody uses it, and where it is used the owner is not asked at all, since it
 * would answer too much. `null` and what is not written use nothing.
 */
import {
  Kind,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  valueFromASTUntyped,
  type ArgumentNode,
  type ConstValueNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type OperationDefinitionNode,
  type ValueNode,
} from 'graphql';
import type { Values } from './run.ts';

type Lacks = ReadonlySet<string>;

/** A variable whose value may use what the owner lacks. */
export interface VariableUse {
  readonly name: string;
  /** As its place says. */
  readonly type: GraphQLInputType;
  /** The place itself is lacking: whatever it is but null, it is used. */
  readonly place: string | undefined;
  /** The client's own default. */
  readonly fallback: unknown;
}

/** Reads the arguments of one part of an operation, and notes what of them an owner lacks. */
export class OfferedInputs {
  readonly #lacks: Lacks;
  readonly #definition: OperationDefinitionNode;
  /** A coordinate that the text itself uses. */
  used: string | undefined;
  readonly variables: VariableUse[] = [];

  constructor(lacks: Lacks, definition: OperationDefinitionNode) {
    this.#lacks = lacks;
    this.#definition = definition;
  }

  /** A field's arguments, as far as the owner has them. */
  arguments(
    typeName: string,
    field: GraphQLField<unknown, unknown>,
    given: readonly ArgumentNode[],
  ): readonly ArgumentNode[] {
    if (this.#lacks.size === 0) return given;
    const missing = field.args.filter(
      (each) => !given.some(({ name }) => name.value === each.name),
    );
    for (const each of missing) {
      if (!this.#place(`${typeName}.${field.name}(${each.name}:)`, each.type))
        this.#unwritten(each);
    }
    return given.flatMap((node) => {
      const definition = field.args.find((each) => each.name === node.name.value);
      if (!definition) return [node];
      const place = this.#place(`${typeName}.${field.name}(${definition.name}:)`, definition.type);
      const value = this.#value(node.value, definition.type, place);
      return value ? [{ ...node, value }] : [];
    });
  }

  #place(coordinate: string, type: GraphQLInputType): string | undefined {
    return placeLacking(this.#lacks, coordinate, type);
  }

  /** What the client does not write, the schema's default says. */
  #unwritten({ defaultValue, type }: GraphQLArgument | GraphQLInputField): void {
    this.used ??= lackIn(this.#lacks, type, defaultValue);
  }

  /** Undefined: left out. `place`: the coordinate at which the value stands, if that is lacking. */
  #value(
    node: ValueNode,
    type: GraphQLInputType,
    place: string | undefined,
  ): ValueNode | undefined {
    if (node.kind === Kind.VARIABLE) {
      const name = node.name.value;
      if (place !== undefined || mayLack(this.#lacks, type)) {
        this.variables.push({ name, type, place, fallback: defaultOf(this.#definition, name) });
      }
      return place === undefined ? node : undefined;
    }
    if (place !== undefined) {
      if (node.kind !== Kind.NULL) this.used ??= place;
      return undefined;
    }
    if (isNonNullType(type)) return this.#value(node, type.ofType, place);
    if (isListType(type)) {
      if (node.kind !== Kind.LIST) return this.#value(node, type.ofType, place);
      const values = node.values.flatMap((item) => this.#value(item, type.ofType, place) ?? []);
      return { ...node, values };
    }
    if (node.kind === Kind.ENUM && isEnumType(type)) {
      this.used ??= lackIn(this.#lacks, type, node.value);
    }
    if (node.kind !== Kind.OBJECT || !isInputObjectType(type)) return node;
    const fields = Object.values(type.getFields()).flatMap((field) => {
      const lacking = this.#place(`${type.name}.${field.name}`, field.type);
      const given = node.fields.find(({ name }) => name.value === field.name);
      if (!given) {
        if (lacking === undefined) this.#unwritten(field);
        return [];
      }
      const value = this.#value(given.value, field.type, lacking);
      return value ? [{ ...given, value }] : [];
    });
    return { ...node, fields };
  }
}

/** What a run uses of what the owner lacks, by the values of its variables. */
export function usedByVariables(
  lacks: Lacks,
  uses: readonly VariableUse[],
  given: Values,
): string | undefined {
  for (const { name, type, place, fallback } of uses) {
    const value = Object.hasOwn(given, name) ? given[name] : fallback;
    if (value == null) continue;
    const lack = place ?? lackIn(lacks, type, value);
    if (lack !== undefined) return lack;
  }
  return undefined;
}

/** A value without the nulls that stand where the owner has no place for them. */
export function offeredValue(lacks: Lacks, type: GraphQLInputType, value: unknown): unknown {
  if (value == null) return value;
  if (isNonNullType(type)) return offeredValue(lacks, type.ofType, value);
  if (isListType(type)) {
    if (!Array.isArray(value)) return offeredValue(lacks, type.ofType, value);
    return value.map((item) => offeredValue(lacks, type.ofType, item));
  }
  if (!isInputObjectType(type) || typeof value !== 'object') return value;
  const fields = type.getFields();
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const field = fields[name];
      if (!field) return [[name, member]];
      if (placeLacking(lacks, `${type.name}.${name}`, field.type) !== undefined) return [];
      return [[name, offeredValue(lacks, field.type, member)]];
    }),
  );
}

/**
 * A variable's default that the owner can read. What is changed in it takes no effect: whoever does
 * not give the variable uses what the owner lacks, and is not sent there.
 */
export function offeredDefault(
  lacks: Lacks,
  type: GraphQLInputType,
  node: ConstValueNode,
): ConstValueNode {
  if (isNonNullType(type)) return offeredDefault(lacks, type.ofType, node);
  if (isListType(type)) {
    if (node.kind !== Kind.LIST) return offeredDefault(lacks, type.ofType, node);
    const values = node.values.map((item) => offeredDefault(lacks, type.ofType, item));
    return { ...node, values };
  }
  if (node.kind === Kind.ENUM && isEnumType(type) && lacks.has(`${type.name}.${node.value}`)) {
    const known = type.getValues().find(({ name }) => !lacks.has(`${type.name}.${name}`));
    return known ? { ...node, value: known.name } : { kind: Kind.NULL };
  }
  if (node.kind !== Kind.OBJECT || !isInputObjectType(type)) return node;
  const fields = node.fields.flatMap((given) => {
    const field = type.getFields()[given.name.value];
    if (!field || placeLacking(lacks, `${type.name}.${field.name}`, field.type)) return [];
    return [{ ...given, value: offeredDefault(lacks, field.type, given.value) }];
  });
  return { ...node, fields };
}

/** The coordinate that is lacking where a value would stand: the place's own, or its type's. */
function placeLacking(
  lacks: Lacks,
  coordinate: string,
  type: GraphQLInputType,
): string | undefined {
  if (lacks.has(coordinate)) return coordinate;
  const { name } = getNamedType(type);
  return lacks.has(name) ? name : undefined;
}

/** What a value uses of what is lacking. */
function lackIn(lacks: Lacks, type: GraphQLInputType, value: unknown): string | undefined {
  if (value == null) return undefined;
  if (isNonNullType(type)) return lackIn(lacks, type.ofType, value);
  if (isListType(type)) {
    // A single value stands for a list of one.
    for (const item of Array.isArray(value) ? value : [value]) {
      const lack = lackIn(lacks, type.ofType, item);
      if (lack !== undefined) return lack;
    }
    return undefined;
  }
  if (isEnumType(type)) {
    const coordinate = typeof value === 'string' ? `${type.name}.${value}` : '';
    return lacks.has(coordinate) ? coordinate : undefined;
  }
  if (!isInputObjectType(type) || typeof value !== 'object') return undefined;
  for (const field of Object.values(type.getFields())) {
    const member: unknown = Object.getOwnPropertyDescriptor(value, field.name)?.value;
    const place = placeLacking(lacks, `${type.name}.${field.name}`, field.type);
    const isUsed = member != null;
    if (place !== undefined && isUsed) return place;
    if (place !== undefined) continue;
    const lack = lackIn(lacks, field.type, member === undefined ? field.defaultValue : member);
    if (lack !== undefined) return lack;
  }
  return undefined;
}

/** Whether some value of the type would use what is lacking. */
function mayLack(lacks: Lacks, type: GraphQLInputType, seen = new Set<string>()): boolean {
  const named = getNamedType(type);
  if (seen.has(named.name)) return false;
  seen.add(named.name);
  if (isEnumType(named)) {
    return named.getValues().some(({ name }) => lacks.has(`${named.name}.${name}`));
  }
  if (!isInputObjectType(named)) return false;
  return Object.values(named.getFields()).some(
    (field) =>
      placeLacking(lacks, `${named.name}.${field.name}`, field.type) !== undefined ||
      mayLack(lacks, field.type, seen),
  );
}

function defaultOf({ variableDefinitions = [] }: OperationDefinitionNode, name: string): unknown {
  const node = variableDefinitions.find(({ variable }) => variable.name.value === name);
  return node?.defaultValue && valueFromASTUntyped(node.defaultValue);
}
