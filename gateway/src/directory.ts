/** Follows the owner directory: long-polls the province's `/net`, and tells every new snapshot. */
import { provinceCode, signCall, type Signer } from '@onenet/assertion';
import { localCaller, parseNetSnapshot, type NetSnapshot } from '@onenet/contract';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { request, type Dispatcher } from 'undici';

export interface DirectoryOptions {
  /** Base URL. */
  readonly provinceUrl: string;
  readonly dispatcher: Dispatcher;
  /** Without it the province must believe this machine. */
  readonly signer?: Signer | undefined;
  readonly log: Logger;
  /** Is called with every new snapshot. */
  readonly tell: (net: NetSnapshot) => void;
}

/** The gateway itself asks. */
const asGateway = { ...localCaller, client: 'gateway' };

/** Seconds that the province may hold a request, and that the answer may take beyond that. */
const waitSeconds = 25;
const graceSeconds = 10;

/** Milliseconds between attempts while the province does not answer. */
const retryMs = { first: 100, most: 1000 };

export class Directory {
  readonly #options: DirectoryOptions;
  readonly #stop = new AbortController();
  /** The revision that the province told last. */
  #told: number | undefined;
  readonly #following: Promise<void>;

  /** Follows the province from now on. */
  constructor(options: DirectoryOptions) {
    this.#options = options;
    this.#following = this.#follow();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  async #follow(): Promise<void> {
    let pauseMs = retryMs.first;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#poll();
        pauseMs = retryMs.first;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#options.log.warn({ err: error }, 'the province does not tell the net');
        await sleep(pauseMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
        pauseMs = Math.min(2 * pauseMs, retryMs.most);
      }
    }
  }

  async #poll(): Promise<void> {
    const query = this.#told === undefined ? '' : `?after=${this.#told}&wait=${waitSeconds}`;
    const { dispatcher, signer, provinceUrl } = this.#options;
    const path = `/net${query}`;
    const call = { owner: provinceCode, method: 'GET', path, body: '' };
    const { statusCode, body } = await request(new URL(path, provinceUrl), {
      dispatcher,
      headers: { ...(signer && signCall(signer, asGateway, undefined, call)) },
      signal: this.#stop.signal,
      headersTimeout: (waitSeconds + graceSeconds) * 1000,
      bodyTimeout: graceSeconds * 1000,
    });
    if (statusCode === 200) {
      const net = parseNetSnapshot(await body.json());
      this.#told = net.revision;
      this.#options.tell(net);
      return;
    }
    await body.dump();
    if (statusCode !== 204) throw new Error(`The province answered /net with ${statusCode}.`);
  }
}
