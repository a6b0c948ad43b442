/** A chain of lines, checked as it is read: every fault by its number. */

/** A line with its head, as either side keeps it. */
export interface ChainLine {
  readonly sequence: number;
  readonly line: string;
  readonly head: string;
}

/** A place in a chain. */
export interface ChainPlace {
  readonly sequence: number;
  readonly head: string;
}

export interface ChainFault {
  readonly sequence: number;
  readonly fault: string;
}

/** Faults that are named; one that rewrote everything would name everything. */
const mostFaults = 20;

/** Takes lines in order, from a place whose head is known. */
export class ChainCheck {
  readonly faults: ChainFault[] = [];
  readonly #next: (head: string, line: string) => string;
  #lines = 0;
  #end: ChainPlace;

  /** `next`: the head at a line, of the head before it. */
  constructor(start: ChainPlace, next: (head: string, line: string) => string) {
    this.#end = start;
    this.#next = next;
  }

  get lines(): number {
    return this.#lines;
  }

  /** The last line that was read, with the head that it carries. */
  get end(): ChainPlace {
    return this.#end;
  }

  take({ sequence, line, head }: ChainLine): void {
    const expected = this.#end.sequence + 1;
    if (sequence !== expected) {
      const missing =
        sequence - 1 === expected
          ? `line ${expected} is`
          : `lines ${expected} to ${sequence - 1} are`;
      this.#say(
        expected,
        sequence > expected ? `${missing} missing` : `line ${sequence} stands twice`,
      );
    } else if (this.#next(this.#end.head, line) !== head) {
      this.#say(sequence, `line ${sequence} is not what its head seals: it was altered, or put in`);
    }
    this.#lines++;
    // By its own head what follows is judged: one fault is told once.
    this.#end = { sequence, head };
  }

  /** The line that was taken last was known: it must be the same. */
  passes({ sequence, head }: ChainPlace): void {
    if (this.#end.head !== head) this.#say(sequence, rewritten(sequence));
  }

  /** The line at the start has another head than was known: what follows is judged by the one that it has. */
  startsOtherwise(head: string): void {
    const { sequence } = this.#end;
    this.#say(
      sequence,
      `line ${sequence} has not the head that was known: all of it was rewritten`,
    );
    this.#end = { sequence, head };
  }

  #say(sequence: number, fault: string): void {
    if (this.faults.length < mostFaults) this.faults.push({ sequence, fault });
  }
}

function rewritten(sequence: number): string {
  return `line ${sequence} has not the head that was known: the chain was rewritten`;
}
