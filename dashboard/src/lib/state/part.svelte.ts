/** One part of a page: what it shows, whether it is being asked for anew, what went wrong. */
import { untrack } from 'svelte';
import { Problem, type Answer } from '../api/client.ts';
import { signInFirst } from './session.svelte.ts';

/** How long after a failure a part is asked again by itself. */
const retryMs = 8000;

export interface PartOptions<T> {
  /** Asked again whenever this changes. */
  readonly beat?: { readonly current: number };
  /** What was last known, shown until an answer comes. */
  readonly last?: { readonly data: T; readonly savedAt: number } | null;
  /** Called with every whole answer. */
  readonly keep?: (data: T) => void;
  /** Whether nothing is missing that may come by itself; else it is asked again as after a failure. */
  readonly isWhole?: (data: T) => boolean;
}

/**
 * Asks as soon as the component is there and again whenever something changes that `load` reads
 * before its first `await`. A failed part keeps what it had.
 */
export class Part<T> {
  current = $state.raw<T>();
  problem = $state.raw<Problem>();
  /** Beside `current`: what is missing in it. */
  missing = $state.raw<readonly Problem[]>([]);
  pending = $state(false);
  /** When what is shown was answered, Unix milliseconds. */
  at = $state(0);
  /** Whether what is shown is from an earlier visit. */
  old = $state(false);

  /** What was asked for what is shown: {@link asked} writes it beside it. */
  questions = $state.raw<readonly string[]>([]);

  /** Whether what is shown answers an earlier question than the one that is open now. */
  stale = $state(false);

  readonly #load: (signal: AbortSignal) => Promise<Answer<T>>;
  readonly #keep: ((data: T) => void) | undefined;
  readonly #isWhole: (data: T) => boolean;
  #controller: AbortController | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(load: (signal: AbortSignal) => Promise<Answer<T>>, options: PartOptions<T> = {}) {
    this.#load = load;
    this.#keep = options.keep;
    this.#isWhole = options.isWhole ?? (() => true);
    if (options.last) {
      this.current = options.last.data;
      this.at = options.last.savedAt;
      this.old = true;
    }
    // `pre`: parts are asked in the order in which they are made, a page's figures before its panels.
    $effect.pre(() => {
      this.stale = untrack(() => this.current !== undefined && !this.old);
      this.#ask();
      return () => {
        this.#controller?.abort();
        clearTimeout(this.#again);
      };
    });
    let beats = 0;
    $effect(() => {
      void options.beat?.current;
      if (beats > 0) this.reload();
      beats += 1;
    });
  }

  /** Asks again: the button beside a problem. */
  reload(): void {
    untrack(() => this.#ask());
  }

  #ask(): void {
    this.#controller?.abort();
    clearTimeout(this.#again);
    const controller = new AbortController();
    this.#controller = controller;
    const answer = this.#load(controller.signal);
    untrack(() => void this.#take(answer, controller.signal));
  }

  async #take(coming: Promise<Answer<T>>, signal: AbortSignal): Promise<void> {
    this.pending = true;
    try {
      const answer = await coming;
      if (signal.aborted) return;
      this.current = answer.data;
      this.missing = answer.problems;
      this.questions = answer.questions ?? [];
      this.problem = undefined;
      this.at = Date.now();
      this.old = false;
      this.stale = false;
      this.#keep?.(answer.data);
      if (answer.problems.some(passes) || !this.#isWhole(answer.data)) this.#askLater();
    } catch (cause) {
      if (signal.aborted) return;
      this.problem =
        cause instanceof Problem
          ? cause
          : new Problem('unexpected', null, String(cause), { cause });
      if (this.problem.kind === 'signIn') void signInFirst();
      if (passes(this.problem)) this.#askLater();
    }
    this.pending = false;
  }

  /** What passes by itself is tried again by itself; the button is for who cannot wait. */
  #askLater(): void {
    this.#again = setTimeout(() => this.reload(), retryMs);
  }
}

function passes({ kind }: Problem): boolean {
  return kind === 'unavailable' || kind === 'offline';
}

/** `data-questions` of whatever shows answers: which questions they answer. Tests ask the same, and compare every figure. */
export function asked(...parts: readonly { readonly questions: readonly string[] }[]): string {
  return parts.flatMap(({ questions }) => questions).join('\n');
}
