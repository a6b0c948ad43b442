/** What consumers asked the gateway: events of its feed that stand for many requests. */
import type { FeedEvent } from '@onenet/contract';
import { hasOtherKeys, isObject, matches } from './event.ts';
import type { Checked, EventFault } from './event.ts';

/** Operations that were answered. */
export const usageType = 'onenet.operation.answered';

/** OK: no error. PARTIAL: data and errors. REFUSED: no data, by the caller's fault. FAILED: no data otherwise. */
export const usageResults = ['OK', 'PARTIAL', 'REFUSED', 'FAILED'] as const;
export type UsageResult = (typeof usageResults)[number];

/** `data` of an event: `count` requests that differ in their values alone, within a clock minute. No value is in it. */
export interface UsageData {
  /** SHA-256 of the planned document, hexadecimal. */
  readonly document: string;
  /** The operation's name. */
  readonly name: string | null;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** The client system. */
  readonly client: string;
  readonly result: UsageResult;
  readonly count: number;
  /** Of all of them together. */
  readonly durationMs: number;
  /** Schema coordinates that the document and the variables' shapes name. */
  readonly coordinates: readonly string[];
  readonly owners: readonly OwnerUse[];
  /** Only more coordinates and owners of the event before, which were too many for one line. */
  readonly continued?: true;
}

/** Calls to one owner. */
export interface OwnerUse {
  readonly platform: string;
  readonly calls: number;
  /** Of them, without its part of the answer. */
  readonly failed: number;
}

export interface UsageEvent extends Omit<FeedEvent, 'data'> {
  readonly data: UsageData;
}

/** What is wrong with `data`. */
export function usageFault(data: Checked): EventFault | undefined {
  if (hasOtherKeys(data, dataKeys)) return 'FORBIDDEN_KEY';
  const { document, name, kind, client, result, count, durationMs, coordinates, owners } = data;
  const { continued } = data;
  const isSound =
    matches(document, /^[0-9a-f]{64}$/) &&
    (name === null || matches(name, /^[_A-Za-z][_0-9A-Za-z]{0,199}$/)) &&
    kinds.has(kind) &&
    matches(client, /^[^\s]{1,200}$/) &&
    usageResults.some((known) => known === result) &&
    typeof durationMs === 'number' &&
    durationMs >= 0 &&
    isListOf(coordinates, (each) => matches(each, /^[_A-Za-z][\w.():]{0,400}$/)) &&
    isListOf(owners, isOwnerUse) &&
    (continued === undefined || continued === true);
  if (!isSound) return 'NOT_AN_EVENT';
  return isCount(count) && count > 0 ? undefined : 'BAD_COUNT';
}

const dataKeys = new Set([
  'document',
  'name',
  'kind',
  'client',
  'result',
  'count',
  'durationMs',
  'coordinates',
  'owners',
  'continued',
]);
const kinds: ReadonlySet<unknown> = new Set(['query', 'mutation', 'subscription']);

function isOwnerUse(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { platform, calls, failed }: Checked = value;
  return typeof platform === 'string' && isCount(calls) && isCount(failed);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isListOf(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}
