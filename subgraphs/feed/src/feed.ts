/** One platform's feed: the sequencer that numbers what was committed, and the answer to GET /events. */
import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from 'mongodb';
import { answerQuery, feedStatus } from './answer.ts';
import type { Answer, FeedQuery, FeedStatus } from './answer.ts';
import { chainHead0 } from './chain.ts';
import { handleEvents, sendProblem } from './http.ts';
import type { BeforeAnswer } from './http.ts';
import type { Vocabulary } from './event.ts';
import { mongoStore } from './mongo-store.ts';
import { platformEvents } from './platform-event.ts';
import { Sequencer } from './sequencer.ts';
import type { FeedStore } from './store.ts';
import { eventTotals, totalsAt } from './totals.ts';
import type { EventTotal } from './totals.ts';

/** Where a feed's outbox and log are: a platform's MongoDB database, or a store that is not MongoDB. */
export type FeedDatabase = { readonly db: Db } | { readonly store: FeedStore };

export interface FeedSettings {
  /** The platform's code. */
  readonly code: string;
  /** What its events are. Default: a platform's. */
  readonly vocabulary?: Vocabulary;
  /** Keys the references of persons in the claims; at least 32 bytes, the same for ever. Default: the store's. */
  readonly personKey?: string | Buffer;
  /** Other processes write the outbox: have the database tell of it. Default false: they call `wake()`. */
  readonly watch?: boolean;
  /** Persons of events that are numbered later than this are not counted. Default 400. */
  readonly maxFirstsAgeDays?: number;
  /** How often outbox and log are looked at without a `wake()`. Default 2,000. */
  readonly pollMs?: number;
  /** Told of every failure; the feed tries again by itself. Default: to stderr. */
  readonly onError?: (error: unknown) => void;
}

export type FeedOptions = FeedSettings & FeedDatabase;

export interface Feed {
  /** Answers GET /events; the path is the caller's business. Never rejects. */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    beforeAnswer?: BeforeAnswer,
  ): Promise<void>;
  /** Something was committed: number it now. */
  wake(): void;
  totals(): Promise<readonly EventTotal[]>;
  status(): Promise<FeedStatus>;
  /** Resolves when the outbox was found empty, at least once since the call. */
  drained(): Promise<void>;
  /** Answers those who wait, finishes the batch, gives the lease back. */
  stop(): Promise<void>;
}

/** Makes the indexes and starts the sequencer. */
export async function startFeed(options: FeedOptions): Promise<Feed> {
  const store = 'store' in options ? options.store : mongoStore(options.db);
  await store.prepare();
  const personKey = options.personKey ?? (await store.personKey());
  if (Buffer.byteLength(personKey) < 32) {
    throw new RangeError(`The person key of ${options.code} is shorter than 32 bytes.`);
  }
  return await runFeed(store, { ...options, personKey });
}

/** At most so often: every pass costs the database the same, for one event or a thousand. */
const passEveryMs = 200;
/** How soon a sequencer looks again when another one holds the lease. */
const busyPauseMs = 100;

async function runFeed(
  store: FeedStore,
  options: FeedSettings & { readonly personKey: string | Buffer },
): Promise<Feed> {
  const { code, maxFirstsAgeDays = 400, pollMs = 2_000 } = options;
  const onError = options.onError ?? ((error) => console.error(`feed of ${code}:`, error));
  const stopping = new AbortController();
  /** `appended` wakes those who wait for lines. */
  const news = new EventEmitter().setMaxListeners(0);
  const sequencer = new Sequencer(store, {
    code,
    vocabulary: options.vocabulary ?? platformEvents,
    firsts: { personKey: options.personKey, maxAgeDays: maxFirstsAgeDays },
    onAppended: () => news.emit('appended'),
  });

  let asked = false;
  let passBegan = -Infinity;
  let running: Promise<void> | undefined;
  let seenHead: string | undefined;
  let pause: NodeJS.Timeout | undefined;

  const unwatch = options.watch === true ? await store.watch(look) : undefined;
  const poll = setInterval(look, pollMs);
  look();

  function look(): void {
    wake();
    lookForNews().catch((error: unknown) => {
      // A stop takes the database away beneath a look.
      if (!stopping.signal.aborted) onError(error);
    });
  }

  function wake(): void {
    asked = true;
    running ??= run();
  }

  async function run(): Promise<void> {
    while (asked && !stopping.signal.aborted) {
      await untilNextPass();
      asked = false;
      try {
        if ((await sequencer.pass(stopping.signal)) === 'busy') wakeSoon();
      } catch (error) {
        onError(error);
      }
    }
    running = undefined;
  }

  /** A lone event is numbered at once; those that follow closely share a pass. */
  async function untilNextPass(): Promise<void> {
    const waitMs = passBegan + passEveryMs - performance.now();
    if (waitMs > 0) await delay(waitMs, undefined, stopping).catch(() => undefined);
    passBegan = performance.now();
  }

  /** Another process may number, or the database be restored: tells those who wait. */
  async function lookForNews(): Promise<void> {
    if (news.listenerCount('appended') === 0) return;
    const last = await store.lastPosition();
    if (last?.head !== seenHead) news.emit('appended');
    seenHead = last?.head;
  }

  function wakeSoon(): void {
    clearTimeout(pause);
    pause = setTimeout(wake, busyPauseMs);
  }

  async function answer(query: FeedQuery, signal: AbortSignal): Promise<Answer> {
    const patience = AbortSignal.any([
      signal,
      stopping.signal,
      AbortSignal.timeout(query.waitSeconds * 1_000),
    ]);
    for (;;) {
      // Listens before it reads: what is appended in between is not missed.
      const appended = once(news, 'appended', { signal: patience }).catch(() => undefined);
      const found = await answerQuery(store, code, query);
      const isEmpty = found.kind === 'lines' && found.lines.length === 0;
      if (!isEmpty || query.waitSeconds === 0 || patience.aborted) return found;
      await appended;
    }
  }

  return {
    wake,
    async handle(request, response, beforeAnswer) {
      try {
        await handleEvents(request, response, answer, beforeAnswer);
      } catch (error) {
        onError(error);
        sendProblem(response, 500, 'INTERNAL', 'The feed cannot answer now.');
      }
    },
    async totals() {
      const end = await store.lastPosition();
      const beginning = { sequence: 0, head: chainHead0(code), recordedTime: undefined };
      return eventTotals(await totalsAt(store, end ?? beginning));
    },
    status: () => feedStatus(store),
    async drained() {
      while (!stopping.signal.aborted) {
        await running;
        wake();
        await running;
        if ((await store.outboxSize(1)) === 0) return;
        await delay(busyPauseMs);
      }
    },
    async stop() {
      clearInterval(poll);
      unwatch?.();
      stopping.abort();
      await running;
      clearTimeout(pause);
    },
  };
}
