/** Reads what another platform sealed, strictly: a refusal names the field and what belongs there, never what stood there. */
import { parseDateTime } from '@onenet/contract';
import { badInput, checkedText } from '../../checks.ts';

/** The fields of one JSON object. What it does not ask for is passed over: later versions may send more. */
export class SealedFields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #path: string;

  /** `path`: how errors call the object. */
  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw refused(path, 'an object');
    }
    this.#values = value as Readonly<Record<string, unknown>>;
    this.#path = path;
  }

  text(field: string, most: number): string {
    const value = this.#values[field];
    if (typeof value !== 'string') throw this.#refused(field, 'a text');
    return checkedText(this.#at(field), value, most);
  }

  integer(field: string, least: number, most: number): number {
    const value = this.#values[field];
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) {
      return value;
    }
    throw this.#refused(field, `a whole number from ${least} to ${most}`);
  }

  /** False where it is not said. */
  flag(field: string): boolean {
    const value = this.#values[field] ?? false;
    if (typeof value === 'boolean') return value;
    throw this.#refused(field, 'true or false');
  }

  time(field: string): Date {
    try {
      return parseDateTime(this.#values[field]);
    } catch {
      throw this.#refused(field, 'a time of RFC 3339');
    }
  }

  oneOf<const Value extends string>(field: string, known: readonly Value[]): Value {
    const value = known.find((each) => each === this.#values[field]);
    if (value !== undefined) return value;
    throw this.#refused(field, `one of ${known.join(', ')}`);
  }

  object(field: string): SealedFields {
    return new SealedFields(this.#values[field], this.#at(field));
  }

  /** None where there is no list. */
  objects(field: string, most: number): readonly SealedFields[] {
    const value = this.#values[field] ?? [];
    if (!Array.isArray(value) || value.length > most) {
      throw this.#refused(field, `a list of at most ${most}`);
    }
    return value.map((each, index) => new SealedFields(each, `${this.#at(field)}[${index}]`));
  }

  /** Null where there is no value, or it is null. */
  optional<Value>(field: string, read: (field: string) => Value): Value | null {
    return this.#values[field] == null ? null : read(field);
  }

  #at(field: string): string {
    return `${this.#path}.${field}`;
  }

  #refused(field: string, wanted: string) {
    return refused(this.#at(field), wanted);
  }
}

function refused(path: string, wanted: string) {
  return badInput(`\`${path}\` is not what belongs there: ${wanted}.`);
}
