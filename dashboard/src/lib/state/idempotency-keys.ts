/** The keys of mutations: whoever sends the same again, because no answer came, sends the same key. */

export class IdempotencyKeys {
  readonly #keys = new Map<string, string>();

  /** The key for this input: the same as long as the input is. */
  for(input: Readonly<Record<string, unknown>>): string {
    const written = JSON.stringify(input);
    const key = this.#keys.get(written) ?? newKey();
    this.#keys.set(written, key);
    return key;
  }
}

/** `crypto.randomUUID` is only there under https. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
