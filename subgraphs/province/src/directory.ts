/** The owner directory: the current snapshot of the net, and who waits for the next. Long, because a snapshot is put together in one place. */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { contractVersion } from '@onenet/contract';
import type { NetGrant, NetOwner, NetSnapshot } from '@onenet/contract';
import { divisionPath, platforms } from '@onenet/platforms';
import type { PlatformDefinition } from '@onenet/platforms';
import { endClients, isAnyClientOver } from './access/client-clock.ts';
import { netClientOf } from './access/client.ts';
import { endGrants, isAnyOver } from './grants/clock.ts';
import { netGrantOf } from './grants/grant.ts';
import { netDocumentOf } from './documents/document.ts';
import { Checker } from './registry/checker.ts';
import { Clock } from './registry/clock.ts';
import { connectionOf, modulesOf } from './registry/entry.ts';
import type { RegistryEntry } from './registry/entry.ts';
import { windowsDue } from './registry/maintenance.ts';
import type { Registry, RegistryState } from './registry/registry.ts';
import { composeNet, netSubgraphs } from './supergraph.ts';
import type { NetComposition, PlatformAdditions } from './supergraph.ts';

/** What a snapshot says besides the registry. */
export interface NetFrame {
  /** Where platforms answer: base URL without port, base port. */
  readonly platformHost: string;
  readonly platformBasePort: number;
  /** Whether platforms may answer on this machine and in private networks. */
  readonly development: boolean;
  /** GraphQL URLs of the province's own subgraphs. */
  readonly services: NetSnapshot['services'];
}

/** Composes the net's supergraph with what the platforms offer beyond the contract. */
interface Composed {
  readonly supergraph: string;
  /** Codes of the platforms whose additions are in it. */
  readonly withAdditionsOf: ReadonlySet<string>;
}

export class Directory {
  readonly #registry: Registry;
  readonly #frame: NetFrame;
  readonly #checker: Checker;
  /** Of its own: the checks of what teams publish may queue for minutes, a switch must not. */
  readonly #composer = new Checker();
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  readonly #waiters = new Set<() => void>();
  #watching: Promise<void> = Promise.resolve();
  #reloading: Promise<void> | undefined;
  #reloadAgain = false;
  #state: RegistryState = {
    revision: 0,
    entries: new Map(),
    clients: [],
    grants: [],
    documents: [],
  };
  #composed: Composed = { supergraph: '', withAdditionsOf: new Set() };
  #json = '';

  private constructor(registry: Registry, frame: NetFrame, checker: Checker) {
    this.#registry = registry;
    this.#frame = frame;
    this.#checker = checker;
    this.#clock = new Clock((now) => this.#followClock(now));
  }

  /** Seeds the registry and follows it. */
  static async open(
    registry: Registry,
    frame: NetFrame,
    checker: Checker,
    definitions: readonly PlatformDefinition[] = platforms,
  ): Promise<Directory> {
    const directory = new Directory(registry, frame, checker);
    try {
      await registry.seed(definitions, fingerprint(frame));
      await directory.#reload();
    } catch (error) {
      await directory.#clock.stop();
      await directory.#composer.close();
      throw error;
    }
    directory.#watching = registry.watch(() => void directory.#follow(), directory.#abort.signal);
    return directory;
  }

  get revision(): number {
    return this.#state.revision;
  }

  /** The snapshot as JSON text, written once a revision. */
  get json(): string {
    return this.#json;
  }

  /** The composed SDL that is in force. */
  get supergraph(): string {
    return this.#composed.supergraph;
  }

  /** All platforms, by code. */
  platforms(): readonly RegistryEntry[] {
    return [...this.#state.entries.values()];
  }

  platform(code: string): RegistryEntry | undefined {
    return this.#state.entries.get(code);
  }

  /** What a platform has granted to clients that may ask. */
  grantsOf(code: string): readonly NetGrant[] {
    return this.#grants().filter(({ platform }) => platform === code);
  }

  /** Ids of what it has granted to clients that are suspended: an owner that saw one revoked knows it again when the client is resumed. */
  dormantGrantsOf(code: string): readonly string[] {
    const { clients, grants } = this.#state;
    const active = new Set(clients.map(({ _id: id }) => id));
    return grants
      .filter(({ platform, client }) => platform === code && !active.has(client))
      .map(({ _id: id }) => id);
  }

  /** Base URL of a platform; null: it has none yet. */
  addressOf({ url, portOffset }: RegistryEntry): string | null {
    const { platformHost, platformBasePort } = this.#frame;
    if (url !== null) return url;
    return portOffset === null ? null : `http://${platformHost}:${platformBasePort + portOffset}`;
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

  /** Lets every waiter go and stops following. */
  async close(): Promise<void> {
    this.#abort.abort();
    await this.#clock.stop();
    await this.#watching;
    // Whoever asked for it is told if it fails.
    await this.#reloading?.catch(() => undefined);
    await this.#composer.close();
  }

  /** Reloads; a call during a reload brings one more, however many calls there are. */
  refresh(): Promise<void> {
    this.#reloadAgain = true;
    this.#reloading ??= this.#reloadWhileAsked().finally(() => {
      this.#reloading = undefined;
    });
    return this.#reloading;
  }

  /** Nobody else looks again at what was missed while the database was away: it is tried until it is read. */
  async #follow(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      try {
        await this.refresh();
        return;
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        console.error('registry: the net cannot be read, and is read again:', error);
        await delay(readAgainAfterMs, undefined, { signal: this.#abort.signal }).catch(() => null);
      }
    }
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
    this.#composed = await this.#compose(state);
    this.#state = state;
    this.#json = JSON.stringify(this.#snapshot());
    for (const wake of this.#waiters) wake();
    void this.#clock.look();
  }

  /**
   * What does not compose is left out alone: it was admitted by another program, whose contract or
   * rules were others.
   */
  async #compose({ entries }: RegistryState): Promise<Composed> {
    const all = [...entries.values()].flatMap(({ _id: code, current }): PlatformAdditions[] =>
      current?.additions ? [{ code, sdl: current.additions.sdl }] : [],
    );
    const { supergraph, accepted, refused } =
      this.revision === 0 ? this.#composeFirst(all) : await this.#composeAgain(all);
    for (const { code, reason } of refused) {
      console.error(`registry: the additions of ${code} are left out: ${reason}`);
    }
    return { supergraph, withAdditionsOf: new Set(accepted.map(({ code }) => code)) };
  }

  /** Here and now: at the start nobody is answered yet, and a worker would have to load the composer once more. */
  #composeFirst(all: readonly PlatformAdditions[]): NetComposition {
    const composition = composeNet(all);
    const { supergraph, accepted } = composition;
    this.#checker.keep(accepted, Promise.resolve({ supergraph }));
    return composition;
  }

  async #composeAgain(all: readonly PlatformAdditions[]): Promise<NetComposition> {
    // What was just admitted, its publish composed.
    const known = this.#checker.known(all);
    if (known) this.#composer.keep(all, Promise.resolve(known));
    const { supergraph } = await this.#composer.compose(all);
    if (supergraph !== null) return { supergraph, accepted: all, refused: [] };
    return await this.#composer.composeNet(all);
  }

  /** Writes what is due; undefined: nothing is. */
  #followClock(now: Date): Promise<void> | undefined {
    const windows = windowsDue(this.#state.entries.values(), now);
    const isOver = isAnyOver(this.#state.grants, now);
    const isClientOver = isAnyClientOver(this.#state.clients, now);
    if (windows.length === 0 && !isOver && !isClientOver) return undefined;
    return Promise.all([
      this.#registry.followClock(windows),
      ...(isOver ? [endGrants(this.#registry.store, now)] : []),
      ...(isClientOver ? [endClients(this.#registry.store, now)] : []),
    ]).then(() => undefined);
  }

  /** Of a client that is suspended none is in force. */
  #grants(): readonly NetGrant[] {
    const { clients, grants } = this.#state;
    const active = new Set(clients.map(({ _id: id }) => id));
    return grants.filter(({ client }) => active.has(client)).map(netGrantOf);
  }

  #snapshot(): NetSnapshot {
    return {
      version: 1,
      revision: this.revision,
      contractVersion,
      supergraph: this.#composed.supergraph,
      services: this.#frame.services,
      owners: this.platforms().map((entry) => this.#owner(entry)),
      clients: this.#state.clients.map(netClientOf),
      grants: this.#grants(),
      documents: this.#state.documents.map(netDocumentOf),
    };
  }

  #owner(entry: RegistryEntry): NetOwner {
    const { _id: code, profile, current } = entry;
    const { name, nameEn, kind, parent, serves } = profile;
    // What has no address is not connected, so nobody calls it.
    const url = this.addressOf(entry) ?? 'http://unknown.invalid';
    const above = new Set(serves.flatMap((place) => divisionPath(place).slice(0, -1)));
    return {
      code,
      name,
      nameEn,
      kind,
      parent,
      connection: connectionOf(entry),
      graphqlUrl: `${url}/graphql`,
      eventsUrl: `${url}/events`,
      // An address by offset is the operator's own.
      addresses: this.#frame.development || entry.url === null ? 'ANY' : 'PUBLIC',
      serves,
      modules: modulesOf(entry),
      contractVersion: current?.contractVersion ?? contractVersion,
      version: current?.number ?? 0,
      lacks: current?.lacks ?? [],
      additions: this.#composed.withAdditionsOf.has(code)
        ? (current?.additions?.coordinates ?? [])
        : [],
      scope: { above: [...above] },
      ...(entry.profile.demoNotice !== null && { demoNotice: entry.profile.demoNotice }),
      ...(entry.budget && { budget: entry.budget }),
    };
  }
}

const readAgainAfterMs = 500;

/** Changes whenever a new program or configuration makes another snapshot of the same registry. */
function fingerprint(frame: NetFrame): string {
  return createHash('sha256')
    .update(JSON.stringify([contractVersion, netSubgraphs(), frame]))
    .digest('hex');
}
