/** Step `quota`: whether a caller's request is taken now, before what it asks is looked at. */
import { errorCodes, type NetErrorCode } from '@onenet/contract';
import { MongoClient } from 'mongodb';
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Known } from '../callers/callers.ts';
import { HttpRefusal } from '../http-request.ts';
import { FairQueue } from './fair-queue.ts';
import { rateLimitHeaders, retryAfter } from './headers.ts';
import { MemoryLedger, type QuotaLimits } from './ledger.ts';
import { MongoLedger } from './mongo-ledger.ts';
import { Quotas } from './quotas.ts';

export interface AdmissionOptions {
  /** Where all gateways of the net share what is left; absent: this gateway is alone. */
  readonly shared?: { readonly mongodbUri: string; readonly database: string } | undefined;
  readonly log: Logger;
}

/** A request that was taken: disposed of at its end. */
export interface Admitted extends Disposable {
  readonly headers: Readonly<Record<string, string>>;
}

/** People, each alone; a page of the dashboard asks a dozen things at once. */
const personLimits: QuotaLimits = { perSecond: 50, burst: 200, perDay: null, concurrent: 64 };

/** How long the ledger may take before this gateway counts by itself. */
const ledgerWithinMs = 3000;

export class Admission {
  /** Requests that passed their caller's own limits take turns. */
  readonly queue: FairQueue;
  /** What all gateways share: clients, and owners' budgets. */
  readonly shared: Quotas;
  readonly #own: Quotas;
  readonly #client: MongoClient | undefined;

  constructor({ shared, log }: AdmissionOptions, queue: FairQueue = new FairQueue()) {
    this.queue = queue;
    const now = (): number => performance.now();
    const onError = (err: unknown): void =>
      log.warn({ err }, 'quotas are counted by this gateway alone');
    this.#own = new Quotas({ ledger: new MemoryLedger(), now, onError });
    if (!shared) {
      this.shared = this.#own;
      return;
    }
    this.#client = new MongoClient(shared.mongodbUri, {
      socketTimeoutMS: ledgerWithinMs,
      serverSelectionTimeoutMS: ledgerWithinMs,
    });
    const ledger = new MongoLedger(this.#client.db(shared.database), randomUUID());
    this.shared = new Quotas({ ledger, now, onError });
  }

  /** Takes a request, or refuses it from memory. Programs of this machine have no limit of their own. */
  async enter({ caller, client }: Pick<Known, 'caller' | 'client'>): Promise<Admitted> {
    if (client) return this.#enter(this.shared, `client:${client.id}`, client.limits);
    if (caller.person === null) return free;
    return this.#enter(this.#own, `person:${caller.person}`, personLimits);
  }

  /** Takes a request to the work when its caller's turn comes. */
  async turn({ caller }: Pick<Known, 'caller'>, signal: AbortSignal): Promise<Disposable> {
    await this.queue.enter(`${caller.client} ${caller.person ?? ''}`, signal);
    return { [Symbol.dispose]: () => this.queue.leave() };
  }

  async close(): Promise<void> {
    await Promise.all([this.#own.close(), this.shared.close()]);
    await this.#client?.close();
  }

  async #enter(quotas: Quotas, key: string, limits: QuotaLimits): Promise<Admitted> {
    const entered = await quotas.enter(key, limits);
    const headers = rateLimitHeaders(limits, entered.left);
    if (entered.ok) return { headers, [Symbol.dispose]: () => entered.leave() };
    const { why, waitMs } = entered;
    const code: NetErrorCode = why === 'DAY' ? 'QUOTA_EXCEEDED' : 'RATE_LIMITED';
    const text = why === 'CONCURRENCY' ? tooManyUnderWay(limits) : errorCodes[code].message;
    throw new HttpRefusal(429, code, text, { ...headers, ...retryAfter(waitMs) });
  }
}

const free: Admitted = { headers: {}, [Symbol.dispose]: () => undefined };

function tooManyUnderWay({ concurrent }: QuotaLimits): string {
  return `The client may have ${concurrent ?? 'any number of'} requests under way, and has: wait for one of them.`;
}
