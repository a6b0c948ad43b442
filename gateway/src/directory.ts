/** Follows the owner directory: long-polls the province's `/net`, and keeps the last good snapshot on disk. */
import { parseNetSnapshot, type NetSnapshot } from '@onenet/contract';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { request, type Dispatcher } from 'undici';

export interface DirectoryOptions {
  /** Base URL. */
  readonly provinceUrl: string;
  /** Folder for the last good snapshot; none is kept without it. */
  readonly stateDir?: string | undefined;
  readonly dispatcher: Dispatcher;
  readonly log: Logger;
}

/** Seconds that the province may hold a request, and that the answer may take beyond that. */
const waitSeconds = 25;
const graceSeconds = 10;

/** Milliseconds between attempts while the province does not answer. */
const retryMs = { first: 100, most: 1000 };

export class Directory {
  readonly #options: DirectoryOptions;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<(net: NetSnapshot) => void>();
  readonly #first = Promise.withResolvers<void>();
  #net: NetSnapshot | undefined;
  /** The revision that the province told last; undefined while only the disk has spoken. */
  #told: number | undefined;
  #following: Promise<void> = Promise.resolve();

  private constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  /** Begins with the last good snapshot, if there is one, and follows the province. */
  static async open(options: DirectoryOptions): Promise<Directory> {
    const directory = new Directory(options);
    await directory.#load();
    directory.#following = directory.#follow();
    return directory;
  }

  /** Resolves with the first snapshot, whether from disk or from the province. */
  async first(): Promise<NetSnapshot> {
    await this.#first.promise;
    return this.current();
  }

  get isKnown(): boolean {
    return this.#net !== undefined;
  }

  /** The snapshot of now. */
  current(): NetSnapshot {
    if (!this.#net) throw new Error('The owner directory has not been read yet.');
    return this.#net;
  }

  /** Calls with every new snapshot. */
  onChange(listener: (net: NetSnapshot) => void): void {
    this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  async #follow(): Promise<void> {
    let pauseMs = retryMs.first;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#poll();
        pauseMs = retryMs.first;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#options.log.warn({ err: error }, 'the province does not tell the net');
        await sleep(pauseMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
        pauseMs = Math.min(2 * pauseMs, retryMs.most);
      }
    }
  }

  async #poll(): Promise<void> {
    const query = this.#told === undefined ? '' : `?after=${this.#told}&wait=${waitSeconds}`;
    const { statusCode, body } = await request(new URL(`/net${query}`, this.#options.provinceUrl), {
      dispatcher: this.#options.dispatcher,
      signal: this.#stop.signal,
      headersTimeout: (waitSeconds + graceSeconds) * 1000,
      bodyTimeout: graceSeconds * 1000,
    });
    if (statusCode === 200) {
      this.#take(parseNetSnapshot(await body.json()));
      return;
    }
    await body.dump();
    if (statusCode !== 204) throw new Error(`The province answered /net with ${statusCode}.`);
  }

  #take(net: NetSnapshot): void {
    this.#told = net.revision;
    this.#set(net);
    void this.#save(net);
  }

  #set(net: NetSnapshot): void {
    this.#net = net;
    this.#first.resolve();
    for (const listener of this.#listeners) listener(net);
  }

  async #load(): Promise<void> {
    const { stateDir, log } = this.#options;
    if (stateDir === undefined) return;
    try {
      this.#set(parseNetSnapshot(JSON.parse(await readFile(snapshotFile(stateDir), 'utf8'))));
    } catch (error) {
      if (!isMissingFile(error)) log.warn({ err: error }, 'the last snapshot cannot be read');
    }
  }

  async #save(net: NetSnapshot): Promise<void> {
    const { stateDir, log } = this.#options;
    if (stateDir === undefined) return;
    const file = snapshotFile(stateDir);
    try {
      await mkdir(stateDir, { recursive: true });
      // Written aside and renamed: a crash leaves the last good one.
      await writeFile(`${file}.${net.revision}`, JSON.stringify(net));
      await rename(`${file}.${net.revision}`, file);
    } catch (error) {
      log.warn({ err: error }, 'the snapshot cannot be kept');
    }
  }
}

function snapshotFile(stateDir: string): string {
  return join(stateDir, 'net.json');
}

function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
