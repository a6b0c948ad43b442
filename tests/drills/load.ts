/** A steady load, each kind of caller by itself: what fails is kept, with when and why. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from '../fixtures/small-net.ts';

/** A kind of caller: one question; undefined: it was answered as it should be. */
export type Question = () => Promise<string | undefined>;

export class Load implements AsyncDisposable {
  /** What went wrong; empty at the end. */
  readonly failures: string[] = [];
  /** Questions that were answered, by kind. */
  readonly answered = new Map<string, number>();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>[] = [];

  /** Asks, one question after another with a pause between, `most` times at most. */
  add(kind: string, question: Question, { pauseMs = 100, most = Infinity } = {}): void {
    this.answered.set(kind, 0);
    this.#running.push(this.#ask(kind, question, pauseMs, most));
  }

  /** Resolves when each kind was answered so many times more. */
  async more(times: number): Promise<void> {
    const wanted = [...this.answered].map(([kind, n]) => [kind, n + times] as const);
    for (const [kind, n] of wanted) {
      while ((this.answered.get(kind) ?? 0) < n && this.failures.length === 0) await delay(20);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  async #ask(kind: string, question: Question, pauseMs: number, most: number): Promise<void> {
    for (let n = 0; n < most && !this.#stop.signal.aborted; n++) {
      const wrong = await question().catch((error: unknown) => String(error));
      if (wrong !== undefined) {
        this.failures.push(`${kind} at ${new Date().toISOString()}: ${wrong}`);
      }
      this.answered.set(kind, (this.answered.get(kind) ?? 0) + 1);
      await delay(pauseMs);
    }
    // Who has asked enough holds up nobody who waits for more.
    if (!this.#stop.signal.aborted) this.answered.set(kind, Infinity);
  }
}

/** Whether every owner answered, without an error. */
export function wholeOrWhy({ data, errors }: Answer, list: string): string | undefined {
  const found = data?.[list] as
    | { readonly completeness: { readonly missing: readonly object[] } }
    | null
    | undefined;
  const isWhole = errors === undefined && found?.completeness.missing.length === 0;
  return isWhole ? undefined : JSON.stringify({ errors, found }).slice(0, 500);
}
