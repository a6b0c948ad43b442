/** The token of a state: opaque to who keeps it, and checked in every part, because anybody may have written it. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { NetError } from '@onenet/contract';
import type { FeedState } from './ingest/status.ts';
import { feedStates } from './ingest/status.ts';

/** Where one feed stood. */
export interface StateFeed {
  readonly code: string;
  readonly epoch: number;
  /** 0: nothing of it was in. */
  readonly sequence: number;
  /** The beginning of the chain's head at `sequence`: who has it, has the same lines before. */
  readonly head: string;
  /** RFC 3339; null when none of its lines counts. */
  readonly recordedTime: string | null;
  /** How many lines up to `sequence` counted nowhere; null in a state from before states said so. */
  readonly rejected: number | null;
  /** False when an insert had failed half way. */
  readonly isSettled: boolean;
  /** Of a platform that was connected. */
  readonly freshness?: { readonly state: FeedState; readonly completeTo: string | null };
}

/** What an answer was counted from. */
export interface State {
  /** UTC ms. */
  readonly atMs: number;
  /** False when events came in while it was counted. */
  readonly isExact: boolean;
  /** The words that were resolved (hashed), and the absolute ranges that they were. */
  readonly periods: { readonly words: string; readonly ranges: string };
  /** By name, what the figures meant. */
  readonly definitions: ReadonlyMap<string, string>;
  /** The owners as the directory had them (ingest/directories.ts); null where nobody kept them. */
  readonly directory: string | null;
  readonly feeds: readonly StateFeed[];
}

const version = 2;
/** Without the directory, and without the feeds' numbers of rejected lines. */
const firstVersion = 1;
const headDigits = 16;
/** Of 5,000 feeds: of each the head alone is eight bytes of chance. */
const maxTokenLength = 262_144;
const maxTextBytes = 1_048_576;

type Row = readonly [
  code: string,
  epoch: number,
  sequence: number,
  head: string,
  recordedMs: number | null,
  isSettled: 0 | 1,
  state: number | null,
  completeToMs: number | null,
  rejected?: number | null,
];

export function writeToken(state: State): string {
  const { atMs, isExact, periods, definitions, directory } = state;
  const feeds = state.feeds.map((feed): Row => {
    const { code, epoch, sequence, head, recordedTime, rejected, isSettled, freshness } = feed;
    return [
      code,
      epoch,
      sequence,
      shortHead(head),
      msOf(recordedTime),
      isSettled ? 1 : 0,
      freshness ? feedStates.indexOf(freshness.state) : null,
      msOf(freshness?.completeTo ?? null),
      rejected,
    ];
  });
  const { words, ranges } = periods;
  const body = [version, atMs, isExact, words, ranges, [...definitions], feeds, directory];
  return deflateRawSync(JSON.stringify(body)).toString('base64url');
}

/** Without the algorithm's name. */
export function shortHead(head: string): string {
  return head.slice(head.indexOf(':') + 1).slice(0, headDigits);
}

function msOf(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}

/** A state by its token; what is none is the caller's error. */
export function readToken(token: string): State {
  const body = bodyOf(token);
  if (!Array.isArray(body)) throw noState();
  if (body[0] !== version && body[0] !== firstVersion) {
    throw new NetError(
      'BAD_INPUT',
      `\`state\` is of version ${String(body[0])}, and this is ${version}: ask without \`state\`.`,
    );
  }
  const [, atMs, isExact, words, ranges, definitions, feeds, directory = null] =
    body as readonly unknown[];
  if (!isMs(atMs) || typeof isExact !== 'boolean') throw noState();
  if (typeof words !== 'string' || typeof ranges !== 'string') throw noState();
  if (!Array.isArray(definitions) || !definitions.every(isPair)) throw noState();
  if (!Array.isArray(feeds) || !feeds.every(isRow)) throw noState();
  if (directory !== null && !isName(directory)) throw noState();
  return {
    atMs,
    isExact,
    periods: { words, ranges },
    definitions: new Map(definitions),
    feeds: feeds.map(feedOf),
    directory,
  };
}

function bodyOf(token: string): unknown {
  if (token.length > maxTokenLength) throw noState();
  try {
    const bytes = inflateRawSync(Buffer.from(token, 'base64url'), {
      maxOutputLength: maxTextBytes,
    });
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw noState();
  }
}

function noState(): NetError {
  return new NetError(
    'BAD_INPUT',
    '`state` is none: give it as an answer gave it, or ask without it.',
  );
}

function feedOf(row: Row): StateFeed {
  const [code, epoch, sequence, head, recordedMs, isSettled, state, completeToMs, rejected] = row;
  const feed = { code, epoch, sequence, head, isSettled: isSettled === 1 };
  const name = state === null ? undefined : feedStates[state];
  return {
    ...feed,
    recordedTime: timeOf(recordedMs),
    rejected: rejected ?? null,
    ...(name ? { freshness: { state: name, completeTo: timeOf(completeToMs) } } : {}),
  };
}

function timeOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function isRow(row: unknown): row is Row {
  if (!Array.isArray(row)) return false;
  const [code, epoch, sequence, head, recordedMs, isSettled, state, completeToMs, rejected] =
    row as readonly unknown[];
  return (
    typeof code === 'string' &&
    isNumber(epoch) &&
    isNumber(sequence) &&
    typeof head === 'string' &&
    (recordedMs === null || isMs(recordedMs)) &&
    (isSettled === 0 || isSettled === 1) &&
    (state === null || isNumber(state)) &&
    (completeToMs === null || isMs(completeToMs)) &&
    (rejected === undefined || rejected === null || isNumber(rejected))
  );
}

/** Of a directory. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{16}$/.test(value);
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((v) => typeof v === 'string');
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** What Date takes. */
function isMs(value: unknown): value is number {
  return isNumber(value) && value < Date.UTC(2100, 0, 1);
}
