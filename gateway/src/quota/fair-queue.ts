/** How many requests are under way at once: beyond that they wait, and whoever asks most waits for the others. */
import { HttpRefusal } from '../http-request.ts';
import { retryAfter } from './headers.ts';

export interface FairQueueOptions {
  /** Requests under way. */
  readonly atOnce: number;
  /** That may wait, of all callers and of one. */
  readonly waiting: number;
  readonly waitingOfOne: number;
  /** How long one waits. */
  readonly patienceMs: number;
}

/** What the gateway does by default. */
export const fairQueueDefaults: FairQueueOptions = {
  atOnce: 256,
  waiting: 4096,
  waitingOfOne: 128,
  patienceMs: 5000,
};

interface Waiting {
  readonly go: () => void;
}

export class FairQueue {
  readonly #options: FairQueueOptions;
  /** Callers that wait, the next one first; each with its requests in order. */
  readonly #queues = new Map<string, Set<Waiting>>();
  #underWay = 0;
  #waiting = 0;

  constructor(options: Partial<FairQueueOptions> = {}) {
    this.#options = { ...fairQueueDefaults, ...options };
  }

  /** Resolves when the caller's turn comes; whoever entered leaves. */
  async enter(caller: string, signal: AbortSignal): Promise<void> {
    const { atOnce, waiting, waitingOfOne } = this.#options;
    if (this.#underWay < atOnce && this.#waiting === 0) {
      this.#underWay++;
      return;
    }
    const queue = this.#queues.get(caller) ?? new Set();
    if (this.#waiting >= waiting || queue.size >= waitingOfOne) throw busy();
    await this.#wait(caller, queue, signal);
  }

  leave(): void {
    const [next] = this.#queues;
    if (!next) {
      this.#underWay--;
      return;
    }
    const [caller, queue] = next;
    const [first] = queue;
    this.#remove(caller, queue, first);
    // Round robin: who had its turn is last.
    if (queue.size > 0) {
      this.#queues.delete(caller);
      this.#queues.set(caller, queue);
    }
    first?.go();
  }

  #wait(caller: string, queue: Set<Waiting>, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
      };
      const place: Waiting = {
        go: () => {
          end();
          resolve();
        },
      };
      const giveUp = (): void => {
        end();
        this.#remove(caller, queue, place);
        reject(busy());
      };
      const timer = setTimeout(giveUp, this.#options.patienceMs);
      signal.addEventListener('abort', giveUp, { once: true });
      this.#queues.set(caller, queue.add(place));
      this.#waiting++;
    });
  }

  #remove(caller: string, queue: Set<Waiting>, place: Waiting | undefined): void {
    if (!place || !queue.delete(place)) return;
    this.#waiting--;
    if (queue.size === 0) this.#queues.delete(caller);
  }
}

function busy(): HttpRefusal {
  const text = 'The gateway has as many requests under way as it takes.';
  return new HttpRefusal(503, 'UNAVAILABLE', text, retryAfter(1000));
}
