/** The access record: who was given what on whose behalf, each line sealed by a hash chain, without a value of what was given. */
import { hash } from 'node:crypto';
import { GroupCommit } from './group-commit.ts';
import type { AccessLine, GuardStore } from './store.ts';

/**
 * One call that was answered, as its line has it. Lines without `v` are of version 1: without `person`,
 * `grant`, `operation`, `document`, `fields`, `omitted`, `rows` and `ms`. The chain is over bytes, so both verify.
 */
export interface AccessEntry {
  readonly v: 2;
  /** When it came: RFC 3339. */
  readonly at: string;
  /** Which part of the net signed. */
  readonly issuer: string;
  readonly consumer: string;
  /** On whose behalf the consumer asked: its own opaque reference, never a name. */
  readonly person: string | null;
  readonly roles: readonly string[];
  readonly purpose: string | null;
  /** Ids of the grants on which the call rests, joined by commas; null without one. */
  readonly grant: string | null;
  /** The key that signed. */
  readonly kid: string;
  /** The leaf's hash, hexadecimal: with the assertion, it proves that this call was signed. */
  readonly leaf: string;
  readonly method: string;
  /** Without its query, which may hold a whole operation. */
  readonly path: string;
  /** SHA-256 of the body, hexadecimal. */
  readonly body: string;
  /** The operation's name, as its author gave it. */
  readonly operation: string | null;
  /** SHA-256 of the operation's text, hexadecimal; null where the call is no GraphQL request. */
  readonly document: string | null;
  /** Which fields were asked: schema coordinates, sorted. */
  readonly fields: readonly string[];
  /** How many more there were than a line holds; absent where there were none. */
  readonly omitted?: number;
  /** Records in the answer; null where that could not be told. */
  readonly rows: number | null;
  /** Of the HTTP answer. */
  readonly status: number;
  /** Milliseconds from the call to its answer. */
  readonly ms: number;
}

/** Head 0: H("onenet-access/1\n" ‖ code). */
export function accessHead0(code: string): string {
  return hash('sha256', `onenet-access/1\n${code}`, 'hex');
}

/** Head n: H(head n-1 ‖ the bytes of line n). */
export function nextAccessHead(head: string, line: string): string {
  return hash(
    'sha256',
    Buffer.concat([Buffer.from(head, 'hex'), Buffer.from(line, 'utf8')]),
    'hex',
  );
}

/** Writes entries at the record's end, many at once. */
export class AccessRecord {
  readonly #code: string;
  readonly #store: GuardStore;
  readonly #group: GroupCommit<AccessEntry, undefined>;
  /** The record's end, as far as this process knows; another one may have gone on. */
  #end: Pick<AccessLine, 'sequence' | 'head'> | undefined;

  constructor(code: string, store: GuardStore) {
    this.#code = code;
    this.#store = store;
    this.#group = new GroupCommit((entries) => this.#write(entries));
  }

  /** Resolves when the entry is in the record for good. */
  async add(entry: AccessEntry): Promise<void> {
    await this.#group.add(entry);
  }

  async #write(entries: readonly AccessEntry[]): Promise<readonly undefined[]> {
    let rest = entries;
    try {
      while (rest.length > 0) {
        const end = this.#end ?? (await this.#store.lastLine()) ?? this.#beginning();
        const lines = this.#seal(end, rest);
        const written = await this.#store.append(lines);
        // A number that another process took: its line is the one to go on from.
        this.#end = written === lines.length ? lines.at(-1) : undefined;
        rest = rest.slice(written);
      }
    } catch (error) {
      // What was written is not known: the next group looks.
      this.#end = undefined;
      throw error;
    }
    return entries.map(() => undefined);
  }

  #seal(
    { sequence, head }: Pick<AccessLine, 'sequence' | 'head'>,
    entries: readonly AccessEntry[],
  ): readonly AccessLine[] {
    let last = head;
    return entries.map((entry, i) => {
      const line = JSON.stringify(entry);
      last = nextAccessHead(last, line);
      return { sequence: sequence + i + 1, line, head: last };
    });
  }

  #beginning(): Pick<AccessLine, 'sequence' | 'head'> {
    return { sequence: 0, head: accessHead0(this.#code) };
  }
}

/** What a check of the record found. */
export type AccessVerdict =
  | { readonly ok: true; readonly lines: number; readonly head: string }
  | { readonly ok: false; readonly sequence: number; readonly reason: string };

/**
 * Checks every line from the first: an altered, removed or inserted one is named. Lines cut off at the
 * end are missed only by somebody who knows an earlier head: give it as `known`.
 */
export async function verifyAccessRecord(
  code: string,
  store: Pick<GuardStore, 'read'>,
  known?: Pick<AccessLine, 'sequence' | 'head'>,
): Promise<AccessVerdict> {
  let sequence = 0;
  let head = accessHead0(code);
  const wrong = (reason: string): AccessVerdict => ({ ok: false, sequence, reason });
  for (;;) {
    const lines = await store.read(sequence, 1_000);
    for (const line of lines) {
      sequence++;
      if (line.sequence !== sequence) return wrong(`the next line is number ${line.sequence}`);
      head = nextAccessHead(head, line.line);
      if (line.head !== head) return wrong('the line is not what its head seals');
      if (sequence === known?.sequence && known.head !== head) {
        return wrong('the head is not the one that is known');
      }
    }
    if (lines.length === 0) break;
  }
  if (known && known.sequence > sequence) return wrong(`${known.sequence} lines are known`);
  return { ok: true, lines: sequence, head };
}
