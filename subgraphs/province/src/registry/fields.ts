/** The fields of a JSON body, read strictly: what is wrong is `BAD_INPUT` and names the field and the value. */
import { NetError } from '@onenet/contract';

export class Fields {
  readonly #values: Map<string, unknown>;
  readonly #path: string;

  constructor(value: unknown, path = '') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new NetError('BAD_INPUT', `${path || 'The body'} must be a JSON object.`);
    }
    this.#values = new Map(Object.entries(value));
    this.#path = path;
  }

  text(field: string, mostCharacters = 200): string {
    const value = this.#take(field);
    if (typeof value !== 'string' || value.trim() === '' || value.length > mostCharacters) {
      return this.#fail(field, value, `a text of 1 to ${mostCharacters} characters`);
    }
    if (/\p{Cc}/u.test(value)) return this.#fail(field, value, 'a text without control characters');
    return value.trim();
  }

  /** A text of several lines, such as SDL; its size is checked where it is used. */
  longText(field: string): string {
    const value = this.#take(field);
    return typeof value === 'string' ? value : this.#fail(field, value, 'a text');
  }

  /** Taken as it is, and never shown. */
  secret(field: string): string {
    const value = this.#take(field);
    if (typeof value === 'string' && value !== '' && value.length <= 1000) return value;
    throw new NetError(
      'BAD_INPUT',
      `\`${this.#at(field)}\` must be a text of 1 to 1000 characters.`,
    );
  }

  /** JSON of whatever kind; it is checked where it is used. */
  value(field: string): unknown {
    return this.#take(field);
  }

  number(field: string, least: number, most: number): number {
    const value = this.#take(field);
    if (typeof value === 'number' && value >= least && value <= most) return value;
    return this.#fail(field, value, `a number from ${least} to ${most}`);
  }

  integer(field: string, least: number, most: number): number {
    const value = this.number(field, least, most);
    return Number.isInteger(value) ? value : this.#fail(field, value, 'a whole number');
  }

  flag(field: string): boolean {
    const value = this.#take(field);
    return typeof value === 'boolean' ? value : this.#fail(field, value, 'true or false');
  }

  oneOf<const T extends string>(field: string, known: readonly T[]): T {
    const value = this.#take(field);
    const found = known.find((each) => each === value);
    return found ?? this.#fail(field, value, `one of ${known.join(', ')}`);
  }

  texts(field: string, mostItems: number): readonly string[] {
    const value = this.#take(field);
    const isTexts = Array.isArray(value) && value.every((item) => typeof item === 'string');
    if (isTexts && value.length <= mostItems) return value;
    return this.#fail(field, value, `a list of at most ${mostItems} texts`);
  }

  /** RFC 3339 with an offset. */
  moment(field: string): Date {
    const value = this.text(field);
    const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/i;
    const moment = new Date(value);
    if (rfc3339.test(value) && !Number.isNaN(moment.getTime())) return moment;
    return this.#fail(field, value, 'a moment with an offset, e.g. 2026-11-24T22:00:00+08:00');
  }

  nested<T>(field: string, read: (fields: Fields) => T): T {
    const fields = new Fields(this.#take(field), `${this.#path}${field}`);
    const result = read(fields);
    fields.done();
    return result;
  }

  /** Undefined where the field is absent or null. */
  optional<T>(field: string, read: (field: string) => T): T | undefined {
    if (this.#values.get(field) != null) return read(field);
    this.#values.delete(field);
    return undefined;
  }

  /** Refuses what nobody read: a misspelt option must not be passed over. */
  done(): void {
    const [extra] = this.#values.keys();
    if (extra === undefined) return;
    throw new NetError('BAD_INPUT', `\`${this.#at(extra)}\` is not a known field.`);
  }

  #take(field: string): unknown {
    const value = this.#values.get(field);
    this.#values.delete(field);
    return value;
  }

  #at(field: string): string {
    return this.#path === '' ? field : `${this.#path}.${field}`;
  }

  #fail(field: string, value: unknown, wanted: string): never {
    const shown = JSON.stringify(value)?.slice(0, 80) ?? 'missing';
    throw new NetError('BAD_INPUT', `\`${this.#at(field)}\` is ${shown}, and must be ${wanted}.`);
  }
}
