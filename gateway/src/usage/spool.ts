/** Lines on disk until they are delivered: one write a line, so a process that is killed loses none. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { randomUUIDv7 } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface SpoolOptions {
  /** Of this process alone. */
  readonly dir: string;
  /**
   * Takes the lines of one segment. The same name brings the same lines again when an earlier
   * delivery was not acknowledged: who takes them must take a name once.
   */
  readonly deliver: (segment: string, lines: readonly string[]) => Promise<void>;
  /** Told when everything that was kept until then is delivered. */
  readonly delivered?: (to: Date) => Promise<void>;
  /** Told of every failed delivery; it is tried again. */
  readonly onError: (error: unknown) => void;
  /** Milliseconds for which lines gather. */
  readonly everyMs?: number;
  /** Bytes that may wait on disk; what comes beyond is counted in `dropped`. */
  readonly maxBytes?: number;
}

const ending = '.ndjson';
/** The one that is written to. */
const openName = 'open';

export class Spool {
  readonly #options: SpoolOptions;
  readonly #stop = new AbortController();
  #file: number;
  #openBytes = 0;
  #sealedBytes = 0;
  #dropped = 0;
  #delivering: Promise<void> = Promise.resolve();

  private constructor(options: SpoolOptions, file: number) {
    this.#options = options;
    this.#file = file;
  }

  /** Takes up what an earlier process left. */
  static async open(options: SpoolOptions): Promise<Spool> {
    await mkdir(options.dir, { recursive: true });
    // It may end in a line that was cut off: nothing is written behind that.
    await rename(openPath(options.dir), sealedPath(options.dir)).catch(ignoreMissing);
    const spool = new Spool(options, openSync(openPath(options.dir), 'a'));
    for (const segment of await segments(options.dir)) {
      spool.#sealedBytes += (await stat(join(options.dir, segment + ending))).size;
    }
    spool.#delivering = spool.#run();
    return spool;
  }

  /** Lines that found no room. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#openBytes + this.#sealedBytes === 0;
  }

  /** Keeps a line; it has no line feed. */
  append(line: string): void {
    const { maxBytes = 256 * 1024 * 1024 } = this.#options;
    if (this.#openBytes + this.#sealedBytes + line.length >= maxBytes) {
      this.#dropped++;
      return;
    }
    this.#openBytes += writeSync(this.#file, `${line}\n`);
  }

  /** Delivers what it can, and leaves the rest to the next process. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#delivering;
    await this.#seal();
    await this.#deliverAll().catch(this.#options.onError);
    closeSync(this.#file);
  }

  async #run(): Promise<void> {
    const { everyMs = 250, onError, delivered } = this.#options;
    while (!this.#stop.signal.aborted) {
      try {
        const to = new Date();
        await this.#seal();
        await this.#deliverAll();
        await delivered?.(to);
      } catch (error) {
        onError(error);
      }
      await delay(everyMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  /** Names the open segment and begins another. */
  async #seal(): Promise<void> {
    if (this.#openBytes === 0) return;
    const { dir } = this.#options;
    await rename(openPath(dir), sealedPath(dir));
    // Until here lines went on into the file that was renamed: they are part of it.
    closeSync(this.#file);
    this.#file = openSync(openPath(dir), 'a');
    this.#sealedBytes += this.#openBytes;
    this.#openBytes = 0;
  }

  async #deliverAll(): Promise<void> {
    const { dir, deliver } = this.#options;
    for (const segment of await segments(dir)) {
      const path = join(dir, segment + ending);
      const bytes = await readFile(path);
      const lines = linesOf(bytes);
      if (lines.length > 0) await deliver(segment, lines);
      await rm(path);
      this.#sealedBytes -= bytes.length;
    }
  }
}

/** A line that a crash cut off has no line feed. */
function linesOf(bytes: Buffer): readonly string[] {
  return bytes.toString('utf8').split('\n').slice(0, -1);
}

function openPath(dir: string): string {
  return join(dir, openName);
}

function sealedPath(dir: string): string {
  return join(dir, randomUUIDv7() + ending);
}

function ignoreMissing(error: unknown): void {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
  throw error;
}

/** The oldest first: a UUID of version 7 begins with its time. */
async function segments(dir: string): Promise<readonly string[]> {
  const names = await readdir(dir);
  return names
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
    .toSorted();
}
