/** The owner directory: the current snapshot of the net, and who waits for the next. */
import { createHash } from 'node:crypto';
import { contractVersion } from '@onenet/contract';
import type { ConnectionStatus, NetOwner, NetSnapshot } from '@onenet/contract';
import { divisionPath, platforms } from '@onenet/platforms';
import type { PlatformDefinition } from '@onenet/platforms';
import type { Registry, RegistryEntry, RegistryState } from './registry.ts';

/** What a snapshot says besides the registry. */
export interface NetFrame {
  /** The composed SDL. */
  readonly supergraph: string;
  /** Where platforms answer: base URL without port, base port. */
  readonly platformHost: string;
  readonly platformBasePort: number;
  /** GraphQL URLs of the province's own subgraphs. */
  readonly services: NetSnapshot['services'];
}

/** A platform as the province's subgraph shows it: its definition and its registry entry. */
export interface RegisteredPlatform {
  readonly definition: PlatformDefinition;
  readonly entry: RegistryEntry;
}

export class Directory {
  readonly #registry: Registry;
  readonly #frame: NetFrame;
  readonly #abort = new AbortController();
  readonly #waiters = new Set<() => void>();
  #watching: Promise<void> = Promise.resolve();
  #reloading: Promise<void> | undefined;
  #reloadAgain = false;
  #state: RegistryState = { revision: 0, entries: new Map() };
  #json = '';

  private constructor(registry: Registry, frame: NetFrame) {
    this.#registry = registry;
    this.#frame = frame;
  }

  /** Seeds the registry and follows it. */
  static async open(registry: Registry, frame: NetFrame): Promise<Directory> {
    const directory = new Directory(registry, frame);
    await registry.seed(platforms, fingerprint(frame));
    await directory.#reload();
    directory.#watching = registry.watch(() => void directory.#refresh(), directory.#abort.signal);
    return directory;
  }

  get revision(): number {
    return this.#state.revision;
  }

  /** The snapshot as JSON text, written once a revision. */
  get json(): string {
    return this.#json;
  }

  /** All platforms, by code. */
  platforms(): readonly RegisteredPlatform[] {
    return platforms.flatMap((definition) => this.platform(definition.code) ?? []);
  }

  platform(code: string): RegisteredPlatform | undefined {
    const entry = this.#state.entries.get(code);
    const definition = entry && platforms.find((platform) => platform.code === code);
    return definition && { definition, entry };
  }

  /** Resolves when the revision is another than `known`, at the latest when the signal aborts. */
  async changedFrom(known: number, signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, this.#abort.signal]);
    while (this.revision === known && !until.aborted) {
      await new Promise<void>((resolve) => {
        const done = () => {
          this.#waiters.delete(done);
          until.removeEventListener('abort', done);
          resolve();
        };
        this.#waiters.add(done);
        until.addEventListener('abort', done);
      });
    }
  }

  /** Switches a platform on or off, or into maintenance. */
  async setConnection(code: string, connection: ConnectionStatus): Promise<void> {
    await this.#registry.update(code, { connection });
    await this.#refresh();
  }

  /** Says where a platform answers; null: at the base port plus its offset. */
  async setUrl(code: string, url: string | null): Promise<void> {
    await this.#registry.update(code, { url });
    await this.#refresh();
  }

  /** Lets every waiter go and stops following. */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.#watching;
    await this.#reloading;
  }

  /** Reloads; a call during a reload brings one more, however many calls there are. */
  #refresh(): Promise<void> {
    this.#reloadAgain = true;
    this.#reloading ??= this.#reloadWhileAsked().finally(() => {
      this.#reloading = undefined;
    });
    return this.#reloading;
  }

  async #reloadWhileAsked(): Promise<void> {
    while (this.#reloadAgain) {
      this.#reloadAgain = false;
      await this.#reload();
    }
  }

  async #reload(): Promise<void> {
    const state = await this.#registry.read();
    if (state.revision === this.revision) return;
    this.#state = state;
    this.#json = JSON.stringify(this.#snapshot());
    for (const wake of this.#waiters) wake();
  }

  #snapshot(): NetSnapshot {
    return {
      version: 1,
      revision: this.revision,
      contractVersion,
      supergraph: this.#frame.supergraph,
      services: this.#frame.services,
      owners: this.platforms().map((platform) => this.#owner(platform)),
    };
  }

  #owner({ definition, entry }: RegisteredPlatform): NetOwner {
    const { code, name, nameEn, kind, parent, serves, modules } = definition;
    const { platformHost, platformBasePort } = this.#frame;
    const url = entry.url ?? `http://${platformHost}:${platformBasePort + entry.portOffset}`;
    const above = new Set(serves.flatMap((place) => divisionPath(place).slice(0, -1)));
    return {
      code,
      name,
      nameEn,
      kind,
      parent,
      connection: entry.connection,
      graphqlUrl: `${url}/graphql`,
      eventsUrl: `${url}/events`,
      serves,
      modules,
      contractVersion,
      scope: { above: [...above] },
    };
  }
}

/** Changes whenever a new program or configuration makes another snapshot of the same registry. */
function fingerprint(frame: NetFrame): string {
  return createHash('sha256')
    .update(JSON.stringify([contractVersion, frame, platforms]))
    .digest('hex');
}
