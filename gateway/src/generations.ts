/**
 * What answers now: a snapshot of the net and the generation of a supergraph, always both together.
 * A new supergraph brings a new generation, and the old one drains.
 */
import type { NetSnapshot } from '@onenet/contract';
import type { Logger } from 'pino';
import { Generation, type DataSources } from './generation.ts';
import type { Metrics } from './metrics.ts';

export interface GenerationsOptions {
  readonly dataSource: DataSources;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Is called with every net that comes into force. */
  readonly inForce?: (net: NetSnapshot) => void;
}

/** What a request is answered by, from `caller` to `record`. */
export interface InForce {
  /** Its `supergraph` is the one that is in force: it loaded. */
  readonly net: NetSnapshot;
  readonly generation: Generation;
}

/** A supergraph that does not load. */
export interface Refused {
  readonly supergraph: string;
  /** The revision that brought it first. */
  readonly revision: number;
}

/** Milliseconds that addresses and switches wait for a supergraph that is being loaded. */
const patienceMs = 500;

export class Generations {
  readonly #options: GenerationsOptions;
  readonly #ready = Promise.withResolvers<void>();
  readonly #retiring = new Set<Promise<void>>();
  /** The newest snapshot that told each generation's supergraph. */
  readonly #toldWith = new WeakMap<Generation, NetSnapshot>();
  #current: InForce | undefined;
  #refused: Refused | undefined;
  /** The newest snapshot, and the one that is in force, as they were told. */
  #told: NetSnapshot | undefined;
  #taken: NetSnapshot | undefined;
  #working: Promise<void> | undefined;

  constructor(options: GenerationsOptions) {
    this.#options = options;
  }

  get current(): InForce | undefined {
    return this.#current;
  }

  /** The newest supergraph, while it is not in force because it does not load. */
  get refused(): Refused | undefined {
    return this.#refused;
  }

  /** Resolves when the first generation is in force. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Takes a snapshot into force. Of snapshots that come while one is taken, the newest is next. */
  follow(net: NetSnapshot): Promise<void> {
    this.#told = net;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  /** Drains all. */
  async stop(): Promise<void> {
    await this.#working;
    await Promise.all([...this.#retiring, this.#current?.generation.retire()]);
    this.#current = undefined;
  }

  async #work(): Promise<void> {
    for (;;) {
      const net = this.#told;
      if (!net) return;
      const isLoaded = net.supergraph === this.#current?.generation.supergraph;
      if (isLoaded) this.#forgive();
      if (isLoaded || net.supergraph === this.#refused?.supergraph) this.#enforceTold();
      else await this.#load(net);
      if (net === this.#told) return;
    }
  }

  async #load(brings: NetSnapshot): Promise<void> {
    const { supergraph, revision } = brings;
    const { log, metrics } = this.#options;
    // However long it takes, what else was told does not wait for it.
    const meanwhile = setInterval(() => this.#enforceTold(), patienceMs);
    try {
      const previous = this.#current?.generation;
      const next = await Generation.start({ ...this.#options, supergraph });
      this.#toldWith.set(next, brings);
      if (previous) {
        const operations = await next.warmFrom(previous);
        log.info({ revision, operations }, 'generation warmed');
      }
      // Taken back meanwhile: what is in force is what was told.
      if (previous && this.#told?.supergraph === previous.supergraph) return this.#retire(next);
      this.#forgive();
      metrics.generations.inc();
      log.info({ revision }, 'generation in force');
      this.#enforceTold(next);
      if (previous) this.#retire(previous);
    } catch (error) {
      this.#refused = { supergraph, revision };
      metrics.supergraphRefused.set(1);
      log.error({ err: error, revision }, 'the supergraph does not load');
      // The one before it stays in force, with the new addresses and switches.
      this.#enforceTold();
    } finally {
      clearInterval(meanwhile);
    }
  }

  /** Takes the newest snapshot into force, with the generation of now or the next one. */
  #enforceTold(generation = this.#current?.generation): void {
    const told = this.#told;
    if (!told || !generation) return;
    if (told === this.#taken && generation === this.#current?.generation) return;
    this.#taken = told;
    if (told.supergraph === generation.supergraph) this.#toldWith.set(generation, told);
    const net = withSupergraphOf(this.#toldWith.get(generation) ?? told, told);
    this.#current = { net, generation };
    this.#options.metrics.revision.set(net.revision);
    this.#options.inForce?.(net);
    this.#ready.resolve();
  }

  #forgive(): void {
    this.#refused = undefined;
    this.#options.metrics.supergraphRefused.set(0);
  }

  #retire(previous: Generation): void {
    const retiring = previous.retire().catch((error: unknown) => {
      this.#options.log.error({ err: error }, 'a generation did not stop');
    });
    this.#retiring.add(retiring);
    void retiring.then(() => this.#retiring.delete(retiring));
  }
}

/** The told addresses and switches with a supergraph of before, and with who added what to that. */
function withSupergraphOf(before: NetSnapshot, told: NetSnapshot): NetSnapshot {
  if (told.supergraph === before.supergraph) return told;
  const additions = new Map(before.owners.map((owner) => [owner.code, owner.additions]));
  return {
    ...told,
    supergraph: before.supergraph,
    owners: told.owners.map((owner) => ({ ...owner, additions: additions.get(owner.code) ?? [] })),
  };
}
