/** Questions take turns: first asked, first answered, and only so many at once. */

/** Of the six connections that a browser has to one host, the live stream and pictures need some too. */
const mostAtOnce = 3;

/** Runs at most so many at once, the others in the order in which they came. */
export class Turns {
  readonly #most: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number = mostAtOnce) {
    this.#most = most;
  }

  /** `run`, when it is its turn; whoever is aborted while waiting gives theirs up. */
  async take<T>(run: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#running >= this.#most) await this.#turn(signal);
    else this.#running += 1;
    try {
      return await run();
    } finally {
      const next = this.#waiting.shift();
      // The turn goes on to the next one.
      if (next) next();
      else this.#running -= 1;
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        const at = this.#waiting.indexOf(start);
        if (at !== -1) this.#waiting.splice(at, 1);
        reject(new DOMException('no longer asked', 'AbortError'));
      };
      this.#waiting.push(start);
      signal.addEventListener('abort', leave, { once: true });
    });
  }
}
