/** Splits an answer's bytes into lines and checks each: contiguous, chained, an event or rejected. */
import type { FeedEvent } from '@onenet/contract';
import { chainAlgorithm, chainFrom, chainHead0 } from './chain.ts';
import { eventFault, isEvent } from './event.ts';
import type { Vocabulary } from './event.ts';
import { maxLimit, maxLineBytes } from './limits.ts';
import { formatSequence } from './line.ts';
import type { FeedLine, FeedRequest, MalformedReason, TakeLine } from './feed-answer.ts';
import { platformEvents } from './platform-event.ts';

export interface ParsedLines {
  readonly kind: 'lines';
  readonly last: number;
  readonly head: string;
  readonly recordedTime: string | undefined;
  /** There was a last line without LF: dropped. */
  readonly endsWithinLine: boolean;
}

export interface Malformed {
  readonly kind: 'malformed';
  readonly reason: MalformedReason;
  readonly sequence: number;
}

/** What every event has. */
export interface Recorded {
  readonly recordedtime: string;
}

const lf = 0x0a;

/** `take` has each line as it is checked. `announced` names the algorithm where the reader has no head yet. */
export function parseLines<Event extends Recorded>(
  body: Buffer,
  request: Pick<FeedRequest, 'code' | 'after' | 'head' | 'recordedTime' | 'limit'>,
  announced: string,
  vocabulary: Vocabulary<Event>,
  take: TakeLine<Event>,
): ParsedLines | Malformed {
  const { code, after, limit = maxLimit } = request;
  const chain = chainFrom(request.head ?? chainHead0(code, chainAlgorithm(announced)));
  let recordedTime = request.recordedTime;
  let start = 0;
  let last = after;
  for (let end = body.indexOf(lf); end !== -1; end = body.indexOf(lf, start)) {
    const sequence = last + 1;
    const malformed = (reason: MalformedReason): Malformed => {
      return { kind: 'malformed', reason, sequence };
    };
    if (last - after === limit) return malformed('TOO_MANY_LINES');
    const bytes = body.subarray(start, end);
    start = end + 1;
    if (bytes.byteLength > maxLineBytes) return malformed('LINE_TOO_LARGE');
    const value = parseJson(bytes);
    if (value === undefined) return malformed('NOT_JSON');
    if (sequenceIn(value) !== formatSequence(sequence)) return malformed('NOT_CONTIGUOUS');

    const line = checkedLine(bytes, value, { code, sequence, recordedTime, vocabulary });
    if (line.kind === 'event') recordedTime = line.event.recordedtime;
    take(line, chain);
    chain.add(bytes);
    last = sequence;
  }
  return {
    kind: 'lines',
    last,
    head: chain.head(),
    recordedTime,
    endsWithinLine: start < body.byteLength,
  };
}

/** A line as it stands at `sequence`, by itself: whether it was recorded after the one before it is not looked at. */
export function readLine(
  bytes: Buffer,
  { code, sequence }: { readonly code: string; readonly sequence: number },
): FeedLine {
  const place = { code, sequence, recordedTime: undefined, vocabulary: platformEvents };
  return checkedLine<FeedEvent>(bytes, parseJson(bytes), place);
}

function checkedLine<Event extends Recorded>(
  bytes: Buffer,
  value: unknown,
  place: {
    readonly code: string;
    readonly sequence: number;
    readonly recordedTime: string | undefined;
    readonly vocabulary: Vocabulary<Event>;
  },
): FeedLine<Event> {
  const { code, sequence, vocabulary } = place;
  const expected = { code, sequence: formatSequence(sequence), vocabulary };
  if (!isEvent(value, expected)) {
    const reason = eventFault(value, expected) ?? 'NOT_AN_EVENT';
    return { kind: 'rejected', sequence, bytes, reason };
  }
  const before = place.recordedTime;
  const { recordedtime } = value;
  // Lines that were numbered together have the same.
  const isOther = before !== undefined && recordedtime !== before;
  if (isOther && Date.parse(recordedtime) < Date.parse(before)) {
    return { kind: 'rejected', sequence, bytes, reason: 'BAD_RECORDED_TIME' };
  }
  return { kind: 'event', sequence, bytes, event: value };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
}

function sequenceIn(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'sequence' in value
    ? value.sequence
    : undefined;
}
