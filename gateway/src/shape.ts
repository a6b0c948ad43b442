/**
 * Puts what the subgraphs answered into the form that the caller asked for: the keys in the order of
 * the document, nothing else, and null where a value may not stand. Compiled once per operation; the
 * vendor's own interprets the schema for each value, which was a third of a fan-out's CPU.
 *
 * https://spec.graphql.org/October2021/#sec-Executing-Selection-Sets
 */
import {
  Kind,
  getNullableType,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  typeFromAST,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { fieldOf, fragmentsOf, rootTypeOf } from './selections.ts';

/** An answer in its form, and what of the subgraphs' part could not stand in it. */
export interface Shaped {
  readonly data: Record<string, unknown> | null;
  readonly faults: readonly string[];
}

/** Shapes the merged data of an operation's fetches. */
export type Shape = (tree: JsonObject) => Shaped;

type JsonObject = Readonly<Record<string, unknown>>;

/** Returns the value in its form; null where it may not stand, with a fault. */
type Shaper = (value: unknown, faults: string[]) => unknown;

/** What a non-null field gives its object when it has nothing: the object itself is null then. */
const nothing = Symbol('nothing');

/** Compiles an operation's shape; what asks for the schema was taken out of it. */
export function compileShape(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Shape {
  const source = { schema, fragments: fragmentsOf(document) };
  const root = rootTypeOf(schema, operation);
  const shape = compileObject(source, root, [operation.selectionSet]);
  return (tree) => {
    const faults: string[] = [];
    return { data: shape(tree, faults) as Shaped['data'], faults };
  };
}

interface Source {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

interface Collected {
  readonly name: string;
  readonly sets: SelectionSetNode[];
}

/** A key of an object. `guarded`: one that every object inherits, and may lack nevertheless. */
interface Member {
  readonly key: string;
  readonly guarded: boolean;
  readonly shape: Shaper;
}

function compileObject(
  source: Source,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
): Shaper {
  const members = [...collect(source, type, sets)].map(([key, { name, sets: inner }]): Member => {
    const field = fieldOf(type, name);
    if (!field) throw new Error(`${type.name} has no ${name}.`);
    const guarded = key in Object.prototype;
    if (name === '__typename') return { key, guarded, shape: () => type.name };
    return { key, guarded, shape: compileType(source, field.type, inner, `${type.name}.${name}`) };
  });
  return (value, faults) => {
    if (!isJsonObject(value)) return faulty(faults, `${type.name}: not an object`);
    const object: Record<string, unknown> = {};
    for (const { key, guarded, shape } of members) {
      const given = guarded && !Object.hasOwn(value, key) ? null : (value[key] ?? null);
      const shaped = shape(given, faults);
      if (shaped === nothing) return null;
      if (guarded) define(object, key, shaped);
      else object[key] = shaped;
    }
    return object;
  };
}

function compileType(
  source: Source,
  type: GraphQLOutputType,
  sets: readonly SelectionSetNode[],
  place: string,
): Shaper {
  const nullable = compileNullable(source, getNullableType(type), sets, place);
  if (!isNonNullType(type)) {
    return (value, faults) => (value === null ? null : nullable(value, faults));
  }
  return (value, faults) => {
    // What is null within was told where it was found.
    if (value === null) faults.push(`Cannot return null for the non-null ${place}.`);
    return (value === null ? null : nullable(value, faults)) ?? nothing;
  };
}

function compileNullable(
  source: Source,
  type: GraphQLOutputType,
  sets: readonly SelectionSetNode[],
  place: string,
): Shaper {
  if (isListType(type)) {
    const item = compileType(source, type.ofType as GraphQLOutputType, sets, place);
    return (value, faults) => {
      if (!Array.isArray(value)) return faulty(faults, `${place}: not a list`);
      const list = value.map((each) => item(each ?? null, faults));
      return list.includes(nothing) ? null : list;
    };
  }
  if (isObjectType(type)) return compileObject(source, type, sets);
  if (isAbstractType(type)) return compileAbstract(source, type, sets, place);
  const isValid = leafCheck(type);
  return (value, faults) =>
    isValid(value) ? value : faulty(faults, `${place}: no ${String(type)}`);
}

/** By the type that the value names: the planner asks for it wherever several are possible. */
function compileAbstract(
  source: Source,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
  place: string,
): Shaper {
  const byType = new Map<unknown, Shaper>();
  const shaperOf = (name: unknown): Shaper | undefined => {
    const known = byType.get(name);
    if (known || typeof name !== 'string') return known;
    const concrete = source.schema.getType(name);
    if (!isObjectType(concrete) || !includes(source.schema, type, concrete)) return undefined;
    const made = compileObject(source, concrete, sets);
    byType.set(name, made);
    return made;
  };
  return (value, faults) => {
    if (!isJsonObject(value)) return faulty(faults, `${place}: not an object`);
    const shape = shaperOf(value['__typename']);
    return shape ? shape(value, faults) : faulty(faults, `${place}: of an unknown type`);
  };
}

/** The fields that a selection comes to on an object type, in the order of their first mention. */
function collect(
  source: Source,
  type: GraphQLObjectType,
  sets: readonly SelectionSetNode[],
  found = new Map<string, Collected>(),
): Map<string, Collected> {
  for (const selection of sets.flatMap((set) => set.selections)) {
    // Conditions were decided; the one that stays says that nothing was left.
    if (selection.directives?.some(({ name }) => name.value === 'skip')) continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const known = found.get(key) ?? { name: selection.name.value, sets: [] };
      if (selection.selectionSet) known.sets.push(selection.selectionSet);
      found.set(key, known);
      continue;
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection
        : source.fragments.get(selection.name.value);
    if (!fragment) continue;
    const condition = fragment.typeCondition && typeFromAST(source.schema, fragment.typeCondition);
    if (!condition || includes(source.schema, condition as GraphQLCompositeType, type)) {
      collect(source, type, [fragment.selectionSet], found);
    }
  }
  return found;
}

function includes(
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
  concrete: GraphQLObjectType,
): boolean {
  return type === concrete || (isAbstractType(type) && schema.isSubType(type, concrete));
}

function leafCheck(type: GraphQLLeafType): (value: unknown) => boolean {
  if (isEnumType(type)) {
    const names = new Set<unknown>(type.getValues().map(({ name }) => name));
    return (value) => names.has(value);
  }
  // A scalar of our own takes what its subgraph gives.
  return leafChecks[type.name] ?? (() => true);
}

const leafChecks: Readonly<Record<string, (value: unknown) => boolean>> = {
  ID: (value) => typeof value === 'string' || Number.isInteger(value),
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  Int: (value) => Number.isInteger(value),
  Float: (value) => Number.isFinite(value),
};

function faulty(faults: string[], fault: string): null {
  faults.push(fault);
  return null;
}

/** Not by assignment: `__proto__` is a name that a caller may choose. */
function define(object: object, key: string, value: unknown): void {
  Object.defineProperty(object, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
