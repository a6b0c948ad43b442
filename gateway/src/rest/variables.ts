/** Variables from a query string, by the types that the document gives them. */
import { NetError } from '@onenet/contract';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { isInputType } from 'graphql';
import { typeReferred } from '../selections.ts';

/** A parameter of the query string. */
export interface Parameter {
  /** `first`, or `near.latitude` for a field of an input object. */
  readonly name: string;
  readonly path: readonly string[];
  readonly type: GraphQLInputType;
  readonly isRequired: boolean;
  readonly description: string | undefined;
}

/** Input objects inside each other, which have more readable forms. */
const maxDepth = 4;

/** A variable with its type. */
export interface Variable {
  readonly name: string;
  readonly type: GraphQLInputType;
  readonly isRequired: boolean;
}

export function variablesOf(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
): readonly Variable[] {
  return variableDefinitions.flatMap(({ variable, type: node, defaultValue }) => {
    const type = typeReferred(schema, node);
    if (!type || !isInputType(type)) return [];
    return [{ name: variable.name.value, type, isRequired: isNonNullType(type) && !defaultValue }];
  });
}

/** The parameters that stand for an operation's variables; lists of input objects have none. */
export function parametersOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
): readonly Parameter[] {
  const flatten = (
    { name, type, isRequired }: Variable,
    path: readonly string[],
    description: string | undefined,
  ): readonly Parameter[] => {
    const plain = isNonNullType(type) ? type.ofType : type;
    const here = [...path, name];
    if (!isInputObjectType(getNamedType(plain))) {
      return [{ name: here.join('.'), path: here, type: plain, isRequired, description }];
    }
    if (!isInputObjectType(plain) || here.length >= maxDepth) return [];
    return Object.values(plain.getFields()).flatMap((field) => {
      const isNeeded = isNonNullType(field.type) && field.defaultValue === undefined;
      const inner = { name: field.name, type: field.type, isRequired: isRequired && isNeeded };
      return flatten(inner, here, field.description ?? undefined);
    });
  };
  return variablesOf(schema, operation).flatMap((variable) => flatten(variable, [], undefined));
}

/** Reads them; what is none of them is refused, so that a misspelt one is not passed over. */
export function readVariables(
  parameters: readonly Parameter[],
  search: URLSearchParams,
  others: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const variables: Tree = new Map();
  for (const name of new Set(search.keys())) {
    const parameter = byName.get(name);
    if (parameter) put(variables, parameter.path, valueOf(parameter, search.getAll(name)));
    else if (!others.has(name)) throw unknown(name, [...byName.keys(), ...others]);
  }
  return plainOf(variables);
}

/** A map, and no object: a name may be one of the prototype's. */
type Tree = Map<string, unknown>;

function put(tree: Tree, [first = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    tree.set(first, value);
    return;
  }
  const inner = tree.get(first);
  const below: Tree = inner instanceof Map ? inner : new Map();
  tree.set(first, below);
  put(below, rest, value);
}

function plainOf(tree: Tree): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...tree].map(([name, value]) => [name, value instanceof Map ? plainOf(value) : value]),
  );
}

function valueOf({ name, type }: Parameter, given: readonly string[]): unknown {
  if (isListType(type)) return given.map((text) => read(name, getNamedType(type), text));
  const [text = '', second] = given;
  if (second !== undefined) throw wrong(name, 'is given twice, and takes one value');
  return read(name, getNamedType(type), text);
}

function read(name: string, type: GraphQLInputType, text: string): unknown {
  const named = getNamedType(type);
  if (isEnumType(named)) {
    const values = named.getValues().map((value) => value.name);
    if (values.includes(text)) return text;
    throw wrong(name, `is one of ${values.join(', ')}`);
  }
  const reader = Object.hasOwn(readers, named.name) ? readers[named.name] : undefined;
  if (!reader) return text;
  const value = reader.read(text);
  if (value !== undefined) return value;
  throw wrong(name, `is ${reader.what}`);
}

/** By scalar; every other one is a text, which the scalar itself checks. */
const readers: Readonly<Record<string, { readonly what: string; read(text: string): unknown }>> = {
  Int: {
    what: 'a whole number',
    read: (text) => (/^-?\d{1,10}$/.test(text) ? Number(text) : undefined),
  },
  Float: {
    what: 'a number',
    read: (text) =>
      /^-?\d{1,15}(\.\d{1,15})?([eE][+-]?\d{1,2})?$/.test(text) ? Number(text) : undefined,
  },
  Boolean: {
    what: 'true or false',
    read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  },
};

function wrong(name: string, what: string): NetError {
  return new NetError('BAD_INPUT', `The parameter ${name} ${what}.`);
}

function unknown(name: string, known: readonly string[]): NetError {
  return new NetError(
    'BAD_INPUT',
    `There is no parameter ${name.slice(0, 64)}: here are ${known.join(', ')}.`,
  );
}
