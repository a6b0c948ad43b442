/** For the tests: a network between ingest and a platform's feed that does to each answer what a plan says. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';

/** An answer as the platform gave it. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What can happen to an answer on its way. */
export type Fault = keyof typeof faults;

interface Sending {
  readonly answer: Answer;
  readonly response: ServerResponse;
  readonly socket: Socket;
  /** The answers before, oldest first. */
  readonly earlier: readonly Answer[];
  /** What the platform answers to another question. */
  readonly ask: (after: number) => Promise<Answer>;
  readonly after: number;
  readonly pick: (below: number) => number;
}

/** Longer than ingest waits. */
const tooLateMs = 7_000;

const faults = {
  none: ({ answer, response }: Sending) => send(response, answer),
  /** In the middle of a body whose length was told: what came whole is taken, and must be confirmed. */
  cut: ({ answer, socket }: Sending) => sendRaw(socket, answer, { body: half(answer.body) }),
  /** What came whole is not what was sent. */
  cutAndFlipped: ({ answer, socket, pick }: Sending) =>
    sendRaw(socket, answer, { body: flipped(half(answer.body), pick) }),
  /** Before a byte of the answer. */
  cutAtOnce: ({ socket }: Sending) => void socket.destroy(),
  /** After the answer's head. */
  cutAfterHead: ({ answer, socket }: Sending) => sendRaw(socket, answer, { body: noBytes }),
  late: async ({ answer, response }: Sending) => {
    await delay(tooLateMs, undefined, { ref: false });
    send(response, answer);
  },
  slow: async ({ answer, response }: Sending) => {
    await delay(300, undefined, { ref: false });
    send(response, answer);
  },
  /** The half, with the half's length. */
  halved: ({ answer, response }: Sending) => send(response, { ...answer, body: half(answer.body) }),
  /** The half up to the end of a line: nothing but the chain tells. */
  halvedAtLine: ({ answer, response }: Sending) => {
    const lines = linesOf(answer.body);
    send(response, { ...answer, body: bodyOf(lines.slice(0, lines.length >> 1)) });
  },
  /** A length that is too short: the rest stands where the next answer should begin. */
  wrongLength: ({ answer, socket }: Sending) =>
    sendRaw(socket, answer, { length: answer.body.byteLength >> 1 }),
  chunkedHalf: ({ answer, response }: Sending) => {
    const { 'content-length': _, ...headers } = answer.headers;
    response.writeHead(answer.status, headers);
    response.write(half(answer.body));
    response.end();
  },
  chunkedCut: ({ answer, socket }: Sending) => {
    const part = half(answer.body);
    const chunk = Buffer.concat([Buffer.from(`${part.byteLength.toString(16)}\r\n`), part, crlf]);
    sendRaw(socket, answer, { body: chunk, isChunked: true });
  },
  bodyTwice: ({ answer, response }: Sending) =>
    send(response, { ...answer, body: Buffer.concat([answer.body, answer.body]) }),
  /** The answer of the question before. */
  again: ({ answer, response, earlier }: Sending) => send(response, earlier.at(-1) ?? answer),
  earlier: ({ answer, response, earlier, pick }: Sending) =>
    send(response, earlier[pick(Math.max(1, earlier.length))] ?? answer),
  /** The page behind the one that was asked for. */
  nextPage: async ({ answer, response, ask, after }: Sending) =>
    send(response, await ask(after + Math.max(1, linesOf(answer.body).length))),
  linesSwapped: ({ answer, response }: Sending) =>
    send(response, { ...answer, body: bodyOf(linesOf(answer.body).toReversed()) }),
  flipped: ({ answer, response, pick }: Sending) =>
    send(response, { ...answer, body: flipped(answer.body, pick) }),
  internalError: ({ response }: Sending) => sendHtml(response, 500),
  badGateway: ({ response }: Sending) => sendHtml(response, 502),
  /** A sign-in page, say. */
  page: ({ response }: Sending) => sendHtml(response, 200),
} as const satisfies Record<string, (sending: Sending) => void | Promise<void>>;

/** Every fault, and none. */
export const faultNames = Object.keys(faults).filter((name): name is Fault => name in faults);

export interface Network extends AsyncDisposable {
  /** In place of the platform's. */
  readonly eventsUrl: string;
  /** Of the plan what has not happened yet. */
  left(): readonly Fault[];
}

/**
 * A proxy before a feed. Each answer gets the plan's next fault, and none when the plan is over. It lets a
 * platform send few lines at a time, and hold nothing back for long, so that there are many answers.
 */
export async function network(
  eventsUrl: string,
  plan: readonly Fault[],
  pick: (below: number) => number,
  linesPerAnswer: number,
): Promise<Network> {
  const left = [...plan];
  const earlier: Answer[] = [];
  const closing = new AbortController();
  const server = createServer((incoming, response) => {
    const asked = new URL(incoming.url ?? '/', eventsUrl).searchParams;
    const ask = async (query: URLSearchParams): Promise<Answer> => {
      const url = new URL(eventsUrl);
      url.search = query.toString();
      const { statusCode, headers, body } = await request(url, { signal: closing.signal });
      const bytes = Buffer.from(await body.arrayBuffer());
      return { status: statusCode, headers: endToEnd(headers), body: bytes };
    };
    const after = Number(asked.get('after'));
    asked.set('limit', String(Math.min(linesPerAnswer, Number(asked.get('limit')))));
    if (asked.get('wait') !== '0') asked.set('wait', '1');
    const answered = ask(asked).then(async (answer) => {
      const fault = left.shift() ?? 'none';
      await faults[fault]({
        answer,
        response,
        socket: incoming.socket,
        earlier: [...earlier],
        ask: (from) =>
          ask(new URLSearchParams({ after: String(from), limit: String(linesPerAnswer) })),
        after,
        pick,
      });
      earlier.push(answer);
    });
    answered.catch(() => incoming.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    eventsUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    left: () => left,
    async [Symbol.asyncDispose]() {
      closing.abort();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const noBytes = Buffer.alloc(0);
const crlf = Buffer.from('\r\n');

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.destroyed) return;
  response.writeHead(status, { ...headers, 'content-length': body.byteLength });
  response.end(body);
}

function sendHtml(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/html' });
  response.end('<!doctype html><title>Bad Gateway</title>');
}

/** Past Node, which would see to it that an answer is whole; the connection ends with it. */
function sendRaw(
  socket: Socket,
  answer: Answer,
  { body = answer.body, length = answer.body.byteLength, isChunked = false },
): void {
  const { 'content-length': _, ...others } = answer.headers;
  const framing = isChunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': length };
  const headers = Object.entries({ ...others, ...framing });
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 ${answer.status} OK\r\n${head}\r\n`), body]));
}

/** Without what is said of one connection only. */
function endToEnd(headers: Readonly<Record<string, string | string[] | undefined>>) {
  const own = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date']);
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' && !own.has(name) ? [[name, value]] : [],
    ),
  );
}

function half(body: Buffer): Buffer {
  return body.subarray(0, body.byteLength >> 1);
}

function linesOf(body: Buffer): string[] {
  return body.toString('utf8').split('\n').slice(0, -1);
}

function bodyOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}

/** The last digit of a place: the line is an event as before, and another one. */
function flipped(body: Buffer, pick: (below: number) => number): Buffer {
  const text = body.toString('latin1');
  const places = [...text.matchAll(/"place":"4201\d/g)].map(({ index }) => index + 14);
  const place = places[pick(Math.max(1, places.length))];
  const changed = Buffer.from(body);
  if (place !== undefined) changed.writeUInt8(changed.readUInt8(place) ^ 1, place);
  return changed;
}
