/** Values that are personal, each with a mark by which it is found wherever it went. */
import { identityCheckDigit } from '@onenet/contract';

/** Stands in every marked name and text: long enough that nothing else has it, in base64 neither. */
const textMark = 'zqmark-hidden';
/** Begins every telephone number; the masked form shows the last four digits, which come behind it. */
const phoneMark = '09907705551';
/** Begins every identity number; the masked form shows the first four characters and the last two. */
const identityMark = '99907719800101';
/** Stands in every worker's local reference, which leaves a platform in no event. */
const personMark = 'zqperson-local';

/** What is to be found nowhere. */
export const dataMarks: readonly string[] = [textMark, phoneMark, identityMark];

/** Beside them, what only a log may say: who called, by a reference that is opaque outside the platform. */
export const allMarks: readonly string[] = [...dataMarks, personMark];

/** Makes them, no two the same. */
export class Marked {
  #count = 0;

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

  phone(): string {
    return phoneMark + String(++this.#count).padStart(4, '0');
  }

  identityNumber(): string {
    const first = identityMark + String(++this.#count).padStart(3, '0');
    return first + identityCheckDigit(first);
  }
}
