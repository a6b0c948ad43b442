/** Brings batches in, exactly once: intent, insert, positions; each on disk before the next. What waits goes together. */
import { isRefusal } from '../clickhouse.ts';
import type { ClickHouse } from '../clickhouse.ts';
import { deduplicationWindowBlocks } from '../migrate.ts';
import type { Batch } from './batch.ts';
import type { Blocks } from './blocks.ts';
import { batchesTogether, insertOf } from './insert.ts';
import type { Insert } from './insert.ts';
import type { Pauses } from './pauses.ts';
import type { Intent, Positions } from './positions.ts';
import { statementOf } from './positions.ts';
import type { Turns } from './turns.ts';

/** Two cores share the engine with the queries. */
const insertsAtOnce = 2;
/**
 * An insert costs the same for one row and for thousands, most of it to plan seven views and to write their
 * parts: what comes in as it happens goes together, so often at most.
 */
const insertEveryMs = 300;
/** So long before an insert may begin, feeds are read for it. */
const readBeforeMs = 50;
/** A replay is left to the deduplication window only well within it. */
const replayableBlocks = deduplicationWindowBlocks / 2;

interface Waiting {
  readonly batch: Batch;
  /** Of a feed that is behind: nothing is gained by waiting for more. */
  readonly isHistory: boolean;
  /** Called when it is in, before any question is asked. */
  readonly isIn: () => void;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

export class Committer {
  private readonly clickhouse: ClickHouse;
  private readonly positions: Positions;
  private readonly blocks: Blocks;
  private readonly turns: Turns;
  /** Of several processes; absent: this one inserts alone. */
  private readonly pauses: Pauses | undefined;
  private readonly waiting: Waiting[] = [];
  private readonly replays = new Map<string, Promise<void>>();
  /** Platforms that were in an insert that ClickHouse refused: each goes by itself until one is in. */
  private readonly alone = new Set<string>();
  /** Platforms that were in an insert that failed: some tables may have of it what others lack. */
  private readonly half = new Set<string>();
  private running = 0;
  private lastBeganMs = -Infinity;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    clickhouse: ClickHouse,
    positions: Positions,
    blocks: Blocks,
    turns: Turns,
    pauses?: Pauses,
  ) {
    this.clickhouse = clickhouse;
    this.positions = positions;
    this.blocks = blocks;
    this.turns = turns;
    this.pauses = pauses;
  }

  /**
   * Resolves when the batch is in and its position advanced; after a failure, `settle` comes first.
   * `isIn` is called then too, before any question can be asked.
   */
  async commit(batch: Batch, isHistory: boolean, isIn: () => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.waiting.push({ batch, isHistory, isIn, done: resolve, failed: reject });
    this.start();
    await promise;
  }

  /** How long the next lines of a feed may gather, to be read just in time for the next insert. */
  gatherMs(): number {
    return Math.max(0, this.nextInsertInMs() - readBeforeMs);
  }

  /** Whether all tables have the same of a platform, as far as its inserts go. */
  isSettled(platform: string): boolean {
    return !this.half.has(platform);
  }

  /** All stores agree on the platform's position again. */
  settled(platform: string): void {
    this.half.delete(platform);
  }

  /** Replays, unchanged, every open intent that a platform is in. */
  async settle(platform: string): Promise<void> {
    for (const intent of await this.positions.openIntents(platform)) {
      await this.replayShared(intent);
    }
  }

  /**
   * Runs an open intent's insert again, and closes it. One that is too old for the deduplication
   * window is only closed: the comparison of the stores finds what raw has of it.
   */
  async replay(intent: Intent): Promise<void> {
    if ((await this.blocks.count()) - intent.blocksBefore > replayableBlocks) {
      await this.positions.forget(intent);
      return;
    }
    for (const { platform } of intent.members) this.half.add(platform);
    try {
      const statement = await statementOf(intent);
      await this.turns.insert(() => this.clickhouse.run(statement));
    } catch (error) {
      if (!isRefusal(error) || intent.members.length === 1) throw error;
      // It is not known whose rows are refused. What raw has of them is found by comparison.
      for (const { platform } of intent.members) this.alone.add(platform);
      await this.positions.forget(intent);
      return;
    }
    await this.positions.close(intent, { asHolder: false });
  }

  /** Every member wants the same replay: it is run once. */
  private async replayShared(intent: Intent): Promise<void> {
    const running = this.replays.get(intent._id);
    if (running) {
      await running;
      return;
    }
    const replay = this.replay(intent).finally(() => this.replays.delete(intent._id));
    this.replays.set(intent._id, replay);
    await replay;
  }

  private start(): void {
    while (this.running < insertsAtOnce && this.waiting.length > 0) {
      if (!this.waiting.some(({ isHistory }) => isHistory)) {
        // Whoever runs starts the next when it ends.
        if (this.running > 0) return;
        const waitMs = this.nextInsertInMs();
        if (waitMs > 0) {
          this.startIn(waitMs);
          return;
        }
      }
      this.lastBeganMs = performance.now();
      const { length } = batchesTogether(this.nextBatches());
      void this.run(this.waiting.splice(0, length));
    }
  }

  /** Of what comes in as it happens; a lone event does not wait. */
  private nextInsertInMs(): number {
    return this.lastBeganMs + insertEveryMs - performance.now();
  }

  private startIn(ms: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.start();
    }, ms);
  }

  /** The first that waits, with those after it that may share its insert. */
  private nextBatches(): Batch[] {
    const batches = this.waiting.map(({ batch }) => batch);
    const single = batches.findIndex(({ platform }) => this.alone.has(platform));
    return single === -1 ? batches : batches.slice(0, Math.max(single, 1));
  }

  private async run(group: readonly Waiting[]): Promise<void> {
    this.running += 1;
    try {
      const insert = insertOf(group.map(({ batch }) => batch));
      const intent = await this.open(insert);
      await this.turns.insert(() => this.insert(insert.statement, intent, group));
      for (const { done } of group) done();
    } catch (error) {
      for (const { failed } of group) failed(error);
    } finally {
      this.running -= 1;
      this.start();
    }
  }

  /**
   * Stores the intent while nobody holds inserts up. Who does looks for intents after having said so, and who inserts
   * looks whether somebody has after storing one: one of the two sees the other.
   */
  private async open(insert: Insert): Promise<Intent> {
    const blocksBefore = await this.blocks.take(insert.blocks);
    for (;;) {
      await this.pauses?.over();
      const intent = await this.positions.open(insert, blocksBefore);
      if (!(await this.pauses?.isHeld())) return intent;
      await this.positions.forget(intent);
    }
  }

  private async insert(
    statement: string,
    intent: Intent,
    group: readonly Waiting[],
  ): Promise<void> {
    for (const { batch } of group) this.half.add(batch.platform);
    await this.clickhouse.run(statement);
    if (!(await this.positions.close(intent, { asHolder: true }))) {
      throw new Error(`A position moved while ${intent._id} was inserted.`);
    }
    for (const { batch, isIn } of group) {
      this.alone.delete(batch.platform);
      this.half.delete(batch.platform);
      isIn();
    }
  }
}
