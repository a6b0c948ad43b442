/** What inputs are checked for: each refusal names the field, the value and the limit. */
import { randomUUID } from 'node:crypto';
import { NetError } from '@onenet/contract';
import { isLabel } from '@onenet/feed';
import { divisionPath } from '@onenet/platforms';
import type { Platform } from './context.ts';
import { assertDivision } from './scope.ts';

/** A text of a sensible length, without surrounding space or control characters. */
export function checkedText(field: string, value: string, most: number): string {
  const text = value.trim();
  const { length } = Array.from(text);
  if (length < 1 || length > most) {
    throw badInput(`\`${field}\` has ${length} characters: from 1 to ${most}.`);
  }
  // Line breaks and tabs may be part of a text; other control characters are no text.
  if (/(?![\t\n\r])\p{Cc}/u.test(text)) {
    throw badInput(`\`${field}\` holds control characters: send plain text.`);
  }
  return text;
}

/** A text of an office: what looks like a telephone or identity number would name a worker. */
export function officeText(field: string, value: string, most: number): string {
  const text = checkedText(field, value, most);
  // Full-width and circled digits are digits.
  const plain = text.normalize('NFKC');
  // The number itself stays out of the message: it may be personal.
  if (personalNumbers.some((number) => number.test(plain))) {
    throw badInput(
      `\`${field}\` holds 7 or more digits in a row, or else a telephone or identity number: name the case by its id, not by a person.`,
    );
  }
  return text;
}

/** Between the groups of a number as people write it. */
const gap = String.raw`[\s._·\-‐-―]{0,2}`;

/** As they are written: in one row, in groups, digit by digit, in words. Dates and sums are none of them. */
const personalNumbers: readonly RegExp[] = [
  /\p{Nd}{7}/u,
  new RegExp(String.raw`(?<!\d)1[3-9]\d${gap}\d{4}${gap}\d{4}(?!\d)`),
  new RegExp(String.raw`(?<!\d)0\d{2,3}${gap}\d{3,4}${gap}\d{4}(?!\d)`),
  new RegExp(String.raw`(?<!\d)\d{6}${gap}(?:19|20)\d\d${gap}\d{4}${gap}\d{3}[\dXx]`),
  /(?<!\d)\d(?:[\s._·-]\d){6}/,
  /[〇○零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]{7}/,
];

/** A checked text, where it may be left out. */
export function optionalText(
  field: string,
  value: string | null | undefined,
  most: number,
): string | null {
  return value == null ? null : checkedText(field, value, most);
}

/** A name under which events are counted: what the feed takes as a category. */
export function checkedLabel(field: string, value: string, most: number): string {
  const text = checkedText(field, value, most);
  if (!isLabel(text)) {
    throw badInput(
      `\`${field}: "${text}"\` is no name to count by: letters and digits, with . · _ - after the first, and no long number.`,
    );
  }
  return text;
}

/** A telephone number: digits, with spaces, hyphens, brackets and a leading +. */
export function optionalPhone(field: string, value: string | null | undefined): string | null {
  if (value == null) return null;
  const text = value.trim();
  const digits = text.replaceAll(/\D/g, '').length;
  // The number itself stays out of the message: it is personal.
  if (!/^\+?[\d ()-]+$/.test(text) || digits < 5 || digits > 15) {
    throw badInput(`\`${field}\` is no telephone number: 5 to 15 digits, e.g. 027-12351.`);
  }
  return text;
}

/** A division that exists and that the platform serves. */
export function servedPlace(platform: Platform, code: string): string {
  assertDivision(code);
  if (serves(platform, code)) return code;
  const { definition } = platform;
  throw badInput(
    `\`placeCode: "${code}"\` lies outside what platform ${definition.code} serves: ${definition.serves.join(', ')}.`,
  );
}

/** Whether a platform serves a division. */
export function serves({ definition }: Platform, code: string): boolean {
  const path = divisionPath(code);
  return definition.serves.some((served) => path.includes(served));
}

/** `input.platform`, which routed the mutation here. */
export function assertThisPlatform({ definition }: Platform, code: string): void {
  if (code !== definition.code) {
    throw badInput(`\`platform: "${code}"\` is not this platform, which is ${definition.code}.`);
  }
}

/** A new record's id. */
export function newId({ definition }: Platform, prefix: string): string {
  return `${definition.code}:${prefix}-${randomUUID()}`;
}

export function badInput(message: string): NetError {
  return new NetError('BAD_INPUT', message);
}
