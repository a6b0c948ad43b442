/** HTTP to owners: pooled connections, one POST, an answer that is capped while it is read. */
import { AddressNotPublic, publicOnly, type OwnerAddresses } from '@onenet/contract';
import { Pool, buildConnector, type Dispatcher } from 'undici';

/** What an owner sent. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** Why there is no answer. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly kind: 'CONNECT' | 'NOT_PUBLIC' | 'BROKEN' | 'TOO_LARGE' | 'ABORTED';
  /** Whether the request may have reached the owner. */
  readonly sent: boolean;

  constructor(kind: TransportError['kind'], sent: boolean, cause?: unknown) {
    super(`${kind}${sent ? ' after sending' : ' before sending'}`, { cause });
    this.kind = kind;
    this.sent = sent;
  }
}

/** A POST under way. */
export interface Exchange {
  readonly answer: Promise<HttpAnswer>;
  /** Gives up: the connection is closed, and `answer` rejects. */
  abort(): void;
}

/** How the gateway reaches owners. */
export interface Transport {
  /** Connects only where `addresses` allows, whatever a name leads to by now. */
  post(
    url: string,
    addresses: OwnerAddresses,
    body: string,
    headers: readonly string[],
    maxBytes: number,
  ): Exchange;
  /** Lets go of every other address: what is under way there ends, and its connections are closed. */
  keepOnly(urls: Iterable<string>): void;
  close(): Promise<void>;
}

/** A transport with one pool of connections for each owner. */
export function createTransport(
  options: { readonly connectionsPerOwner?: number; readonly connectTimeoutMs?: number } = {},
): Transport {
  const timeout = options.connectTimeoutMs ?? 5000;
  const connects = {
    ANY: { timeout },
    PUBLIC: publicOnly((lookup) => buildConnector({ timeout, lookup })),
  };
  const pools = { ANY: new Map<string, Pool>(), PUBLIC: new Map<string, Pool>() };
  const poolOf = (origin: string, addresses: OwnerAddresses): Pool => {
    let pool = pools[addresses].get(origin);
    if (!pool) {
      pool = new Pool(origin, {
        connections: options.connectionsPerOwner ?? 64,
        pipelining: 1,
        keepAliveTimeout: 30_000,
        // The caller's deadline is the only clock: it aborts.
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: connects[addresses],
      });
      pools[addresses].set(origin, pool);
    }
    return pool;
  };
  const targets = new Map<string, { readonly origin: string; readonly path: string }>();
  const targetOf = (url: string): { readonly origin: string; readonly path: string } => {
    let target = targets.get(url);
    if (!target) {
      const { origin, pathname, search } = new URL(url);
      targets.set(url, (target = { origin, path: pathname + search }));
    }
    return target;
  };
  return {
    post(url, addresses, body, headers, maxBytes) {
      const reader = new AnswerReader(maxBytes);
      const { origin, path } = targetOf(url);
      // A request in the net of before may still want an address that was let go: it gets it.
      poolOf(origin, addresses).dispatch(
        { origin, path, method: 'POST', headers: [...headers], body },
        reader,
      );
      return reader;
    },
    keepOnly(urls) {
      const kept = new Set(urls);
      const origins = new Set([...kept].map((url) => targetOf(url).origin));
      for (const url of targets.keys()) if (!kept.has(url)) targets.delete(url);
      for (const byOrigin of Object.values(pools)) {
        for (const [origin, pool] of byOrigin) {
          if (origins.has(origin)) continue;
          byOrigin.delete(origin);
          void pool.close();
        }
      }
    },
    async close() {
      const all = [...pools.ANY.values(), ...pools.PUBLIC.values()];
      await Promise.all(all.map((pool) => pool.destroy()));
    },
  };
}

/** Collects one answer. Redirects are not followed: a 3xx is an answer like any other, and refused as one. */
class AnswerReader implements Dispatcher.DispatchHandler, Exchange {
  readonly answer: Promise<HttpAnswer>;
  readonly #maxBytes: number;
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #status = 0;
  #contentType = '';
  #controller: Dispatcher.DispatchController | undefined;
  #settled = false;
  #resolve!: (answer: HttpAnswer) => void;
  #reject!: (error: TransportError) => void;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  abort(): void {
    this.#fail(new TransportError('ABORTED', this.#controller !== undefined));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It waited for a connection, and was given up meanwhile.
    if (this.#settled) controller.abort(new TransportError('ABORTED', false));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    this.#status = status;
    this.#contentType = String(headers['content-type'] ?? '');
    if (Number(headers['content-length'] ?? 0) > this.#maxBytes) {
      this.#fail(new TransportError('TOO_LARGE', true));
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#length > this.#maxBytes) this.#fail(new TransportError('TOO_LARGE', true));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#settled) return;
    this.#settled = true;
    const [first = Buffer.alloc(0)] = this.#chunks;
    const body = this.#chunks.length > 1 ? Buffer.concat(this.#chunks, this.#length) : first;
    this.#resolve({ status: this.#status, contentType: this.#contentType, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const sent = this.#controller !== undefined;
    const kind = error instanceof AddressNotPublic ? 'NOT_PUBLIC' : sent ? 'BROKEN' : 'CONNECT';
    this.#fail(new TransportError(kind, sent, error));
  }

  #fail(error: TransportError): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#chunks.length = 0;
    this.#reject(error);
    this.#controller?.abort(error);
  }
}
