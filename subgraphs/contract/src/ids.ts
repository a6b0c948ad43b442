/** Identity: a record's id is `<platform code>:<local id>`, split at its first colon. */
import { NetError } from './errors.ts';

const platformCodePattern = /^[0-9A-Z][0-9A-Z-]{0,31}$/;

/** The two parts of a record's id. */
export interface RecordId {
  readonly platform: string;
  readonly local: string;
}

/** Whether `code` may name a platform: a GB/T 2260 code, or capitals. */
export function isPlatformCode(code: string): boolean {
  return platformCodePattern.test(code);
}

/** Splits an id, or returns undefined when it is not one. */
export function splitId(id: string): RecordId | undefined {
  const colon = id.indexOf(':');
  if (colon < 1 || colon === id.length - 1) return undefined;
  const platform = id.slice(0, colon);
  return isPlatformCode(platform) ? { platform, local: id.slice(colon + 1) } : undefined;
}

/** Splits an id; anything else is `BAD_ID`. */
export function parseId(id: string): RecordId {
  const parts = splitId(id);
  if (!parts) {
    throw new NetError('BAD_ID', `"${id}" is not an id: write <platform code>:<local id>.`);
  }
  return parts;
}
