import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { code, serve } from '../test/harness.ts';
import { chainHead0, nextHead } from './chain.ts';
import { maxAnswerBytes, maxLineBytes } from './limits.ts';
import { formatSequence } from './line.ts';
import { readFeed } from './read-feed.ts';
import type { FeedAnswer, FeedRequest } from './feed-answer.ts';

const recordedtime = '2026-11-24T12:00:00.000Z';
const event = (sequence: number, more: object = {}): string =>
  JSON.stringify({
    specversion: '1.0',
    id: `e${sequence}`,
    source: `/platforms/${code}`,
    type: 'onenet.member.applied',
    time: '2026-11-24T19:59:59+08:00',
    datacontenttype: 'application/json',
    sequence: formatSequence(sequence),
    recordedtime,
    data: {},
    ...more,
  });
const chain = (lines: readonly string[], head = chainHead0(code)): string =>
  lines.reduce((before, line) => nextHead(before, Buffer.from(line)), head);
const headers = (head: string): Record<string, string> => ({
  'content-type': 'application/x-ndjson',
  'onenet-first-sequence': formatSequence(1),
  'onenet-last-sequence': formatSequence(9),
  'onenet-complete-to': recordedtime,
  'onenet-pending': '0',
  'onenet-chain': head,
});
const body = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

/** What the reader makes of a platform that answers so. */
async function readFrom(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  request: Partial<FeedRequest> = {},
): Promise<FeedAnswer> {
  await using served = await serve(answer);
  return await readFeed({ url: served.url, code, after: 0, ...request });
}

/** A platform that sends these lines, with the headers that belong to them. */
async function readLines(
  lines: readonly string[],
  request: Partial<FeedRequest> = {},
): Promise<FeedAnswer> {
  return await readFrom((_, response) => {
    response.writeHead(200, headers(chain(lines, request.head))).end(body(lines));
  }, request);
}

test('a batch: lines as they were sent, events, the new head, how the feed stands', async () => {
  const lines = [event(1), event(2)];
  const answer = await readLines(lines);
  expect(answer).toMatchObject({
    kind: 'batch',
    last: 2,
    head: chain(lines),
    recordedTime: recordedtime,
    cut: false,
    headers: { firstSequence: 1, lastSequence: 9, completeTo: recordedtime, pending: 0 },
  });
  if (answer.kind !== 'batch') return;
  expect(answer.lines.map(({ bytes }) => bytes.toString())).toEqual(lines);
  expect(answer.lines.map((line) => line.kind === 'event' && line.event.id)).toEqual(['e1', 'e2']);
});

test('it asks from its position', async () => {
  let asked = '';
  const head = chain([event(1)]);
  await readFrom(
    (request, response) => {
      asked = request.url ?? '';
      response.writeHead(200, headers(head)).end();
    },
    { after: 1, head, limit: 50, waitSeconds: 3 },
  );
  const query = new URL(asked, 'http://localhost').searchParams;
  expect(Object.fromEntries(query)).toEqual({ after: '1', head, limit: '50', wait: '3' });
});

test('a feed chained with SM3 is read from its beginning on', async () => {
  const lines = [event(1)];
  const head = chain(lines, chainHead0(code, 'sm3'));
  const answer = await readFrom((_, response) => {
    response.writeHead(200, headers(head)).end(body(lines));
  });
  expect(answer).toMatchObject({ kind: 'batch', head });
});

test('a last line without LF is dropped', async () => {
  const lines = [event(1), event(2)];
  const answer = await readFrom((_, response) => {
    response.writeHead(200, headers(chain(lines)));
    response.end(body(lines).slice(0, -1));
  });
  expect(answer).toMatchObject({ kind: 'batch', last: 1, cut: true, head: chain([event(1)]) });
});

test('a connection that breaks: the lines that came whole', async () => {
  const lines = [event(1), event(2)];
  const answer = await readFrom((_, response) => {
    response.writeHead(200, { ...headers(chain(lines)), 'content-length': '1000000' });
    response.write(`${event(1)}\n${event(2).slice(0, 20)}`, () => response.destroy());
  });
  expect(answer).toMatchObject({ kind: 'batch', last: 1, cut: true, head: chain([event(1)]) });
});

test('other bytes than the chain speaks of', async () => {
  const announced = chain([event(1), event(2)]);
  const sent = [event(1), event(2, { id: 'changed' })];
  const answer = await readFrom((_, response) => {
    response.writeHead(200, headers(announced)).end(body(sent));
  });
  expect(answer).toEqual({ kind: 'chainBroken', announced, computed: chain(sent) });
});

test.each([
  ['NOT_AN_EVENT', event(2, { specversion: '0.3' })],
  ['WRONG_SOURCE', event(2, { source: '/platforms/420500' })],
  ['UNKNOWN_TYPE', event(2, { type: 'onenet.nothing' })],
  ['BAD_TIME', event(2, { time: 'yesterday' })],
  ['BAD_TIME', event(2, { time: '1970-01-01T12:00:00Z' })],
  ['BAD_TIME', event(2, { time: '2016-13-45T00:00:00Z' })],
  ['BAD_RECORDED_TIME', event(2, { recordedtime: '2026-11-24T11:59:59.999Z' })],
  ['BAD_CORRECTS', event(2, { corrects: formatSequence(2) })],
  ['FORBIDDEN_KEY', event(2, { subject: '420100:member-1' })],
  ['FORBIDDEN_KEY', event(2, { data: { person: 'p' } })],
  ['BAD_PLACE', event(2, { data: { place: 420_102 } })],
  ['BAD_FIRSTS', event(2, { type: 'onenet.article.liked', data: { firsts: { day: 1 } } })],
  ['BAD_OPENING', event(2, { type: 'onenet.opening', data: { opening: { value: 1 } } })],
])('a line that is no event is rejected and counts for contiguity: %s', async (reason, line) => {
  const answer = await readLines([event(1), line, event(3)]);
  expect(answer).toMatchObject({ kind: 'batch', last: 3 });
  if (answer.kind !== 'batch') return;
  expect(answer.lines.map(({ kind }) => kind)).toEqual(['event', 'rejected', 'event']);
  expect(answer.lines[1]).toMatchObject({ sequence: 2, reason });
});

test('recordedtime is compared from batch to batch', async () => {
  const request = { after: 1, head: chain([event(1)]), recordedTime: '2026-11-24T12:00:00.001Z' };
  const answer = await readLines([event(2)], request);
  expect(answer).toMatchObject({
    kind: 'batch',
    recordedTime: request.recordedTime,
    lines: [{ kind: 'rejected', reason: 'BAD_RECORDED_TIME' }],
  });
});

test.each([
  ['NOT_CONTIGUOUS', 2, [event(1), event(3)], {}],
  ['NOT_CONTIGUOUS', 1, ['[]'], {}],
  ['NOT_JSON', 2, [event(1), '{"sequence":'], {}],
  ['NOT_JSON', 1, [''], {}],
  ['LINE_TOO_LARGE', 1, [event(1, { data: { place: 'x'.repeat(maxLineBytes) } })], {}],
  ['TOO_MANY_LINES', 3, [event(1), event(2), event(3)], { limit: 2 }],
])('malformed: %s at %i', async (reason, sequence, lines, request) => {
  expect(await readLines(lines, request)).toEqual({ kind: 'malformed', reason, sequence });
});

test('bytes that are not UTF-8', async () => {
  const answer = await readFrom((_, response) => {
    response.writeHead(200, headers(chainHead0(code))).end(Buffer.from([0x22, 0xff, 0x22, 0x0a]));
  });
  expect(answer).toMatchObject({ kind: 'malformed', reason: 'NOT_JSON' });
});

test('an answer without end is not read to its end', async () => {
  const answer = await readFrom((_, response) => {
    response.writeHead(200, headers(chainHead0(code)));
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const more = (): void => {
      while (response.write(chunk));
    };
    response.on('drain', more);
    more();
  });
  expect(answer).toMatchObject({ kind: 'malformed', reason: 'ANSWER_TOO_LARGE' });
  expect(maxAnswerBytes).toBe(8 * 1024 * 1024);
});

test.each<[string, number, Record<string, string>, object]>([
  ['HTML', 200, { 'content-type': 'text/html' }, { kind: 'malformed', reason: 'NOT_NDJSON' }],
  [
    'no feed headers',
    200,
    { 'content-type': 'application/x-ndjson' },
    { kind: 'malformed', reason: 'BAD_HEADERS' },
  ],
  ["the feed's 409", 409, headers(''), { kind: 'conflict', firstSequence: 1, lastSequence: 9 }],
  ["the feed's 410", 410, headers(''), { kind: 'gone', firstSequence: 1, lastSequence: 9 }],
  ["a proxy's 409", 409, {}, { kind: 'unreachable', detail: 'status 409' }],
  ['503', 503, {}, { kind: 'unreachable', detail: 'status 503' }],
  ['a redirect', 302, { location: 'http://127.0.0.1:1/' }, { kind: 'unreachable' }],
])('%s', async (_, status, sent, expected) => {
  const answer = await readFrom((__, response) => {
    response.writeHead(status, sent).end();
  });
  expect(answer).toMatchObject(expected);
});

test('nobody there, too slow, no longer wanted', async () => {
  const closed = await serve(() => {});
  await closed[Symbol.asyncDispose]();
  expect(await readFeed({ url: closed.url, code, after: 0 })).toMatchObject({
    kind: 'unreachable',
  });
  expect(await readFrom(() => {}, { timeoutMs: 20 })).toMatchObject({ kind: 'unreachable' });
  const signal = AbortSignal.abort();
  expect(await readFrom(() => {}, { signal })).toMatchObject({ kind: 'unreachable' });
});
