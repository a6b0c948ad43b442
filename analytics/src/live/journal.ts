/** The messages of the last while, so that who was cut off goes on where it was (`Last-Event-ID`). */
import { randomBytes } from 'node:crypto';
import { sse } from './sse.ts';

/** A minute of four messages a second, or this much. */
const mostMessages = 240;
const mostBytes = 2 * 1024 * 1024;

export class Journal {
  /** Numbers begin anew with every process: an id of another one is none of ours. */
  readonly #run = randomBytes(6).toString('hex');
  readonly #messages: Uint8Array[] = [];
  #bytes = 0;
  #last = 0;

  /** The id up to which everything is told. */
  get lastId(): string {
    return `${this.#run}.${this.#last}`;
  }

  /** Numbers a message, and keeps it. */
  add(event: string, data: unknown): Uint8Array {
    this.#last += 1;
    const message = sse(event, data, this.lastId);
    this.#messages.push(message);
    this.#bytes += message.byteLength;
    while (this.#messages.length > mostMessages || this.#bytes > mostBytes) {
      this.#bytes -= this.#messages.shift()?.byteLength ?? 0;
    }
    return message;
  }

  /** What was told after an id; undefined: that is not known any more. */
  after(id: string | undefined): readonly Uint8Array[] | undefined {
    const [, run, number] = /^([0-9a-f]{12})\.(\d{1,15})$/.exec(id ?? '') ?? [];
    if (run !== this.#run) return undefined;
    const missed = this.#last - Number(number);
    if (missed < 0 || missed > this.#messages.length) return undefined;
    return this.#messages.slice(this.#messages.length - missed);
  }
}
