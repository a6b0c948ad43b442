/** Pulls the gateways' feed of what was asked, and who was given what, into ClickHouse, each line once. */
import { setTimeout as delay } from 'node:timers/promises';
import { gatewayCode, gatewayEvents, maxLimit, readFeedOf } from '@onenet/feed';
import type { FeedAnswer, FeedBatch, FeedHeaders, GatewayEvent } from '@onenet/feed';
import type { ClickHouse } from '../clickhouse.ts';
import { lastAccepted } from '../ingest/epochs.ts';
import type { OwnerHeaders } from '../owner-call.ts';
import { UsageLog } from './log.ts';
import type { UsagePosition } from './log.ts';

export interface UsageReaderOptions {
  readonly clickhouse: ClickHouse;
  /** Base URL of the gateway. */
  readonly gatewayUrl: string;
  readonly ownerHeaders: OwnerHeaders;
  readonly signal: AbortSignal;
  readonly log: (message: string, detail?: unknown) => void;
}

/** How reading stands. */
export interface UsageProgress {
  readonly position: UsagePosition;
  /** The feed's own word; undefined before its first answer. */
  readonly headers: FeedHeaders | undefined;
  /** RFC 3339: what was asked before this is in, but for what waits at a gateway that was killed. */
  readonly completeTo: string | null;
  /** RFC 3339: what was asked before this is in, everything. */
  readonly deliveredTo: string | null;
  /** Requests that found no room on a gateway's disk, ever. */
  readonly dropped: number;
  readonly rejected: number;
  /** Why nothing comes; for the log. Empty: it comes. */
  readonly trouble: string;
}

/** Seconds for which the gateway may hold an answer back. */
const waitSeconds = 5;
const retryMs = { first: 250, most: 5_000 } as const;
/** So long, at least, from one question to the next: lines gather, and inserts stay few. */
const paceMs = 500;

export class UsageReader {
  readonly log: UsageLog;
  readonly #options: UsageReaderOptions;
  #progress: UsageProgress = {
    position: { epoch: 1, sequence: 0, head: '', recordedMs: 0 },
    headers: undefined,
    completeTo: null,
    deliveredTo: null,
    dropped: 0,
    rejected: 0,
    trouble: 'not read yet',
  };
  /** Of the answer under way. */
  #deliveries: Headers = new Headers();

  constructor(options: UsageReaderOptions) {
    this.#options = options;
    this.log = new UsageLog(options.clickhouse);
  }

  get progress(): UsageProgress {
    return this.#progress;
  }

  /** Learns what is there, so that it can be asked for before the gateway answers. */
  async prepare(): Promise<void> {
    const position = await this.log.position();
    this.#saw({ position, rejected: await this.log.rejected() });
  }

  /** Reads on until the signal aborts. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    let retry: number = retryMs.first;
    while (!signal.aborted) {
      try {
        // Whatever failed, an insert was there or not: the table says which.
        await this.prepare();
        while (!signal.aborted) {
          if (await this.#round()) retry = retryMs.first;
          else break;
        }
      } catch (error) {
        if (!signal.aborted) this.#inTrouble('reading begins again', error);
      }
      await pause(retry, signal);
      retry = Math.min(retry * 2, retryMs.most);
    }
  }

  /** Whether the gateway was heard. */
  async #round(): Promise<boolean> {
    const { position } = this.#progress;
    const answer = await this.#read(position, maxLimit, waitSeconds);
    switch (answer.kind) {
      case 'batch':
        await this.#take(position, answer);
        return true;
      case 'conflict':
      case 'gone':
        return await this.#startEpoch(answer);
      case 'chainBroken':
        this.#inTrouble(`the chain is ${answer.computed}, announced is ${answer.announced}`);
        return false;
      case 'malformed':
        this.#inTrouble(`${answer.reason} at ${answer.sequence}`);
        return false;
      case 'unreachable':
        this.#inTrouble(answer.detail);
        return false;
    }
  }

  async #take(start: UsagePosition, batch: FeedBatch<GatewayEvent>): Promise<void> {
    const { lines, headers, last } = batch;
    const position = lines.length === 0 ? start : await this.log.append(start, batch);
    const isWhole = last >= headers.lastSequence && headers.completeTo !== undefined;
    const completeTo = isWhole ? headers.completeTo : this.#progress.completeTo;
    const deliveredTo = this.#deliveries.get('onenet-delivered-to');
    this.#saw({
      position,
      headers,
      completeTo,
      deliveredTo: isWhole ? earlier(completeTo, deliveredTo) : this.#progress.deliveredTo,
      dropped: Number(this.#deliveries.get('onenet-dropped') ?? 0),
      rejected: this.#progress.rejected + lines.filter(({ kind }) => kind === 'rejected').length,
      trouble: '',
    });
    if (lines.length < maxLimit) await pause(paceMs, this.#options.signal);
  }

  /** The log is another one: what it still has of ours goes on, the rest counts no more. */
  async #startEpoch(answer: FeedAnswer<GatewayEvent> & { kind: 'conflict' | 'gone' }) {
    const end = await lastAccepted(await this.log.ends('ASC'), async (probed) => {
      const { kind } = await this.#read(probed, 1, 0);
      if (kind === 'batch') return true;
      if (kind === 'conflict' || kind === 'gone') return false;
      throw new Error(`The gateway does not say whether it has ${probed.sequence}: ${kind}.`);
    });
    if (end === undefined && answer.firstSequence > 1) {
      this.#inTrouble(`the log begins at ${answer.firstSequence}, and we have nothing before`);
      return false;
    }
    this.#options.log(`usage: the log is another after ${end?.sequence ?? 0}; a new epoch begins`);
    await this.log.startEpoch(end);
    await this.prepare();
    return true;
  }

  async #read(
    { sequence, head, recordedMs }: UsagePosition,
    limit: number,
    wait: number,
  ): Promise<FeedAnswer<GatewayEvent>> {
    const { gatewayUrl, ownerHeaders, signal } = this.#options;
    return await readFeedOf(gatewayEvents, {
      url: new URL('/events', gatewayUrl).href,
      code: gatewayCode,
      after: sequence,
      ...(sequence > 0 && { head, recordedTime: new Date(recordedMs).toISOString() }),
      limit,
      waitSeconds: wait,
      signal,
      fetch: async (input, init) => {
        const request = new Request(input, init);
        const headers = ownerHeaders(gatewayCode, 'GET', new URL(request.url), '');
        for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
        const response = await fetch(request);
        this.#deliveries = response.headers;
        return response;
      },
    });
  }

  #saw(seen: Partial<UsageProgress>): void {
    this.#progress = { ...this.#progress, ...seen };
  }

  #inTrouble(trouble: string, detail?: unknown): void {
    if (this.#progress.trouble !== trouble) this.#options.log(`usage: ${trouble}`, detail);
    this.#saw({ trouble });
  }
}

/** Both are RFC 3339 in UTC; without the gateways' word nothing is known. */
function earlier(completeTo: string | null, deliveredTo: string | null): string | null {
  if (completeTo === null || deliveredTo === null) return null;
  return Date.parse(completeTo) < Date.parse(deliveredTo) ? completeTo : deliveredTo;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
