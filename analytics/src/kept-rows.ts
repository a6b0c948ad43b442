/**
 * Rows that questions read, kept until something comes in that they should count: planning a SELECT and reading two
 * years cost more than all the rest of an answer, and most of what is asked is over. Who asks the same at the same
 * time shares it too. Only where one process brings everything in: of what others insert it is not known in time.
 */
import type { Batch } from './ingest/batch.ts';

/** What rows were read of. */
export interface ReadOf {
  readonly platforms: Iterable<string>;
  /** UTC ms: nothing that happened from then on is in them. */
  readonly untilMs: number;
}

interface Kept extends ReadOf {
  readonly rows: Promise<readonly unknown[]>;
  /** Where each platform was that they were read of: moved along by what they do not count. */
  readonly sequences: Map<string, number>;
  /** How many rows; 1 until they are read. */
  size: number;
}

/** Rows in all, some 200 bytes each. */
const mostRows = 300_000;
/** A single answer of more is not kept. */
const mostRowsOfOne = 20_000;

export class KeptRows {
  readonly #sequenceOf: (platform: string) => number;
  /** By SQL, the one that was asked for last at the end. */
  readonly #kept = new Map<string, Kept>();
  #size = 0;

  /** `sequenceOf`: the sequence up to which a platform is in. */
  constructor(sequenceOf: (platform: string) => number) {
    this.#sequenceOf = sequenceOf;
  }

  /** The rows of an SQL text, which names the epochs that it reads. */
  async rows<Row>(
    sql: string,
    of: ReadOf,
    read: () => Promise<readonly Row[]>,
  ): Promise<readonly Row[]> {
    const kept = this.#kept.get(sql);
    if (kept && this.#isGood(kept)) {
      this.#kept.delete(sql);
      this.#kept.set(sql, kept);
      return (await kept.rows) as readonly Row[];
    }
    const sequences = new Map([...of.platforms].map((code) => [code, this.#sequenceOf(code)]));
    // Kept before it is read: what comes in meanwhile takes it out.
    const next: Kept = { ...of, rows: read(), sequences, size: 1 };
    this.#drop(sql);
    this.#kept.set(sql, next);
    this.#size += 1;
    try {
      const rows = (await next.rows) as readonly Row[];
      this.#measured(sql, next, rows.length);
      return rows;
    } catch (error) {
      if (this.#kept.get(sql) === next) this.#drop(sql);
      throw error;
    }
  }

  /** A batch is in, and no question is between. Of positions that move otherwise nothing is kept: they are other ones. */
  cameIn({ platform, from, to, news }: Pick<Batch, 'platform' | 'from' | 'to' | 'news'>): void {
    for (const [sql, { sequences, untilMs }] of this.#kept) {
      const sequence = sequences.get(platform);
      if (sequence === undefined) continue;
      if (sequence === from - 1 && news.earliestMs >= untilMs) sequences.set(platform, to);
      else this.#drop(sql);
    }
  }

  #isGood({ sequences }: Kept): boolean {
    return [...sequences].every(([code, sequence]) => this.#sequenceOf(code) === sequence);
  }

  #measured(sql: string, kept: Kept, rows: number): void {
    if (this.#kept.get(sql) !== kept) return;
    if (rows > mostRowsOfOne) {
      this.#drop(sql);
      return;
    }
    this.#size += rows;
    kept.size += rows;
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= mostRows) break;
      this.#drop(oldest);
    }
  }

  #drop(sql: string): void {
    this.#size -= this.#kept.get(sql)?.size ?? 0;
    this.#kept.delete(sql);
  }
}
