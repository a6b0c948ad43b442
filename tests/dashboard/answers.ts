/** What a page was answered last: what changes whenever it is asked for is compared with that. */
import type { Page, Response } from 'playwright-core';

/** By the name of the question and the first of its metrics. */
export class Answers {
  readonly #last = new Map<string, Answered>();
  readonly #figures = new Map<string, readonly (number | null)[]>();

  constructor(page: Page) {
    // What does not come because the page is closed is not kept.
    page.on('response', (response) => void this.#keep(response).catch(() => undefined));
  }

  last(name: string, metric = ''): Answered | undefined {
    return this.#last.get(`${name} ${metric}`);
  }

  /** Of a page's cards, as the page rounds them. */
  figures(names: readonly string[]): readonly (number | null)[] | undefined {
    return this.#figures.get(names.join(' '));
  }

  async #keep(response: Response): Promise<void> {
    if (!response.url().endsWith('/graphql')) return;
    const { query, variables } = response.request().postDataJSON() as {
      query: string;
      variables: { input?: Input };
    };
    const { data } = (await response.json()) as { data?: Answered | null };
    if (data == null) return;
    const { input } = variables;
    const [, name = ''] = /^\s*query (\w+)/.exec(query) ?? [];
    this.#last.set(`${name} ${input?.metrics?.[0] ?? ''}`, data);
    const { metrics } = data;
    if (!metrics || input?.period !== 'YEAR' || input.grain !== undefined) return;
    this.#figures.set(
      input.metrics?.join(' ') ?? '',
      metrics.map(({ value }) => (value === null ? null : Math.round(value * 100) / 100)),
    );
  }
}

interface Input {
  readonly metrics?: readonly string[];
  readonly period?: string;
  readonly grain?: string;
}

/** Of an answer, what is compared. */
interface Answered {
  readonly metrics?: readonly Value[] | null;
  readonly metricTable?: { readonly rows: readonly { readonly cells: readonly Value[] }[] };
  readonly topOperations?: readonly Operation[];
  readonly accessSummary?: readonly Summary[];
}

interface Value {
  readonly value: number | null;
}

interface Operation {
  readonly name: string | null;
  readonly document: string;
  readonly requests: number;
  readonly failedShare: number;
  readonly meanMs: number;
  readonly owners: readonly string[];
  readonly lastSeen: string;
}

interface Summary {
  readonly client: string;
  readonly rows: number;
}
