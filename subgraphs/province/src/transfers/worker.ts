/** Drives all open transfers: takes each up when its time has come, and again after a restart, whichever province began it. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterKey, afterStep, nextMove } from './life-cycle.ts';
import type { TransferPlatforms } from './platforms.ts';
import { after, leaseMs, type Changes, type TransferStore } from './store.ts';
import type { Transfer } from './transfer.ts';

export interface WorkerOptions {
  readonly store: TransferStore;
  readonly platforms: TransferPlatforms;
  /** The clock. */
  readonly now?: () => Date;
}

/** How many are driven side by side. */
const side = 64;
/** How long it sleeps at most: another province's may be left over meanwhile. */
const longestSleepMs = 1_000;
/** After an error of the database. */
const againAfterMs = 500;

export class TransferWorker {
  readonly #store: TransferStore;
  readonly #platforms: TransferPlatforms;
  readonly #now: () => Date;
  readonly #stopping = new AbortController();
  readonly #driven = new Set<Promise<void>>();
  #wake = Promise.withResolvers<void>();
  #running: Promise<void> = Promise.resolve();

  constructor({ store, platforms, now = () => new Date() }: WorkerOptions) {
    this.#store = store;
    this.#platforms = platforms;
    this.#now = now;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** There is something new. */
  wake(): void {
    this.#wake.resolve();
  }

  /** Lets go of what it drives: it is taken up again by whoever runs next. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#running;
    await Promise.all(this.#driven);
  }

  /** Drives everything that is due now as far as it goes. */
  async turn(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const transfer = await this.#store.claim(this.#now());
      if (!transfer) return;
      await this.#drive(transfer);
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // Whatever is told from here on is not slept over.
      this.#wake = Promise.withResolvers();
      try {
        await this.#takeUp();
        await this.#sleep();
      } catch (error) {
        console.error('transfers: the database does not answer, and is asked again:', error);
        await delay(againAfterMs, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #takeUp(): Promise<void> {
    while (!this.#stopping.signal.aborted && this.#driven.size < side) {
      const transfer = await this.#store.claim(this.#now());
      if (!transfer) return;
      const driven = this.#drive(transfer)
        .catch((error: unknown) => {
          // Its lease ends, and it is taken up again where it stands.
          console.error(`transfers: ${transfer._id} is left for later:`, error);
        })
        .finally(() => {
          this.#driven.delete(driven);
          this.wake();
        });
      this.#driven.add(driven);
    }
  }

  async #sleep(): Promise<void> {
    const next = await this.#store.nextAt();
    const waitMs = next ? next.getTime() - this.#now().getTime() : longestSleepMs;
    const awake = new AbortController();
    const isFull = this.#driven.size >= side;
    const sleepMs = isFull ? longestSleepMs : Math.min(longestSleepMs, Math.max(waitMs, 10));
    const slept = delay(sleepMs, undefined, { signal: awake.signal }).catch(() => undefined);
    await Promise.race([slept, this.#wake.promise]);
    awake.abort();
  }

  /** Step by step, each written before and after its call, until it has ended or has to wait. */
  async #drive(claimed: Transfer): Promise<void> {
    let transfer: Transfer | undefined = claimed;
    while (transfer?.nextAt && transfer.lease !== null) {
      transfer = await this.#move(transfer);
    }
  }

  async #move(transfer: Transfer): Promise<Transfer | undefined> {
    const move = nextMove(transfer, this.#now());
    if ('change' in move) return await this.#advance(transfer, move.change);
    const before = { ...move.before, attempts: transfer.attempts + 1 };
    const asked = await this.#advance(transfer, before);
    if (!asked) return undefined;
    const changes =
      move.ask === 'key'
        ? afterKey(asked, await this.#platforms.sealingKey(asked.to), this.#now())
        : afterStep(asked, move.ask, await this.#platforms.step(asked, move.ask), this.#now());
    return await this.#advance(asked, changes);
  }

  #advance(transfer: Transfer, changes: Changes): Promise<Transfer | undefined> {
    return this.#store.advance(transfer, { nextAt: after(this.#now(), leaseMs), ...changes });
  }
}
