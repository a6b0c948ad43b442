/** A gathered list, page after page: the first is asked at once, the next ones by a button. */
import type { Answer } from '../api/client.ts';
import type { Page } from '../api/records.ts';
import { Part } from './part.svelte.ts';

/** Why an owner is missing that may answer when it is asked again. */
const passing: ReadonlySet<string> = new Set([
  'UNREACHABLE',
  'TIMEOUT',
  'BREAKER_OPEN',
  'MAINTENANCE',
]);

export class Pages<T> {
  /** All pages so far; what is said of the whole list is as the newest page says it. */
  readonly part: Part<Page<T>>;
  /** Changed by `more`: how far the list is wanted. */
  #after = $state<string | null>(null);
  #before: readonly T[] = [];
  #list: string;

  /** `list`: which list it is, where the address says that; of another list than before the first page is asked. */
  constructor(
    load: (after: string | null, signal: AbortSignal) => Promise<Answer<Page<T>>>,
    list: () => string = () => '',
  ) {
    this.#list = list();
    this.part = new Part(
      async (signal) => {
        const now = list();
        if (now !== this.#list) this.restart();
        this.#list = now;
        const after = this.#after;
        const answer = await load(after, signal);
        if (after === null) return answer;
        const rows = [...this.#before, ...answer.data.rows];
        return { ...answer, data: { ...answer.data, rows } };
      },
      {
        isWhole: ({ completeness }) =>
          !completeness?.missing.some(({ reason }) => passing.has(reason)),
      },
    );
  }

  /** From the first page on, of another list than before. */
  restart(): void {
    this.#before = [];
    this.#after = null;
  }

  /** Asks for the page after those that are shown. */
  more(): void {
    const shown = this.part.current;
    if (shown === undefined || !shown.hasNextPage || this.part.pending) return;
    this.#before = shown.rows;
    this.#after = shown.endCursor;
  }
}
