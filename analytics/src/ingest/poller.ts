/** Reads one platform's feed into raw, exactly once. A platform that is stuck holds up itself alone. Long, because one feed's reading is one story. */
import { setTimeout as delay } from 'node:timers/promises';
import type { NetOwner } from '@onenet/contract';
import { maxLimit, readFeed, readFeedInto } from '@onenet/feed';
import type { FeedFailure, FeedRequest, FeedStretch } from '@onenet/feed';
import type { Agent } from 'undici';
import { isOutOfSpace } from '../clickhouse.ts';
import { ownerAgents } from '../owner-call.ts';
import type { OwnerHeaders } from '../owner-call.ts';
import { BatchCutter } from './batch.ts';
import type { Batch } from './batch.ts';
import type { Committer } from './committer.ts';
import { newestAccepted, takeNewEpoch, takeUpRejected } from './epochs.ts';
import type { Stores } from './epochs.ts';
import type { Boundary } from './tables.ts';
import { LeaseLost } from './positions.ts';
import type { News } from './news.ts';
import type { Position } from './positions.ts';
import { reconcile } from './reconcile.ts';
import { FeedProgress } from './status.ts';
import type { FeedWait } from './status.ts';
import type { Turns } from './turns.ts';

/** How long a platform may hold an answer back: also how old `completeTo` may get in silence. */
const waitSeconds = 5;
const retryMs = { first: 250, most: 5_000 } as const;
const probeTries = 3;
const tightLoopMs = 100;

export interface PollerOptions extends Stores {
  readonly owner: NetOwner;
  readonly committer: Committer;
  /** How long a whole answer may take, beyond what the platform may hold it back. */
  readonly answerWithinMs: number;
  /** Runs something while nothing else works on this platform. */
  readonly between: <T>(work: () => Promise<T>) => Promise<T>;
  /** The fence of the lease that is held, undefined when it is lost; absent where there are no leases. */
  readonly fence?: () => number | undefined;
  readonly insertsAndQuestions: Turns;
  readonly signal: AbortSignal;
  readonly log: (message: string, detail?: unknown) => void;
  readonly ownerHeaders: OwnerHeaders;
  /** A batch is in, before any question is asked. */
  readonly cameIn: (batch: Batch) => void;
  /** Lines that are now in raw and in every rollup. */
  readonly ingested: (platform: string, news: News) => void;
  /** The state, the epoch or the position changed. */
  readonly changed: (progress: FeedProgress) => void;
}

/** Polls until the signal aborts. */
export class Poller {
  readonly progress: FeedProgress;
  private readonly options: PollerOptions;

  constructor(options: PollerOptions, progress: FeedProgress) {
    this.options = options;
    this.progress = progress;
  }

  async run(): Promise<void> {
    const { signal, owner, log } = this.options;
    let retry: number = retryMs.first;
    while (!signal.aborted) {
      const began = performance.now();
      try {
        const position = await this.settle();
        await this.follow(position);
      } catch (error) {
        if (signal.aborted) return;
        // It went well for a while: this is another failure.
        if (performance.now() - began > retryMs.most) retry = retryMs.first;
        // Whatever failed, MongoDB says how far we are: the next round starts from there.
        log(`${owner.code}: ingest begins again`, error);
        this.waitFor(whatFailed(error));
        await pause(retry, signal);
        retry = Math.min(retry * 2, retryMs.most);
      }
    }
  }

  /** From whatever was left behind to a position that all stores agree on. */
  private async settle(): Promise<Position> {
    const { between, positions, committer, owner } = this.options;
    return await between(async () => {
      this.refuseLost(await positions.ensure(owner.code));
      await committer.settle(owner.code);
      const before = await positions.ensure(owner.code);
      this.refuseLost(before);
      const switched = (taken: Position) => this.switchTo(taken);
      const position = await reconcile(this.options, before, switched);
      committer.settled(owner.code);
      return this.at(await takeUpRejected(this.options, position, switched));
    });
  }

  /** Who has lost the lease reads its successor's fence, and is not to go on under it. */
  private refuseLost({ _id, fence }: Position): void {
    if (!this.options.fence) return;
    const own = this.options.fence();
    if (own !== fence)
      throw new LeaseLost(`${_id} has fence ${fence}, and ours is ${own ?? 'lost'}.`);
  }

  /** Reads on until something throws, the signal aborts, or the stores must be compared again. */
  private async follow(start: Position): Promise<void> {
    const { signal } = this.options;
    let position = start;
    let retry: number = retryMs.first;
    let ahead: Promise<Answer> | undefined;
    while (!signal.aborted) {
      const asked = performance.now();
      const answer = await (ahead ?? this.read(position));
      ahead = undefined;
      if (signal.aborted) return;
      switch (answer.kind) {
        case 'batch':
          // Of a history the next is read while this is brought in: else the engine waits for the feed in turns.
          if (isOfHistory(answer)) ahead = this.readAhead(position, answer);
          position = await this.take(position, answer);
          // Brought in otherwise than it was read: read again from where the stores are.
          if (!isAt(position, answer)) ahead = undefined;
          retry = retryMs.first;
          // An owner that does not hold an empty answer back is not asked in a tight loop.
          if (answer.batches.length === 0 && performance.now() - asked < tightLoopMs) {
            await pause(tightLoopMs, signal);
          }
          continue;
        case 'conflict':
        case 'gone':
          position = await this.options.between(() => this.newEpoch(position, answer));
          break;
        case 'chainBroken':
        case 'malformed':
          this.inTrouble('BROKEN', describe(answer));
          break;
        case 'unreachable':
          this.inTrouble('UNREACHABLE', answer.detail);
          break;
      }
      await pause(retry, signal);
      retry = Math.min(retry * 2, retryMs.most);
    }
  }

  /** Reads on behind an answer; what it gives is nobody's before it is asked for. */
  private readAhead(before: Position, { last, head, recordedTime }: Read): Promise<Answer> {
    const answer = this.read({
      ...before,
      sequence: last,
      head,
      recordedTime: recordedTime ?? before.recordedTime,
    });
    answer.catch(() => undefined);
    return answer;
  }

  /** What follows, cut into batches as it comes. */
  private async read(position: Position): Promise<Answer> {
    const { _id: platform, epoch, fence } = position;
    const cutter = new BatchCutter({ platform, epoch, fence }, Date.now());
    const request = { ...this.requestAt(position), limit: maxLimit, waitSeconds };
    const answer = await readFeedInto(request, (line, before) => {
      cutter.add(line, before);
    });
    return answer.kind === 'batch' ? { ...answer, batches: cutter.end(answer.head) } : answer;
  }

  private requestAt(position: Pick<Position, 'sequence' | 'head' | 'recordedTime'>): FeedRequest {
    const { owner, signal, ownerHeaders } = this.options;
    const connection: RequestInit & { readonly dispatcher: Agent } = {
      dispatcher: ownerAgents[owner.addresses],
    };
    return {
      url: owner.eventsUrl,
      code: owner.code,
      after: position.sequence,
      ...(position.head === null ? {} : { head: position.head }),
      ...(position.recordedTime === null ? {} : { recordedTime: position.recordedTime }),
      timeoutMs: this.options.answerWithinMs,
      signal,
      fetch: (input, init) => {
        const request = new Request(input, init);
        const headers = ownerHeaders(owner.code, 'GET', new URL(request.url), '');
        for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
        return fetch(request, connection);
      },
    };
  }

  private async take(start: Position, answer: Read): Promise<Position> {
    let position = start;
    const isHistory = isOfHistory(answer);
    for (const batch of answer.batches) {
      const inserted = await this.options.between(() => this.insert(batch, isHistory));
      // Another epoch counts meanwhile: what is left of the answer is read again for that one.
      if (!inserted) return this.progress.position ?? position;
      position = inserted;
    }
    this.progress.saw(answer.headers, position.sequence, Date.now());
    this.options.changed(this.progress);
    // All feeds are read for the same insert, and none long before it.
    if (answer.batches.length > 0 && !isHistory) {
      await pause(this.options.committer.gatherMs(), this.options.signal);
    }
    return position;
  }

  private async insert(batch: Batch, isHistory: boolean): Promise<Position | undefined> {
    const { committer, ingested } = this.options;
    const before = this.progress.position;
    if (before?.epoch !== batch.epoch) return undefined;
    const position: Position = {
      ...before,
      sequence: batch.to,
      head: batch.head,
      recordedTime: batch.recordedTime ?? before.recordedTime,
      rejected: before.rejected + batch.rejected,
    };
    await committer.commit(batch, isHistory, () => {
      this.progress.position = position;
      this.options.cameIn(batch);
    });
    this.progress.lastLineAtMs = Date.now();
    this.options.changed(this.progress);
    ingested(batch.platform, batch.news);
    return position;
  }

  private async newEpoch(
    position: Position,
    answer: FeedFailure & { readonly kind: 'conflict' | 'gone' },
  ): Promise<Position> {
    const { log, owner } = this.options;
    const current = this.progress.position;
    if (current && current.epoch !== position.epoch) return current;
    const boundary = await newestAccepted(this.options.clickhouse, position, (end) =>
      this.accepts(end),
    );
    if (!boundary && answer.firstSequence > 1) {
      this.inTrouble(
        'BROKEN',
        `the log begins at ${answer.firstSequence}, and we have nothing before`,
      );
      return position;
    }
    log(`${owner.code}: its log is another after ${boundary?.sequence ?? 0}; a new epoch begins`);
    return await takeNewEpoch(this.options, position, boundary, (taken) => this.switchTo(taken));
  }

  /** Whether the platform still has this head; a search asks many times, and begins anew when one stays without answer. */
  private async accepts(end: Boundary): Promise<boolean> {
    const { owner, signal } = this.options;
    for (let tries = 1; ; tries++) {
      const { kind } = await readFeed({ ...this.requestAt(end), limit: 1, waitSeconds: 0 });
      if (kind === 'batch') return true;
      if (kind === 'conflict' || kind === 'gone') return false;
      if (tries === probeTries || signal.aborted) {
        throw new Unanswered(`${owner.code} does not say whether it has ${end.sequence}: ${kind}.`);
      }
      await pause(retryMs.first, signal);
    }
  }

  /** Of the old epoch, which is dropped next, no question is left. */
  private async switchTo(position: Position): Promise<void> {
    await this.options.insertsAndQuestions.insert(async () => {
      this.at(position);
    });
  }

  private at(position: Position): Position {
    this.progress.position = position;
    this.options.changed(this.progress);
    return position;
  }

  private inTrouble(trouble: 'UNREACHABLE' | 'BROKEN', detail: string): void {
    if (this.progress.trouble !== trouble) {
      this.options.log(`${this.options.owner.code}: ${trouble}`, detail);
    }
    this.progress.trouble = trouble;
    this.progress.detail = detail;
    this.waitFor(trouble === 'BROKEN' ? 'TRUE_ANSWER' : 'ANSWER');
  }

  private waitFor(what: FeedWait): void {
    this.progress.waitFor(what, Date.now());
    this.options.changed(this.progress);
  }
}

/** An answer, with what it brought as it is inserted. */
interface Read extends FeedStretch {
  readonly batches: readonly Batch[];
}

type Answer = Read | FeedFailure;

/** An answer of as many lines is history being read: then nothing is gained by waiting for more. */
function isOfHistory({ batches }: Read): boolean {
  return batches.reduce((sum, { count }) => sum + count, 0) >= 1_000;
}

/** Whether a position is where an answer ends, and of the epoch for which it was read. */
function isAt({ epoch, sequence, head }: Position, answer: Read): boolean {
  const { batches, last } = answer;
  return batches.at(-1)?.epoch === epoch && last === sequence && answer.head === head;
}

/** The platform did not say what had to be known. */
class Unanswered extends Error {}

function whatFailed(error: unknown): FeedWait {
  if (error instanceof Unanswered) return 'ANSWER';
  return isOutOfSpace(error) ? 'DISK_SPACE' : 'STORES';
}

function describe(answer: FeedFailure & { readonly kind: 'chainBroken' | 'malformed' }): string {
  return answer.kind === 'malformed'
    ? `${answer.reason} at ${answer.sequence}`
    : `the chain is ${answer.computed}, announced is ${answer.announced}`;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
