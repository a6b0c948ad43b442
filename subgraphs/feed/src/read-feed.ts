/** The reader's side: one GET, and nothing of its answer is believed unchecked. */
import { isNetErrorCode } from '@onenet/contract';
import { isChainHead } from './chain.ts';
import type {
  FeedAnswer,
  FeedBounds,
  FeedHeaders,
  FeedLine,
  FeedRequest,
  FeedStretchAnswer,
  MalformedReason,
  TakeLine,
} from './feed-answer.ts';
import {
  chainHeader,
  completeToHeader,
  firstSequenceHeader,
  lastSequenceHeader,
  pendingHeader,
  quarantinedHeader,
} from './headers.ts';
import { maxAnswerBytes } from './limits.ts';
import type { Vocabulary } from './event.ts';
import { parseLines } from './parse-lines.ts';
import type { Recorded } from './parse-lines.ts';
import { platformEvents } from './platform-event.ts';

/** Reads one batch of a platform's feed. Never rejects for what it does; an aborted `signal` is `unreachable`. */
export async function readFeed(request: FeedRequest): Promise<FeedAnswer> {
  return await readFeedOf(platformEvents, request);
}

/** The same of a feed whose events are of another vocabulary. */
export async function readFeedOf<Event extends Recorded>(
  vocabulary: Vocabulary<Event>,
  request: FeedRequest,
): Promise<FeedAnswer<Event>> {
  const lines: FeedLine<Event>[] = [];
  const answer = await readOf(vocabulary, request, (line) => lines.push(line));
  return answer.kind === 'batch' ? { ...answer, lines } : answer;
}

/**
 * The same for whoever keeps something else than the lines: `take` has each as it is checked, and forgets what it
 * made of them where the answer is no batch.
 */
export async function readFeedInto(
  request: FeedRequest,
  take: TakeLine,
): Promise<FeedStretchAnswer> {
  return await readOf(platformEvents, request, take);
}

async function readOf<Event extends Recorded>(
  vocabulary: Vocabulary<Event>,
  request: FeedRequest,
  take: TakeLine<Event>,
): Promise<FeedStretchAnswer> {
  try {
    // A redirect could lead the reader anywhere.
    const response = await (request.fetch ?? fetch)(addressOf(request), {
      signal: deadlineOf(request),
      redirect: 'error',
      headers: { accept: 'application/x-ndjson' },
    });
    return await answerOf(vocabulary, request, response, take);
  } catch (error) {
    return { kind: 'unreachable', detail: describe(error) };
  }
}

async function answerOf<Event extends Recorded>(
  vocabulary: Vocabulary<Event>,
  request: FeedRequest,
  response: Response,
  take: TakeLine<Event>,
): Promise<FeedStretchAnswer> {
  if (response.status === 401) {
    return { kind: 'unreachable', detail: `status 401${await refusalOf(response)}` };
  }
  if (response.status !== 200) {
    await response.body?.cancel();
    const bounds = boundsOf(response.headers);
    // Without the feed's headers it is some proxy's 409.
    if (bounds !== undefined && response.status === 409) return { kind: 'conflict', ...bounds };
    if (bounds !== undefined && response.status === 410) return { kind: 'gone', ...bounds };
    return { kind: 'unreachable', detail: `status ${response.status}` };
  }
  const malformed = async (reason: MalformedReason): Promise<FeedStretchAnswer> => {
    await response.body?.cancel();
    return { kind: 'malformed', reason, sequence: request.after + 1 };
  };
  const type = response.headers.get('content-type') ?? '';
  if (!/^application\/x-ndjson\s*(;|$)/i.test(type)) return await malformed('NOT_NDJSON');
  const headers = feedHeaders(response.headers);
  const announced = response.headers.get(chainHeader) ?? '';
  if (headers === undefined || !isChainHead(announced)) return await malformed('BAD_HEADERS');

  const body = await readBody(response);
  if (body === 'TOO_LARGE') {
    return { kind: 'malformed', reason: 'ANSWER_TOO_LARGE', sequence: request.after + 1 };
  }
  const parsed = parseLines(body.bytes, request, announced, vocabulary, take);
  if (parsed.kind === 'malformed') return parsed;
  const cut = body.brokeOff || parsed.endsWithinLine;
  if (!cut && parsed.head !== announced) {
    return { kind: 'chainBroken', announced, computed: parsed.head };
  }
  const { last, head, recordedTime } = parsed;
  return { kind: 'batch', last, head, recordedTime, cut, headers };
}

function addressOf({ url, after, head, limit, waitSeconds }: FeedRequest): URL {
  const address = new URL(url);
  address.searchParams.set('after', String(after));
  if (head !== undefined) address.searchParams.set('head', head);
  if (limit !== undefined) address.searchParams.set('limit', String(limit));
  if (waitSeconds !== undefined) address.searchParams.set('wait', String(waitSeconds));
  return address;
}

function deadlineOf({ waitSeconds = 0, timeoutMs = 30_000, signal }: FeedRequest): AbortSignal {
  const deadline = AbortSignal.timeout(waitSeconds * 1_000 + timeoutMs);
  return signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
}

/** Stops reading at the bound, whatever the platform announced; keeps what came before a break. */
async function readBody(
  response: Response,
): Promise<{ bytes: Buffer; brokeOff: boolean } | 'TOO_LARGE'> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let brokeOff = false;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > maxAnswerBytes) return 'TOO_LARGE';
      chunks.push(chunk);
    }
  } catch (error) {
    // Nothing whole came: no answer at all.
    if (size === 0) throw error;
    brokeOff = true;
  }
  return { bytes: Buffer.concat(chunks), brokeOff };
}

/** Why an assertion was refused: the code and both clocks, of its problem+json; nothing in its own words. */
async function refusalOf(response: Response): Promise<string> {
  const body = await readBody(response);
  if (body === 'TOO_LARGE') return '';
  const { code, issuedAt, ownerTime } = problemOf(body.bytes.toString('utf8'));
  const known = isNetErrorCode(code) ? `, ${code}` : '';
  const isTime = (text: unknown): boolean => typeof text === 'string' && /^[\d:.TZ-]+$/.test(text);
  if (!isTime(issuedAt) || !isTime(ownerTime)) return known;
  return `${known}, issued ${String(issuedAt)}, there it is ${String(ownerTime)}`;
}

function problemOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function feedHeaders(headers: Headers): FeedHeaders | undefined {
  const bounds = boundsOf(headers);
  const pending = wholeNumber(headers.get(pendingHeader));
  const quarantined = wholeNumber(headers.get(quarantinedHeader) ?? '0');
  const completeTo = headers.get(completeToHeader) ?? undefined;
  if (bounds === undefined || pending === undefined || quarantined === undefined) return undefined;
  if (completeTo !== undefined && Number.isNaN(Date.parse(completeTo))) return undefined;
  return { ...bounds, pending, quarantined, completeTo };
}

function boundsOf(headers: Headers): FeedBounds | undefined {
  const firstSequence = wholeNumber(headers.get(firstSequenceHeader));
  const lastSequence = wholeNumber(headers.get(lastSequenceHeader));
  if (firstSequence === undefined || lastSequence === undefined) return undefined;
  return { firstSequence, lastSequence };
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^[0-9]{1,20}$/.test(text) ? Number(text) : undefined;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${cause}`;
}
