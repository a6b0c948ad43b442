/** Takes an owner's answer apart: each part is checked by itself, so that what is wrong costs that part alone. */
import { isNetErrorCode, type NetErrorCode } from '@onenet/contract';
import type { Pruned } from './ask.ts';
import {
  isJsonObject,
  leftOutMark,
  type Answering,
  type Check,
  type JsonObject,
} from './conform.ts';
import { errorsUnder, type Envelope, type OwnerError } from './read-answer.ts';
import { failed, mayPass, refused, unoffered, type Failure, type ResponsePath } from './failure.ts';
import type { GatherField } from './gather-ask.ts';
import { checkEntity, type OwnerOperation, type GroupAsked } from './owner-operation.ts';

/** An owner's error within a part; what it said in words stays here. */
export interface PartError {
  /** Below the part, as far as the answer has such a place. */
  readonly path: ResponsePath;
  readonly code: NetErrorCode | undefined;
}

/** One owner's part of one field: an object, or whatever the field's type says. */
export type Part<Value = JsonObject> =
  | {
      readonly ok: true;
      readonly value: Value;
      readonly errors: readonly PartError[];
      /** Below the part: fields for which the owner was not asked. */
      readonly pruned: readonly Pruned[];
    }
  | { readonly ok: false; readonly failure: Failure };

/** An entity at its owner: its own fields are one part, each of its lists another. */
export interface EntityPart {
  readonly plain: Part;
  readonly gathers: ReadonlyMap<GatherField, Part>;
}

/** All that an owner answered to one operation. */
export interface OwnerParts {
  readonly gathers: ReadonlyMap<number, Part>;
  readonly routes: ReadonlyMap<number, Part<unknown>>;
  /** By group, in the order of its representations. */
  readonly groups: readonly (readonly EntityPart[])[];
}

/** Checks each part of an answer. */
export function readParts(
  operation: OwnerOperation,
  { data, errors }: Envelope,
  by: Answering,
  asked: {
    /** The keys of the entities asked for, by group. */
    readonly keys: readonly (readonly string[])[];
    readonly pageSizes: ReadonlyMap<number, number>;
  },
): OwnerParts {
  const paged = (index: number): Answering => ({
    ...by,
    pageSize: asked.pageSizes.get(index) ?? 0,
  });
  return {
    gathers: new Map(
      operation.gathers.map(({ key, field, check, pruned }) => [
        field.index,
        readPart(data[key], check, paged(field.index), errorsUnder(errors, [key]), pruned),
      ]),
    ),
    routes: new Map(
      operation.routes.map(({ key, field, check, pruned }) => [
        field.index,
        readValue(data[key], check, by, errorsUnder(errors, [key]), pruned),
      ]),
    ),
    groups: operation.groups.map((group, i) =>
      readGroup(
        group,
        data[group.alias],
        errorsUnder(errors, [group.alias]),
        asked.keys[i] ?? [],
        by,
        paged,
      ),
    ),
  };
}

function readPart(...[value, ...how]: Parameters<typeof readValue>): Part {
  const part = readValue(value, ...how);
  if (!part.ok) return part;
  if (!isJsonObject(part.value)) {
    return { ok: false, failure: failed('INVALID', ': not an object') };
  }
  return { ...part, value: part.value };
}

function readValue(
  value: unknown,
  check: Check,
  by: Answering,
  errors: readonly OwnerError[],
  pruned: readonly Pruned[],
): Part<unknown> {
  if (value === null) {
    const [error] = errors;
    if (!error) return { ok: false, failure: { ...failed('INVALID', 'null'), absent: true } };
    const { code, status } = error;
    const failure = refused(code, 'null with an error');
    return {
      ok: false,
      failure: status === undefined ? failure : { ...failure, recordStatus: status },
    };
  }
  const wrong = value === undefined ? ': missing' : check(value, by);
  if (wrong === leftOutMark) return { ok: false, failure: unoffered('REFUSED') };
  if (wrong !== undefined) return { ok: false, failure: failed('INVALID', wrong) };
  return { ok: true, value, errors: errors.map((error) => partError(value, error)), pruned };
}

function readGroup(
  group: GroupAsked,
  value: unknown,
  errors: readonly OwnerError[],
  keys: readonly string[],
  by: Answering,
  paged: (index: number) => Answering,
): EntityPart[] {
  if (!Array.isArray(value) || value.length !== keys.length) {
    const failure = errors[0]
      ? refused(errors[0].code, 'no entities, with an error')
      : failed('INVALID', 'not as many entities as were asked for');
    return keys.map(() => wholly(group, failure));
  }
  return keys.map((key, i) => {
    const own = errors.length > 0 ? errorsUnder(errors, [i]) : errors;
    const entity: unknown = value[i];
    if (entity === null) {
      const part = readPart(null, neverAsked, by, own, []);
      return wholly(group, part.ok ? failed('INVALID', 'null') : part.failure);
    }
    const checked = checkEntity(group, entity, key, by);
    const gathers = new Map<GatherField, Part>();
    if (!isJsonObject(entity)) return wholly(group, failed('INVALID', 'not an object'));
    for (const { field, check, pruned } of group.gathers) {
      const listKey = field.selected.key;
      const part = readPart(
        entity[listKey],
        check,
        paged(field.index),
        errorsUnder(own, [listKey]),
        pruned,
      );
      gathers.set(field, part);
    }
    if (typeof checked === 'string') {
      return { plain: { ok: false, failure: failed('INVALID', checked) }, gathers };
    }
    const lists = new Set(group.gathers.map(({ field }) => field.selected.key));
    const plainErrors = own
      .filter(({ path }) => !lists.has(String(path[0])))
      .map((error) => partError(checked, error));
    return {
      plain: { ok: true, value: checked, errors: plainErrors, pruned: group.pruned },
      gathers,
    };
  });
}

const neverAsked: Check = () => ': null';

function wholly(group: GroupAsked, failure: Failure): EntityPart {
  const part: Part = { ok: false, failure };
  return { plain: part, gathers: new Map(group.gathers.map(({ field }) => [field, part])) };
}

/** Keeps of a path what the checked answer has: anything else would be the owner's own words. */
function partError(value: unknown, error: OwnerError): PartError {
  const path: (string | number)[] = [];
  let here: unknown = value;
  for (const step of error.path) {
    if (Array.isArray(here) && typeof step === 'number' && step in here) here = here[step];
    else if (isJsonObject(here) && Object.hasOwn(here, step)) here = here[step];
    else break;
    path.push(step);
  }
  return { path, code: isNetErrorCode(error.code) && mayPass(error.code) ? error.code : undefined };
}
