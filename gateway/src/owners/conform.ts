/**
 * Checks of what owners answer, put together from the selection: each returns what is wrong, as a
 * path and a rule, never a value. What is right is left as it was parsed, except that what the net
 * fills is filled in.
 */
import {
  isEnumType,
  isListType,
  isNonNullType,
  type GraphQLLeafType,
  type GraphQLOutputType,
} from 'graphql';

/** Who answers, and what its answer is measured by. */
export interface Answering {
  readonly platform: string;
  /** What the ids of its own records begin with. */
  readonly idPrefix: string;
  /** How many rows were asked for, where a gathered page is checked. */
  readonly pageSize: number;
  /** The operation's variables: the sizes of pages within may stand in them. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** When the answer is put together, RFC 3339. */
  readonly asOf: string;
}

/** Undefined when the value keeps the contract. */
export type Check = (value: unknown, by: Answering) => string | undefined;

/** An object of an answer. */
export type JsonObject = Record<string, unknown>;

/** One key of an object, and the check of what stands under it. */
export interface KeyCheck {
  readonly key: string;
  readonly check: Check;
}

/** What the net puts into an object of an owner's answer. */
export type Fill = (object: JsonObject, by: Answering) => void;

/** Lists that are no pages are bounded by the size of the answer; this one bounds the work. */
const maxListLength = 100_000;

/** Whether a JSON value is an object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Null, or what `check` accepts. */
function nullable(check: Check): Check {
  return (value, by) => (value === null ? undefined : check(value, by));
}

/** What a field's type says: null or not, a list or not; `max` bounds the outermost list. */
export function ofType(
  type: GraphQLOutputType,
  check: Check,
  max?: (by: Answering) => number,
): Check {
  if (isNonNullType(type)) return bare(type.ofType, check, max);
  return nullable(bare(type, check, max));
}

function bare(type: GraphQLOutputType, check: Check, max?: (by: Answering) => number): Check {
  return isListType(type) ? listOf(ofType(type.ofType, check), max) : check;
}

/** A list, no longer than it may be. */
export function listOf(item: Check, max: (by: Answering) => number = () => maxListLength): Check {
  return (value, by) => {
    if (!Array.isArray(value)) return ': not a list';
    const limit = max(by);
    if (value.length > limit) return `: longer than ${limit}`;
    let kept = 0;
    for (let i = 0; i < value.length; i++) {
      const wrong = item(value[i], by);
      if (wrong === leftOutMark) continue;
      if (wrong !== undefined) return `[${i}]${wrong}`;
      if (kept < i) value[kept] = value[i];
      kept++;
    }
    value.length = kept;
    return undefined;
  };
}

/** An object with these keys and no other: another one could pass for a field of another subgraph. */
export function objectOf(keys: readonly KeyCheck[], fill?: Fill): Check {
  const names = keys.map((key) => key.key);
  const checks = keys.map((key) => key.check);
  return (value, by) => {
    if (!isJsonObject(value)) return ': not an object';
    if (countKeys(value) !== names.length) return ': other keys than were asked for';
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      const check = checks[i];
      if (name === undefined || check === undefined) continue;
      const wrong = checkMember(value, name, check, by);
      if (wrong !== undefined) return wrong;
    }
    fill?.(value, by);
    return undefined;
  };
}

/** Checks what stands under a key. */
export function checkMember(
  object: JsonObject,
  key: string,
  check: Check,
  by: Answering,
): string | undefined {
  const member = object[key];
  if (member === undefined) return `.${key}: missing`;
  const wrong = check(member, by);
  if (wrong === leftOutMark) object[key] = null;
  else if (wrong !== undefined) return `.${key}${wrong}`;
  return undefined;
}

export const leftOutMark = ': not given';

/**
 * Of a kind that the owner withholds, and so asked for nothing but its type. A list goes on without
 * it, anywhere else it is null. That there was one is not told, which would tell of it.
 */
export const leftOut: Check = () => leftOutMark;

/** An object of one of several types, which stands under `typeKey`. */
export function oneOfTypes(typeKey: string, byType: ReadonlyMap<string, Check>): Check {
  return (value, by) => {
    if (!isJsonObject(value)) return ': not an object';
    const typeName = value[typeKey];
    const check = typeof typeName === 'string' ? byType.get(typeName) : undefined;
    return check ? check(value, by) : ': of an unknown type';
  };
}

/** Exactly this text. */
export function exactly(text: string): Check {
  return (value) => (value === text ? undefined : ': not the right text');
}

/** The id of a record: the answering owner's own. */
export const ownId: Check = (value, by) =>
  typeof value === 'string' && value.startsWith(by.idPrefix) && value.length > by.idPrefix.length
    ? undefined
    : ": not one of the owner's own ids";

/** The code of a record's platform: the answering owner. */
export const ownCode: Check = (value, by) =>
  value === by.platform ? undefined : ": not the owner's own code";

/** A scalar or an enum value of the contract; `lacks`: coordinates of values that the owner does not have. */
export function leaf(type: GraphQLLeafType, lacks: ReadonlySet<string> = new Set()): Check {
  if (isEnumType(type)) {
    const values = type.getValues().map((value) => value.name);
    const names = new Set(values.filter((name) => !lacks.has(`${type.name}.${name}`)));
    return (value) =>
      typeof value === 'string' && names.has(value) ? undefined : `: no ${type.name}`;
  }
  // A scalar that an owner added, as its prefix shows: it may be any value that is not a structure.
  const check = scalars[type.name] ?? (type.name.includes('_') ? isPlain : undefined);
  if (!check) throw new Error(`There is no check for the scalar ${type.name}.`);
  return (value) => (check(value) ? undefined : `: no ${type.name}`);
}

const scalars: Readonly<Record<string, (value: unknown) => boolean>> = {
  ID: (value) => typeof value === 'string',
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  Int: (value) => typeof value === 'number' && (value | 0) === value,
  Float: (value) => typeof value === 'number' && Number.isFinite(value),
  DateTime: (value) => typeof value === 'string' && rfc3339.test(value),
};

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

/** https://www.rfc-editor.org/rfc/rfc3339#section-5.6 */
const rfc3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,9})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

function countKeys(object: JsonObject): number {
  let count = 0;
  for (const key in object) if (key !== undefined) count++;
  return count;
}
