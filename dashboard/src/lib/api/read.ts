/** Readers of answers: each turns what came over the wire into a typed value, or says where it does not fit. */

/** Takes a value and the path at which it stands; throws {@link UnexpectedAnswer}. */
export type Read<T> = (value: unknown, path: string) => T;

/** What a reader reads: `type Platform = Reads<typeof platform>`. */
export type Reads<R> = R extends Read<infer T> ? T : never;

/** An answer that is not what the schema promises. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';

  constructor(path: string, expected: string, value: unknown) {
    super(`${path}: expected ${expected}, got ${value === null ? 'null' : typeof value}`);
  }
}

/** Signs that turn the direction of what follows: in a name, also of what the page says after it. */
const turnsDirection = /[\u202A-\u202E\u2066-\u2069]/gu;

/** As it came, but for invisible signs by which a name could write over its surroundings. */
export const text: Read<string> = (value, path) => {
  if (typeof value !== 'string') throw new UnexpectedAnswer(path, 'a string', value);
  return value.replaceAll(turnsDirection, '');
};

export const number: Read<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new UnexpectedAnswer(path, 'a number', value);
  }
  return value;
};

export const truth: Read<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw new UnexpectedAnswer(path, 'true or false', value);
  return value;
};

/** The value, or null where it is null or missing. */
export function nullable<T>(read: Read<T>): Read<T | null> {
  return (value, path) => (value === null || value === undefined ? null : read(value, path));
}

export function list<T>(read: Read<T>): Read<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new UnexpectedAnswer(path, 'a list', value);
    return value.map((item: unknown, index) => read(item, `${path}.${index}`));
  };
}

export function object<S extends Readonly<Record<string, Read<unknown>>>>(
  shape: S,
): Read<{ readonly [K in keyof S]: Reads<S[K]> }> {
  const fields = Object.entries(shape);
  return (value, path) => {
    if (!isRecord(value)) throw new UnexpectedAnswer(path, 'an object', value);
    const read = fields.map(([key, field]) => [key, field(value[key], `${path}.${key}`)] as const);
    // The shape's keys and readers are exactly what was mapped above.
    return Object.fromEntries(read) as { readonly [K in keyof S]: Reads<S[K]> };
  };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
