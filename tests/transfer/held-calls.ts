/** A proxy before a platform that can hold a transfer's step before it arrives, or its answer after it was carried out. */
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export type Step = 'offer' | 'accept' | 'decline' | 'complete' | 'withdraw';

/** A step of the saga on its way to a platform. */
export interface StepCall {
  readonly step: Step;
  readonly transferId: string;
  /** At the source. */
  readonly recordId: string | undefined;
}

/** Where a call stops until it is released. What is held before it arrives arrives late. */
export class Hold {
  readonly moment: 'before' | 'after';
  readonly #reached = Promise.withResolvers<void>();
  readonly #released = Promise.withResolvers<void>();
  readonly #calls: Promise<unknown>[] = [];

  constructor(moment: 'before' | 'after') {
    this.moment = moment;
  }

  /** Resolves when a call stands there. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  release(): void {
    this.#released.resolve();
  }

  /** Resolves when all calls that stood there have been answered, or have failed. */
  async over(): Promise<void> {
    await Promise.allSettled(this.#calls);
  }

  /** A call that will stand there. */
  follow(call: Promise<unknown>): void {
    this.#calls.push(call);
  }

  /** The call stands there, until it is released. */
  async pass(): Promise<void> {
    this.#reached.resolve();
    await this.#released.promise;
  }
}

export interface Proxy extends AsyncDisposable {
  readonly url: string;
}

/** Puts a proxy before a platform; `holdOf` says which calls are held. */
export async function startProxy(options: {
  /** Base URL of the platform. */
  readonly platformUrl: string;
  /** 0 lets the system choose. */
  readonly port?: number;
  readonly holdOf: (call: StepCall) => Hold | undefined;
}): Promise<Proxy> {
  const { platformUrl, holdOf, port = 0 } = options;
  const server = createServer((request, response) => {
    pass(platformUrl, holdOf, request, response).catch(() => response.destroy());
  });
  // The net keeps its connections for longer than a proxy would by default.
  server.keepAliveTimeout = 75_000;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function pass(
  platformUrl: string,
  holdOf: (call: StepCall) => Hold | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
  const body = Buffer.concat(chunks);
  const call = stepOf(body);
  const hold = call && holdOf(call);
  const passing = passOn(platformUrl, request, response, body, hold);
  hold?.follow(passing);
  await passing;
}

/** Also when the caller has given it up meanwhile. */
async function passOn(
  platformUrl: string,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  hold: Hold | undefined,
): Promise<void> {
  if (hold?.moment === 'before') await hold.pass();
  // Nothing reaches the platform by another way: it takes what comes for its own front end's or the net's.
  const { method = 'GET', url = '/', headers } = request;
  const outward = httpRequest(`${platformUrl}${url}`, { method, headers });
  outward.end(body);
  const [answer] = (await once(outward, 'response')) as [IncomingMessage];
  const answered: Buffer[] = [];
  for await (const chunk of answer) answered.push(Buffer.from(chunk as Uint8Array));
  if (hold?.moment === 'after') await hold.pass();
  const { 'transfer-encoding': _, ...kept } = answer.headers;
  response.writeHead(answer.statusCode ?? 502, kept).end(Buffer.concat(answered));
}

/** Reads the key by which the province asks each step: `<transfer>:<step>`. */
function stepOf(body: Buffer): StepCall | undefined {
  if (!body.includes('Transfer(input')) return undefined;
  const { variables } = JSON.parse(body.toString('utf8')) as {
    variables?: { input?: { id?: string; transferId?: string; idempotencyKey?: string } };
  };
  const { id: recordId, transferId = '', idempotencyKey = '' } = variables?.input ?? {};
  const step = steps.find((each) => idempotencyKey === `${transferId}:${each}`);
  return step && { step, transferId, recordId };
}

const steps: readonly Step[] = ['offer', 'accept', 'decline', 'complete', 'withdraw'];
