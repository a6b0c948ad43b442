/** Keeps the net that is in force on disk, with a supergraph that loaded: to start from while the province is down. */
import { parseNetSnapshot, type NetSnapshot } from '@onenet/contract';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';

export class LastNet {
  readonly #dir: string;
  readonly #log: Logger;
  #next: NetSnapshot | undefined;
  #writing: Promise<void> | undefined;

  constructor(dir: string, log: Logger) {
    this.#dir = dir;
    this.#log = log;
  }

  /** The net that was kept last; undefined when there is none that can be read. */
  async read(): Promise<NetSnapshot | undefined> {
    try {
      return parseNetSnapshot(JSON.parse(await readFile(this.#file, 'utf8')));
    } catch (error) {
      if (!isMissingFile(error)) this.#log.warn({ err: error }, 'the last net cannot be read');
      return undefined;
    }
  }

  /** Keeps a net. One write at a time, of the newest: an older one never comes after it. */
  keep(net: NetSnapshot): void {
    this.#next = net;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Resolves when what was to be kept is on disk. */
  async close(): Promise<void> {
    await this.#writing;
  }

  get #file(): string {
    return join(this.#dir, 'net.json');
  }

  async #write(): Promise<void> {
    while (this.#next) {
      const net = this.#next;
      this.#next = undefined;
      try {
        await mkdir(this.#dir, { recursive: true });
        // Written aside, to the disk itself, and renamed: a crash leaves the one before.
        await writeFile(`${this.#file}.next`, JSON.stringify(net), { flush: true });
        await rename(`${this.#file}.next`, this.#file);
      } catch (error) {
        this.#log.warn({ err: error }, 'the net cannot be kept');
      }
    }
  }
}

function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
