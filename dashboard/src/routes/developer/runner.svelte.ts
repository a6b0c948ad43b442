/** Runs what the editor holds, and keeps what came of it. */
import { at } from '#lib/address.ts';
import type { Fetch } from '#lib/api/client.ts';
import { parseVariables, readRan, type Ran } from './ran.ts';

export interface Operation {
  readonly query: string;
  /** JSON, or nothing. */
  readonly variables: string;
  readonly operationName: string | null;
}

/** What is wrong with what was to be sent, or that nothing came back. */
export type Trouble = 'variables' | 'offline';

const mostKept = 50;

export class Runner {
  ran = $state.raw<Ran>();
  trouble = $state<Trouble>();
  pending = $state(false);
  /** Of this visit, the newest first. */
  failures = $state.raw<readonly (Ran & { readonly operation: string | null })[]>([]);
  #controller: AbortController | undefined;
  readonly #fetch: Fetch;

  constructor(fetch: Fetch) {
    this.#fetch = fetch;
  }

  async run(
    { query, variables, operationName }: Operation,
    { completeness }: { readonly completeness: string },
  ): Promise<void> {
    this.#controller?.abort();
    const given = parseVariables(variables);
    this.trouble = given === undefined ? 'variables' : undefined;
    if (given === undefined) return;
    const controller = new AbortController();
    this.#controller = controller;
    this.pending = true;
    const began = performance.now();
    try {
      const response = await this.#fetch(at('/graphql'), {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          'onenet-plan': 'true',
          'onenet-completeness': completeness,
        },
        body: JSON.stringify({
          query,
          variables: given,
          ...(operationName !== null && { operationName }),
        }),
        signal: controller.signal,
      });
      const text = await response.text();
      const ran = readRan(response.status, text, performance.now() - began);
      this.ran = ran;
      if (ran.errors.length > 0) {
        this.failures = [{ ...ran, operation: operationName }, ...this.failures].slice(0, mostKept);
      }
    } catch {
      if (controller.signal.aborted) return;
      this.trouble = 'offline';
    }
    this.pending = false;
  }

  /** What another asked is not for whoever comes now. */
  clear(): void {
    this.#controller?.abort();
    this.ran = undefined;
    this.trouble = undefined;
    this.pending = false;
    this.failures = [];
  }
}
