/**
 * The rows of a batch, as the bytes that are hashed, kept and inserted. Written as they are made: a line's text and
 * its event are garbage at once, where thousands of them, kept until their insert, cost more to collect than to read.
 */
import { noHead } from './row.ts';

/** UTF-8 has at most three bytes for each UTF-16 unit. */
const bytesPerUnit = 3;
const firstBytes = 4_096;

export class RowBuffer {
  #bytes = Buffer.allocUnsafeSlow(firstBytes);
  #length = 0;

  /** Adds one line of `JSONCompactEachRow`. */
  add(json: string): void {
    this.#makeRoom(json.length * bytesPerUnit + 1);
    if (this.#length > 0) this.#bytes[this.#length++] = 0x0a;
    this.#length += this.#bytes.write(json, this.#length);
  }

  /** All rows, with the chain's head in the last of them. */
  end(head: string): Buffer {
    this.#length -= noHead.length;
    const rest = `${JSON.stringify(head)}]`;
    this.#makeRoom(rest.length * bytesPerUnit);
    this.#length += this.#bytes.write(rest, this.#length);
    return this.#bytes.subarray(0, this.#length);
  }

  #makeRoom(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.byteLength) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.byteLength));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
