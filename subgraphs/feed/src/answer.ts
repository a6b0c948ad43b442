/** What GET /events answers, without HTTP: the question checked, the place found, the lines read. */
import { chainHead0, isChainHead } from './chain.ts';
import {
  defaultLimit,
  maxAnswerBytes,
  maxLimit,
  maxPendingCounted,
  maxWaitSeconds,
} from './limits.ts';
import type { FeedStore, LogLine, LogPosition } from './store.ts';

/** A question in the wire format. */
export interface FeedQuery {
  readonly after: number;
  readonly head: string | undefined;
  readonly limit: number;
  readonly waitSeconds: number;
}

/** How the feed stands: what the headers say, and health. */
export interface FeedStatus {
  /** The first sequence that a reader can still get. */
  readonly firstSequence: number;
  /** The newest; 0 while there is none. */
  readonly lastSequence: number;
  /** All that was committed before is numbered; undefined before the first pass. */
  readonly completeTo: Date | undefined;
  /** Entries that wait for a number, counted up to 10,000. */
  readonly pending: number;
  /** Entries that were no events. */
  readonly quarantined: number;
}

export type Answer =
  | {
      readonly kind: 'lines';
      readonly status: FeedStatus;
      readonly lines: readonly LogLine[];
      readonly head: string;
    }
  | { readonly kind: 'conflict'; readonly status: FeedStatus }
  | { readonly kind: 'gone'; readonly status: FeedStatus };

/** Reads the query; a string says what is wrong with it. */
export function parseQuery(parameters: URLSearchParams): FeedQuery | string {
  for (const name of parameters.keys()) {
    if (!queryNames.has(name))
      return `"${name}" is not a parameter: ${[...queryNames].join(', ')}.`;
  }
  const after = wholeNumber(parameters.get('after') ?? '0', Number.MAX_SAFE_INTEGER);
  if (after === undefined) return '"after" is a sequence: a whole number from 0.';
  const limit = wholeNumber(parameters.get('limit') ?? String(defaultLimit), maxLimit);
  if (limit === undefined || limit === 0) return `"limit" is a whole number from 1 to ${maxLimit}.`;
  const waitSeconds = wholeNumber(parameters.get('wait') ?? '0', maxWaitSeconds);
  if (waitSeconds === undefined) return `"wait" is whole seconds, from 0 to ${maxWaitSeconds}.`;
  const head = parameters.get('head') ?? undefined;
  if (head !== undefined && !isChainHead(head)) return '"head" is sha-256:<64 hexadecimal digits>.';
  return { after, head, limit, waitSeconds };
}

/** Answers at once; nothing is written. */
export async function answerQuery(
  store: FeedStore,
  code: string,
  query: FeedQuery,
): Promise<Answer> {
  const { status, first, last } = await standing(store);
  const { after } = query;
  if (after > status.lastSequence) return { kind: 'conflict', status };
  if (after < status.firstSequence - 1) return { kind: 'gone', status };

  const place =
    after === 0 ? chainHead0(code) : (await findPosition(store, after, [first, last]))?.head;
  if (place === undefined) throw new DamagedLogError(code, after);
  if (query.head !== undefined && query.head !== place) return { kind: 'conflict', status };

  const bounds = { limit: query.limit, maxBytes: maxAnswerBytes };
  const lines = after === status.lastSequence ? [] : await store.read(after, bounds);
  const gap = lines.findIndex((line, index) => line.sequence !== after + 1 + index);
  if (gap !== -1) throw new DamagedLogError(code, after + 1 + gap);
  const newest = lines.at(-1);
  return {
    kind: 'lines',
    // What was appended since the log's end was read is in the answer, and so in what it says.
    status: { ...status, lastSequence: Math.max(status.lastSequence, newest?.sequence ?? 0) },
    lines,
    head: newest?.head ?? place,
  };
}

/** How the feed stands now. */
export async function feedStatus(store: FeedStore): Promise<FeedStatus> {
  return (await standing(store)).status;
}

/** A line is missing in the middle: a reader must not be led over it. */
export class DamagedLogError extends Error {
  override readonly name = 'DamagedLogError';

  constructor(code: string, sequence: number) {
    super(`The log of ${code} has no line ${sequence}, though it has later ones.`);
  }
}

const queryNames = new Set(['after', 'head', 'limit', 'wait']);

async function standing(
  store: FeedStore,
): Promise<{ status: FeedStatus; first?: LogPosition; last?: LogPosition }> {
  // The outbox before the log: what left it in between is in the log that is read next.
  const askedAt = new Date();
  const pending = await store.outboxSize(maxPendingCounted);
  const [first, last, completeTo, quarantined] = await Promise.all([
    store.firstPosition(),
    store.lastPosition(),
    pending === 0 ? askedAt : store.completeTo(),
    store.quarantined(),
  ]);
  const status: FeedStatus = {
    firstSequence: firstServed(first),
    lastSequence: last?.sequence ?? 0,
    completeTo,
    pending,
    quarantined,
  };
  return { status, ...(first && { first }), ...(last && { last }) };
}

/** Of a pruned log the oldest line only says what the head was: nothing leads to it. */
function firstServed(first: LogPosition | undefined): number {
  return first === undefined || first.sequence === 1 ? 1 : first.sequence + 1;
}

async function findPosition(
  store: FeedStore,
  sequence: number,
  known: readonly (LogPosition | undefined)[],
): Promise<LogPosition | undefined> {
  return (
    known.find((position) => position?.sequence === sequence) ?? (await store.position(sequence))
  );
}

function wholeNumber(text: string, most: number): number | undefined {
  if (!/^[0-9]{1,20}$/.test(text)) return undefined;
  const number = Number(text);
  return number <= most ? number : undefined;
}
