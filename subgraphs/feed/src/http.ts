/** GET /events over node:http: translates between the wire and `answerQuery`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseQuery } from './answer.ts';
import type { Answer, FeedQuery, FeedStatus } from './answer.ts';
import {
  chainHeader,
  completeToHeader,
  firstSequenceHeader,
  lastSequenceHeader,
  pendingHeader,
  quarantinedHeader,
} from './headers.ts';
import { formatSequence } from './line.ts';
import type { LogLine } from './store.ts';

/** Told the status before any of an answer leaves; what it rejects with stops the answer. */
export type BeforeAnswer = (status: number) => Promise<void>;

/** Answers one request; `answer` waits when the query asks for it, until `signal`. */
export async function handleEvents(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (query: FeedQuery, signal: AbortSignal) => Promise<Answer>,
  beforeAnswer: BeforeAnswer = () => Promise.resolve(),
): Promise<void> {
  if (request.method !== 'GET') {
    await beforeAnswer(405);
    response.setHeader('allow', 'GET');
    sendProblem(response, 405, 'METHOD_NOT_ALLOWED', 'The feed is read with GET.');
    return;
  }
  const query = parseQuery(new URL(request.url ?? '/', 'http://localhost').searchParams);
  if (typeof query === 'string') {
    await beforeAnswer(400);
    sendProblem(response, 400, 'BAD_INPUT', query);
    return;
  }
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const answered = await answer(query, gone.signal);
  await beforeAnswer(statusOf(answered));
  send(response, query, answered);
}

function statusOf({ kind }: Answer): 200 | 409 | 410 {
  if (kind === 'conflict') return 409;
  return kind === 'gone' ? 410 : 200;
}

/** RFC 9457. */
export function sendProblem(
  response: ServerResponse,
  status: number,
  code: string,
  detail: string,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = Buffer.from(JSON.stringify({ status, code, detail }));
  response.writeHead(status, {
    'content-type': 'application/problem+json',
    'content-length': body.byteLength,
    'cache-control': 'no-store',
  });
  response.end(body);
}

function send(response: ServerResponse, query: FeedQuery, answer: Answer): void {
  for (const [name, value] of statusHeaders(answer.status)) response.setHeader(name, value);
  if (answer.kind === 'conflict') {
    const detail = `The log has not this head at ${query.after}: it was restored or changed.`;
    sendProblem(response, 409, 'CONFLICT', detail);
    return;
  }
  if (answer.kind === 'gone') {
    const detail = `The log begins after ${query.after}: see ${firstSequenceHeader}.`;
    sendProblem(response, 410, 'GONE', detail);
    return;
  }
  const body = bodyOf(answer.lines);
  response.writeHead(200, {
    'content-type': 'application/x-ndjson',
    'content-length': body.byteLength,
    'cache-control': 'no-store',
    [chainHeader]: answer.head,
  });
  response.end(body);
}

function* statusHeaders(status: FeedStatus): Generator<[string, string]> {
  yield [firstSequenceHeader, formatSequence(status.firstSequence)];
  yield [lastSequenceHeader, formatSequence(status.lastSequence)];
  yield [pendingHeader, String(status.pending)];
  yield [quarantinedHeader, String(status.quarantined)];
  if (status.completeTo !== undefined) {
    yield [completeToHeader, status.completeTo.toISOString()];
  }
}

const lf = Buffer.from('\n');

function bodyOf(lines: readonly LogLine[]): Buffer {
  return Buffer.concat(lines.flatMap(({ bytes }) => [bytes, lf]));
}
