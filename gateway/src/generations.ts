/** Which generation answers now: a new supergraph brings a new one, and the old one drains. */
import type { GraphQLDataSource } from '@apollo/gateway';
import type { NetSnapshot } from '@onenet/contract';
import type { Logger } from 'pino';
import { Generation } from './generation.ts';
import type { Metrics } from './metrics.ts';

export interface GenerationsOptions {
  readonly dataSource: (subgraph: string) => GraphQLDataSource;
  readonly log: Logger;
  readonly metrics: Metrics;
}

export class Generations {
  readonly #options: GenerationsOptions;
  readonly #retiring = new Set<Promise<void>>();
  #current: Generation | undefined;
  #supergraph = '';
  #switching: Promise<void> = Promise.resolve();

  constructor(options: GenerationsOptions) {
    this.#options = options;
  }

  get current(): Generation | undefined {
    return this.#current;
  }

  /** Takes a snapshot's supergraph into force, after those that came before it. */
  follow({ supergraph, revision }: NetSnapshot): Promise<void> {
    this.#switching = this.#switching.then(async () => {
      if (supergraph === this.#supergraph) return;
      await this.#load(supergraph, revision);
    });
    return this.#switching;
  }

  /** Drains all. */
  async stop(): Promise<void> {
    await this.#switching;
    await Promise.all([...this.#retiring, this.#current?.retire()]);
    this.#current = undefined;
  }

  async #load(supergraph: string, revision: number): Promise<void> {
    const { log, metrics } = this.#options;
    try {
      const next = await Generation.start({ ...this.#options, supergraph });
      const previous = this.#current;
      this.#current = next;
      this.#supergraph = supergraph;
      metrics.generations.inc();
      log.info({ revision }, 'generation in force');
      if (previous) this.#retire(previous);
    } catch (error) {
      // The one before it stays in force.
      log.error({ err: error, revision }, 'the supergraph does not load');
    }
  }

  #retire(previous: Generation): void {
    const retiring = previous.retire().catch((error: unknown) => {
      this.#options.log.error({ err: error }, 'a generation did not stop');
    });
    this.#retiring.add(retiring);
    void retiring.then(() => this.#retiring.delete(retiring));
  }
}
