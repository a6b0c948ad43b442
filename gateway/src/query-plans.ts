/** The planner's cache: the plans of one generation, by the hash of their operation. */
import type { ApolloGateway } from '@apollo/gateway';
import type { Metrics } from './metrics.ts';

type Config = NonNullable<ConstructorParameters<typeof ApolloGateway>[0]>;
type Cache = NonNullable<NonNullable<Config['queryPlannerConfig']>['cache']>;
type QueryPlan = Parameters<Cache['set']>[1];

/** Of the plans kept, as JSON; the least recently used goes first. */
const mostCharacters = 30_000_000;

export class QueryPlans implements Cache {
  /** For whom plans are made now. */
  when: 'request' | 'warming' = 'request';
  readonly #metrics: Metrics;
  readonly #plans = new Map<string, { readonly plan: QueryPlan; readonly characters: number }>();
  #characters = 0;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  async get(key: string): Promise<QueryPlan | undefined> {
    const known = this.#plans.get(key);
    if (!known) return undefined;
    // The oldest stand first: what is used again moves to the end.
    this.#plans.delete(key);
    this.#plans.set(key, known);
    return known.plan;
  }

  /** The planner keeps what it has just made. */
  async set(key: string, plan: QueryPlan): Promise<void> {
    this.#metrics.plans.inc({ when: this.when });
    await this.delete(key);
    const characters = JSON.stringify(plan).length;
    this.#plans.set(key, { plan, characters });
    this.#characters += characters;
    for (const oldest of this.#plans.keys()) {
      if (this.#characters <= mostCharacters || oldest === key) return;
      await this.delete(oldest);
    }
  }

  async delete(key: string): Promise<boolean> {
    this.#characters -= this.#plans.get(key)?.characters ?? 0;
    return this.#plans.delete(key);
  }

  clear(): void {
    this.#plans.clear();
    this.#characters = 0;
  }
}
