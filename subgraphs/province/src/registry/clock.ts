/** What time alone brings about at the registry: windows that begin and end, grants and clients that end. */

const lookEveryMs = 1000;

/** Looks at the clock once a second, and sooner when told that something changed. */
export class Clock {
  readonly #follow: (now: Date) => Promise<void> | undefined;
  readonly #timer: NodeJS.Timeout;
  #following: Promise<void> | undefined;

  /** `follow` writes what is due; undefined: nothing is. */
  constructor(follow: (now: Date) => Promise<void> | undefined) {
    this.#follow = follow;
    this.#timer = setInterval(() => void this.look(), lookEveryMs);
  }

  /** Resolves when the registry says what the clock says. */
  look(): Promise<void> {
    this.#following ??= this.#follow(new Date())
      ?.catch((error: unknown) => console.error('registry: what time brings about:', error))
      .finally(() => {
        this.#following = undefined;
      });
    return this.#following ?? Promise.resolve();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#following;
  }
}
