/** What inputs are checked for: each refusal names the field, the value and the limit. */
import type { Platform } from './context.ts';
import { NetError, badInput } from './errors.ts';
import { divisionPrefix } from './ids.ts';

/** A text of a sensible length, without surrounding space or control characters. */
export function text(field: string, value: string, most: number): string {
  const found = value.trim();
  const { length } = Array.from(found);
  if (length < 1 || length > most) {
    throw badInput(`\`${field}\` has ${length} characters: from 1 to ${most}.`);
  }
  // Line breaks and tabs may be part of a text; other control characters are no text.
  if (/(?![\t\n\r])\p{Cc}/u.test(found)) {
    throw badInput(`\`${field}\` holds control characters: send plain text.`);
  }
  return found;
}

export function optionalText(
  field: string,
  value: string | null | undefined,
  most: number,
): string | null {
  return value == null ? null : text(field, value, most);
}

/** A name under which events are counted: what the feed takes as a category. */
export function label(field: string, value: string, most: number): string {
  const found = text(field, value, most);
  const isName = /^[\p{L}\p{N}][\p{L}\p{N}_.·-]{0,63}$/u.test(found) && !/[0-9]{7}/.test(found);
  if (isName) return found;
  throw badInput(
    `\`${field}: "${found}"\` is no name to count by: letters and digits, with . · _ - after the first, and no long number.`,
  );
}

/** A telephone number: digits, with spaces, hyphens, brackets and a leading +. */
export function optionalPhone(field: string, value: string | null | undefined): string | null {
  if (value == null) return null;
  const found = value.trim();
  const digits = found.replaceAll(/\D/g, '').length;
  // The number itself stays out of the message: it is personal.
  if (!/^\+?[\d ()-]+$/.test(found) || digits < 5 || digits > 15) {
    throw badInput(`\`${field}\` is no telephone number: 5 to 15 digits, e.g. 027-12351.`);
  }
  return found;
}

/** A division that exists and that the platform serves. */
export function servedPlace({ code, serves, divisions }: Platform, place: string): string {
  if (!divisions.has(place)) {
    throw new NetError('UNKNOWN_DIVISION', `No division has the code "${place}".`);
  }
  if (serves.some((served) => place.startsWith(divisionPrefix(served)))) return place;
  throw badInput(
    `\`placeCode: "${place}"\` lies outside what platform ${code} serves: ${serves.join(', ')}.`,
  );
}

/** `input.platform`, which routed the mutation here. */
export function thisPlatform(platform: Platform, code: string): void {
  if (code === platform.code) return;
  throw badInput(`\`platform: "${code}"\` is not this platform, which is ${platform.code}.`);
}
