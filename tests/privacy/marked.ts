/** Values that are personal, each with a mark by which it is found wherever it went. */
import { randomInt } from 'node:crypto';
import { identityCheckDigit } from '@onenet/contract';

/** Stands in every marked name and text: long enough that nothing else has it, in base64 neither. */
const textMark = 'zqmark-hidden';
/** Stands in every worker's local reference, which leaves a platform in no event. */
const personMark = 'zqperson-local';

export class Marked {
  readonly #numbers: string[] = [];
  #count = 0;

  /** What is to be found nowhere. */
  get data(): readonly string[] {
    return [textMark, ...this.#numbers];
  }

  /** Beside them, what a log may say of who called: a reference that is opaque outside the platform. */
  get all(): readonly string[] {
    return [personMark, ...this.data];
  }

  /** The first character is shown in the masked form; the mark begins behind it. */
  name(): string {
    return `密${textMark}-${++this.#count}`;
  }

  text(): string {
    return `密文 ${textMark}-${++this.#count}`;
  }

  /** A worker as actor. */
  worker(): string {
    return `worker:${personMark}-${++this.#count}`;
  }

  /** Fifteen digits, so that no time or sequence is one by chance. */
  phone(): string {
    return this.#keep(`0990${digits(11)}`);
  }

  identityNumber(): string {
    const first = `999${digits(3)}19800101${digits(3)}`;
    return this.#keep(first + identityCheckDigit(first));
  }

  #keep(number: string): string {
    this.#numbers.push(number);
    return number;
  }
}

function digits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('');
}
