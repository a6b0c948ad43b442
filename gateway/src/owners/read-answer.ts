/** Reads what came over HTTP as a GraphQL answer: its data and errors, or why there is none. */
import { isNetErrorCode, type NetErrorCode } from '@onenet/contract';
import { isJsonObject, type JsonObject } from './conform.ts';
import { failed, refused, type Failure, type ResponsePath } from './failure.ts';
import type { HttpAnswer } from './transport.ts';

/** A GraphQL answer of an owner. */
export interface Envelope {
  readonly data: JsonObject;
  readonly errors: readonly OwnerError[];
}

/** An error of an owner; its words are left out already here. */
export interface OwnerError {
  readonly path: ResponsePath;
  readonly code: unknown;
  /** The record's status, of a step that it does not allow; nothing but a name of an enum. */
  readonly status?: string;
}

/** Reads an answer. https://graphql.github.io/graphql-over-http/draft/#sec-Response */
export function readEnvelope({ status, contentType, body }: HttpAnswer): Envelope | Failure {
  const what = `status ${status}`;
  if (status === 502 || status === 503 || status === 504) return failed('UNREACHABLE', what);
  if (status === 413 || status === 429) return failed('OVER_BUDGET', what);
  if (status >= 500) return failed('INVALID', what);
  if (status >= 300 && status < 400) return failed('INVALID', `${what}, a redirect`);
  if (!contentType.includes('json')) return failed('INVALID', `${what}, no JSON`);
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    return failed('INVALID', `${what}, JSON that cannot be read`);
  }
  if (!isJsonObject(json)) return failed('INVALID', `${what}, no GraphQL answer`);
  const errors = readErrors(json['errors']);
  if (isJsonObject(json['data'])) return { data: json['data'], errors };
  const code = errors.map((error) => error.code).find((known) => isNetErrorCode(known));
  const refusal = refused(code, `${what}, no data${clocksOf(json['errors'])}`);
  // Its guard let nothing through to where a mutation would have been carried out.
  return status === 401 && notTaken.has(code) ? { ...refusal, sent: false } : refusal;
}

/** Not among them: what was taken before, which the first sending was. */
const notTaken: ReadonlySet<unknown> = new Set<NetErrorCode>([
  'ASSERTION_REQUIRED',
  'ASSERTION_INVALID',
  'ASSERTION_EXPIRED',
  'CLOCK_SKEW',
]);

/** Of an assertion that came too early or too late, both clocks; of nothing else anything. */
function clocksOf(errors: unknown): string {
  if (!Array.isArray(errors)) return '';
  for (const error of errors.filter(isJsonObject)) {
    if (!isJsonObject(error['extensions'])) continue;
    const { issuedAt, ownerTime } = error['extensions'];
    if (isTime(issuedAt) && isTime(ownerTime)) return `, signed ${issuedAt}, there ${ownerTime}`;
  }
  return '';
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && /^[\d:.TZ-]{20,30}$/.test(value);
}

/** The errors below a place, with paths from there. */
export function errorsUnder(
  errors: readonly OwnerError[],
  place: ResponsePath,
): readonly OwnerError[] {
  if (errors.length === 0) return errors;
  return errors
    .filter(({ path }) => place.every((step, i) => path[i] === step))
    .map((error) => ({ ...error, path: error.path.slice(place.length) }));
}

function readErrors(value: unknown): OwnerError[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isJsonObject).map(({ path, extensions }) => ({
    path: Array.isArray(path) ? path.filter((step) => isStep(step)) : [],
    code: isJsonObject(extensions) ? extensions['code'] : undefined,
    ...statusOf(extensions),
  }));
}

function statusOf(extensions: unknown): { readonly status?: string } {
  const status = isJsonObject(extensions) ? extensions['status'] : undefined;
  return typeof status === 'string' && /^[A-Z_]{1,32}$/.test(status) ? { status } : {};
}

function isStep(step: unknown): step is string | number {
  return typeof step === 'string' || typeof step === 'number';
}
