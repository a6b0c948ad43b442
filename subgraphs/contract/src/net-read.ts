/** Reads decoded JSON field by field: what is wrong is an error that names the place and the value. */

export function object(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(where, value, 'an object');
  }
  return { ...value };
}

export function list(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(where, value, 'a list');
  return value;
}

export function text(value: unknown, where: string): string {
  if (typeof value !== 'string' || value === '') throw wrong(where, value, 'a text');
  return value;
}

export function texts(value: unknown, where: string): readonly string[] {
  return list(value, where).map((item, i) => text(item, `${where}[${i}]`));
}

export function truth(value: unknown, where: string): boolean {
  if (typeof value === 'boolean') return value;
  throw wrong(where, value, 'true or false');
}

export function integer(value: unknown, where: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw wrong(where, value, 'a whole number');
}

export function url(value: unknown, where: string): string {
  const address = text(value, where);
  const parsed = URL.parse(address);
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:') {
    throw wrong(where, value, 'an http(s) URL');
  }
  return address;
}

export function oneOf<T extends string>(values: readonly T[], value: unknown, where: string): T {
  const found = values.find((candidate) => candidate === value);
  if (!found) throw wrong(where, value, `one of ${values.join(', ')}`);
  return found;
}

export function wrong(where: string, value: unknown, expected: string): Error {
  const shown = JSON.stringify(value)?.slice(0, 80) ?? 'missing';
  return new Error(`${where} is ${shown}, and must be ${expected}.`);
}
