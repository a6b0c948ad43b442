/** Reads what an owner sent: its parts, each checked by itself, or why there is none. */
import { isNetErrorCode, type NetErrorCode } from '@onenet/contract';
import { isJsonObject, type Answering, type Check, type JsonObject } from './conform.ts';
import { mayPass, type Failure, type FailureReason, type ResponsePath } from './failure.ts';
import type { GatherField } from './gather-ask.ts';
import { checkEntity, type OwnerOperation, type GroupAsked } from './owner-operation.ts';
import type { HttpAnswer } from './transport.ts';

/** An owner's error within a part; what it said in words stays here. */
export interface PartError {
  /** Below the part, as far as the answer has such a place. */
  readonly path: ResponsePath;
  readonly code: NetErrorCode | undefined;
}

/** One owner's part of one field. */
export type Part =
  | {
      readonly ok: true;
      readonly value: JsonObject;
      readonly errors: readonly PartError[];
      /** Below the part, without indexes: fields that the owner does not offer. */
      readonly pruned: readonly (readonly string[])[];
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
  readonly routes: ReadonlyMap<number, Part>;
  /** By group, in the order of its representations. */
  readonly groups: readonly (readonly EntityPart[])[];
}

/** What stands in a GraphQL answer. */
interface Envelope {
  readonly data: JsonObject;
  readonly errors: readonly OwnerError[];
}

interface OwnerError {
  readonly path: ResponsePath;
  readonly code: unknown;
}

/** Reads the envelope; a text that says what is wrong with it would not do: the reason matters to the caller. */
export function readEnvelope(answer: HttpAnswer): Envelope | Failure {
  const { status } = answer;
  if (status === 502 || status === 503 || status === 504)
    return failed('UNREACHABLE', `status ${status}`);
  if (status === 413 || status === 429) return failed('OVER_BUDGET', `status ${status}`);
  if (status >= 300 && status < 400) return failed('INVALID', `a redirect, status ${status}`);
  if (status >= 500) return failed('INVALID', `status ${status}`);
  if (!answer.contentType.includes('json')) return failed('INVALID', `status ${status}, no JSON`);
  let json: unknown;
  try {
    json = JSON.parse(answer.body.toString('utf8'));
  } catch {
    return failed('INVALID', `status ${status}, JSON that cannot be read`);
  }
  if (!isJsonObject(json)) return failed('INVALID', 'no GraphQL answer');
  const errors = readErrors(json['errors']);
  if (isJsonObject(json['data'])) return { data: json['data'], errors };
  const code = errors.map((error) => error.code).find((known) => isNetErrorCode(known));
  return refused(code, `status ${status}, no data, ${errors.length} errors`);
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
      operation.gathers.map(({ key, field, check }) => [
        field.index,
        readPart(data[key], check, paged(field.index), under(errors, [key]), []),
      ]),
    ),
    routes: new Map(
      operation.routes.map(({ key, field, check, pruned }) => [
        field.index,
        readPart(data[key], check, by, under(errors, [key]), pruned),
      ]),
    ),
    groups: operation.groups.map((group, i) =>
      readGroup(
        group,
        data[group.alias],
        under(errors, [group.alias]),
        asked.keys[i] ?? [],
        by,
        paged,
      ),
    ),
  };
}

/** A part that is missing. */
export function failed(reason: FailureReason, detail: string, sent = true): Failure {
  return { reason, detail, sent };
}

/** The owner itself said no, with a code of the table or without one. */
function refused(code: unknown, detail: string): Failure {
  const known = isNetErrorCode(code) ? code : undefined;
  const reason: FailureReason =
    known === 'NOT_OFFERED' || known === 'UNAVAILABLE' || known === 'TOO_LARGE'
      ? (
          {
            NOT_OFFERED: 'NOT_OFFERED',
            UNAVAILABLE: 'MAINTENANCE',
            TOO_LARGE: 'OVER_BUDGET',
          } as const
        )[known]
      : 'INVALID';
  return {
    reason,
    detail: `${detail}${known ? `, ${known}` : ''}`,
    sent: true,
    refused: true,
    ...(mayPass(known) ? { code: known } : {}),
  };
}

function readPart(
  value: unknown,
  check: Check,
  by: Answering,
  errors: readonly OwnerError[],
  pruned: readonly (readonly string[])[],
): Part {
  if (value === null) {
    const [error] = errors;
    if (!error) return { ok: false, failure: { ...failed('INVALID', 'null'), absent: true } };
    return { ok: false, failure: refused(error.code, 'null with an error') };
  }
  const wrong = value === undefined ? ': missing' : check(value, by);
  if (wrong !== undefined || !isJsonObject(value)) {
    return { ok: false, failure: failed('INVALID', wrong ?? ': not an object') };
  }
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
    const own = errors.length > 0 ? under(errors, [i]) : errors;
    const entity: unknown = value[i];
    if (entity === null) {
      const part = readPart(null, neverAsked, by, own, []);
      return wholly(group, part.ok ? failed('INVALID', 'null') : part.failure);
    }
    const checked = checkEntity(group, entity, key, by);
    const gathers = new Map<GatherField, Part>();
    if (!isJsonObject(entity)) return wholly(group, failed('INVALID', 'not an object'));
    for (const { field, check } of group.gathers) {
      const listKey = field.selected.key;
      const part = readPart(entity[listKey], check, paged(field.index), under(own, [listKey]), []);
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

function readErrors(value: unknown): OwnerError[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isJsonObject).map(({ path, extensions }) => ({
    path: Array.isArray(path) ? path.filter((step) => isStep(step)) : [],
    code: isJsonObject(extensions) ? extensions['code'] : undefined,
  }));
}

function isStep(step: unknown): step is string | number {
  return typeof step === 'string' || typeof step === 'number';
}

/** The errors below a place, with paths from there. */
function under(errors: readonly OwnerError[], place: ResponsePath): readonly OwnerError[] {
  if (errors.length === 0) return errors;
  return errors
    .filter(({ path }) => place.every((step, i) => path[i] === step))
    .map(({ path, code }) => ({ path: path.slice(place.length), code }));
}

/** Keeps of a path what the checked answer has: anything else would be the owner's own words. */
function partError(value: JsonObject, error: OwnerError): PartError {
  const path: (string | number)[] = [];
  let here: unknown = value;
  for (const step of error.path) {
    const inList = Array.isArray(here) && typeof step === 'number' && step in here;
    if (Array.isArray(here) && inList) here = here[Number(step)];
    else if (isJsonObject(here) && Object.hasOwn(here, step)) here = here[step];
    else break;
    path.push(step);
  }
  return { path, code: isNetErrorCode(error.code) && mayPass(error.code) ? error.code : undefined };
}
