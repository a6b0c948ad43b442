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

/** An identity number (GB 11643-1999), its X a capital. It is personal, so no message has it. */
export function optionalIdentityNumber(value: string | null | undefined): string | null {
  if (value == null) return null;
  const found = value.toUpperCase();
  const refused = (wanted: string) => badInput(`\`identityNumber\` is none: ${wanted} (GB 11643).`);
  const match = /^[1-9]\d{5}(\d{4})(\d\d)(\d\d)\d{3}[\dX]$/.exec(found);
  if (!match) throw refused('17 digits and a check digit, 0 to 9 or X');
  const [year = 0, month = 0, day = 0] = match.slice(1).map(Number);
  const born = new Date(Date.UTC(year, month - 1, day));
  if (year < 1800 || born.getUTCMonth() !== month - 1 || born.getUTCDate() !== day) {
    throw refused('its 7th to 14th digit are no date of birth');
  }
  const sum = weights.reduce((total, weight, index) => total + weight * Number(found[index]), 0);
  if ('10X98765432'.charAt(sum % 11) !== found.at(-1)) {
    throw refused('its check digit does not fit, one of the characters is wrong');
  }
  return found;
}

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** How many people the employer has: demanded of a firm that is a member because it is small. */
export function employerSize(kind: string, value: number | null | undefined): number | null {
  const isMicro = kind === 'MICRO_ENTERPRISE';
  const most = isMicro ? 24 : 1_000_000;
  if (value == null && !isMicro) return null;
  if (value != null && value >= 1 && value <= most) return value;
  const given = value == null ? 'is missing' : `is out of range, ${value}`;
  throw badInput(`\`employerSize\` ${given}: of a ${kind} from 1 to ${most}.`);
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
