/**
 * Canned feeds: one HTTP server with several platforms, whose lines are made in advance. Valid to the
 * last byte: numbered, chained, and cut into answers as a platform cuts them.
 */
import { randomUUIDv7 } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventData, EventTypeName, FeedEvent } from '@onenet/contract';
import { chainHead0, defaultLimit, formatSequence, nextHead } from '@onenet/feed';
import { answerParent } from '../child.ts';
import { codes, eventsEach } from './size.ts';

/** One answer of `GET /events`. */
interface Answer {
  readonly body: Buffer;
  readonly head: string;
}

const kinds: readonly { readonly type: EventTypeName; readonly data: EventData }[] = [
  { type: 'onenet.article.read', data: { category: '防汛', channel: 'WECHAT', count: 7 } },
  { type: 'onenet.article.liked', data: { category: '防汛', channel: 'WECHAT' } },
  { type: 'onenet.request.submitted', data: { category: 'WAGES', channel: 'WEBSITE' } },
  {
    type: 'onenet.request.resolved',
    data: { category: 'WAGES', channel: 'WEBSITE', value: 1440, onTime: true },
  },
  { type: 'onenet.request.rated', data: { category: 'WAGES', channel: 'WEBSITE', value: 5 } },
  { type: 'onenet.member.applied', data: { channel: 'QR_CODE' } },
];

/** Answers by the platform's code and `after`. */
const answers = new Map<string, Answer>();
for (const code of codes) makeFeed(code);

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://feeds');
  const [, code = ''] = url.pathname.split('/');
  const after = Number(url.searchParams.get('after'));
  const answer = answers.get(`${code} ${after}`);
  const send = () =>
    response
      .writeHead(200, {
        'content-type': 'application/x-ndjson',
        'onenet-first-sequence': formatSequence(1),
        'onenet-last-sequence': formatSequence(eventsEach),
        'onenet-pending': '0',
        'onenet-quarantined': '0',
        'onenet-complete-to': new Date().toISOString(),
        'onenet-chain': answer?.head ?? '',
      })
      .end(answer?.body);
  // At the end there is nothing more, and the answer is held back as a platform does.
  if (answer?.body.length === 0) setTimeout(send, 1000 * Number(url.searchParams.get('wait')));
  else send();
});
// Side by side each side pauses for longer than a connection is kept by default.
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
answerParent(async () => ({ url: `http://127.0.0.1:${port}` }));

function makeFeed(code: string): void {
  let head = chainHead0(code);
  let lines: Buffer[] = [];
  let after = 0;
  const close = (sequence: number) => {
    const body = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
    answers.set(`${code} ${after}`, { body, head });
    after = sequence;
    lines = [];
  };
  for (let sequence = 1; sequence <= eventsEach; sequence++) {
    const line = Buffer.from(JSON.stringify(eventOf(code, sequence)), 'utf8');
    head = nextHead(head, line);
    lines.push(line);
    if (lines.length === defaultLimit || sequence === eventsEach) close(sequence);
  }
  close(eventsEach);
}

/** Sixty days up to now, in the order in which they happened. */
function eventOf(code: string, sequence: number): FeedEvent {
  const { type, data } = kinds[sequence % kinds.length] ?? {
    type: 'onenet.article.read',
    data: {},
  };
  const age = (60 * 86_400_000 * (eventsEach - sequence)) / eventsEach;
  const time = new Date(Date.now() - age).toISOString();
  const first = sequence % 9 === 0 ? 1 : 0;
  const firsts = { day: 1, week: first, month: first, quarter: first, year: first };
  return {
    specversion: '1.0',
    id: randomUUIDv7(),
    source: `/platforms/${code}`,
    type,
    time,
    datacontenttype: 'application/json',
    sequence: formatSequence(sequence),
    recordedtime: new Date().toISOString(),
    data: {
      place: `${code.slice(0, 4)}0${1 + (sequence % 7)}00${1 + (sequence % 5)}`,
      ...data,
      ...(type === 'onenet.article.liked' || type === 'onenet.request.submitted' ? { firsts } : {}),
    },
  };
}
