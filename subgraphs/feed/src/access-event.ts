/** Who was given what through the gateway: one event a request, in the gateways' feed. */
import type { FeedEvent } from '@onenet/contract';
import { hasOtherKeys, isObject, matches } from './event.ts';
import type { Checked, EventFault } from './event.ts';
import { usageResults, type UsageResult } from './usage-event.ts';

/** A request that was answered, or refused. */
export const accessType = 'onenet.access.recorded';

/** `data` of an event: one request. No value that was asked with or given, no text but names, nobody but by an opaque reference. */
export interface AccessData {
  /** As in the answer's `extensions.onenet`; null where several stand for one. */
  readonly requestId: string | null;
  /** The client system; null where the caller could not be told. */
  readonly client: string | null;
  /** On whose behalf: the client's own opaque reference, or the account of who signed in. */
  readonly person: string | null;
  readonly roles: readonly string[];
  readonly purpose: string | null;
  /** The operation's name; null where it has none, or was refused before it was read. */
  readonly operation: string | null;
  /** SHA-256 of the planned document, hexadecimal. */
  readonly document: string | null;
  readonly kind: 'query' | 'mutation' | 'subscription' | null;
  /** Schema coordinates that the document and the variables' shapes name. */
  readonly coordinates: readonly string[];
  readonly result: UsageResult;
  /** Codes of the answer's errors, each once. */
  readonly codes: readonly string[];
  /** Of the HTTP answer. */
  readonly status: number;
  readonly durationMs: number;
  readonly owners: readonly OwnerAccess[];
  /** Requests that were refused alike within a minute, where there were too many to name each; absent: one. */
  readonly count?: number;
  /** Only more coordinates and owners of the event before, which were too many for one line. */
  readonly continued?: true;
}

/** One call to an owner, or that it was not asked for want of a grant. */
export interface OwnerAccess {
  readonly platform: string;
  /** `OK`, or the reason why its part is missing; `REPEATED` where the connection broke and it was asked again. */
  readonly outcome: string;
  /** Of its HTTP answer; null where there was none. */
  readonly status: number | null;
  /** From the call to its answer, or to when no more was waited for; absent where nothing was sent. */
  readonly durationMs?: number;
  /** Records in its answer. */
  readonly rows: number | null;
  /** Ids of the grants on which the call rested, joined by commas; null without one. */
  readonly grant: string | null;
  /** The call's leaf, hexadecimal: by it the owner's own record names the call. Null where nothing was sent, or signed. */
  readonly leaf: string | null;
}

export interface AccessEvent extends Omit<FeedEvent, 'data'> {
  readonly data: AccessData;
}

/** What is wrong with `data`. */
export function accessFault(data: Checked): EventFault | undefined {
  if (hasOtherKeys(data, dataKeys)) return 'FORBIDDEN_KEY';
  const { requestId, client, person, roles, purpose, operation, document, kind } = data;
  const { coordinates, result, codes, status, durationMs, owners, count, continued } = data;
  const isSound =
    isNullOr(requestId, /^[\w-]{1,64}$/) &&
    isNullOr(client, /^[^\s]{1,200}$/) &&
    isNullOr(person, /^[\w.-]{1,64}$/) &&
    isListOf(roles, (role) => matches(role, /^[\w.:-]{1,64}$/)) &&
    isNullOr(purpose, /^[^\p{Cc}]{1,200}$/u) &&
    isNullOr(operation, /^[_A-Za-z][_0-9A-Za-z]{0,199}$/) &&
    isNullOr(document, /^[0-9a-f]{64}$/) &&
    (kind === null || kinds.has(kind)) &&
    isListOf(coordinates, (each) => matches(each, /^[_A-Za-z][\w.():]{0,400}$/)) &&
    usageResults.some((known) => known === result) &&
    isListOf(codes, (code) => matches(code, /^[A-Z_]{1,64}$/)) &&
    isCount(status) &&
    typeof durationMs === 'number' &&
    durationMs >= 0 &&
    isListOf(owners, isOwnerAccess) &&
    (continued === undefined || continued === true);
  if (!isSound) return 'NOT_AN_EVENT';
  return count === undefined || (isCount(count) && count > 0) ? undefined : 'BAD_COUNT';
}

const dataKeys = new Set([
  'requestId',
  'client',
  'person',
  'roles',
  'purpose',
  'operation',
  'document',
  'kind',
  'coordinates',
  'result',
  'codes',
  'status',
  'durationMs',
  'owners',
  'count',
  'continued',
]);
const ownerKeys = new Set(['platform', 'outcome', 'status', 'durationMs', 'rows', 'grant', 'leaf']);
const kinds: ReadonlySet<unknown> = new Set(['query', 'mutation', 'subscription']);

function isOwnerAccess(value: unknown): boolean {
  if (!isObject(value) || hasOtherKeys(value, ownerKeys)) return false;
  const { platform, outcome, status, durationMs, rows, grant, leaf } = value;
  return (
    matches(platform, /^[0-9A-Z][0-9A-Z-]{0,31}$/) &&
    matches(outcome, /^[A-Z_]{1,64}$/) &&
    (status === null || isCount(status)) &&
    (durationMs === undefined || (typeof durationMs === 'number' && durationMs >= 0)) &&
    (rows === null || isCount(rows)) &&
    isNullOr(grant, /^[\w,-]{1,4096}$/) &&
    isNullOr(leaf, /^[0-9a-f]{64}$/)
  );
}

function isNullOr(value: unknown, pattern: RegExp): boolean {
  return value === null || matches(value, pattern);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isListOf(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}
