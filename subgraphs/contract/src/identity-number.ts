/** Identity numbers (公民身份号码, GB 11643-1999), and how they are hashed for a comparison. */
import { createHmac } from 'node:crypto';
import { NetError } from './errors.ts';

/** Weights of the first 17 digits, and the check digit by their sum modulo 11. */
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const checkDigits = '10X98765432';

/**
 * Reads an identity number of 18 characters; its X is given back as a capital. What is none is refused with
 * `BAD_INPUT` by a message that says what is wrong, and never what was written.
 */
export function parseIdentityNumber(text: string): string {
  const number = text.toUpperCase();
  const match = /^[1-9]\d{5}(\d{4})(\d\d)(\d\d)\d{3}[\dX]$/.exec(number);
  if (!match) throw refused('17 digits and a check digit, 0 to 9 or X');
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  const born = new Date(Date.UTC(year, month - 1, day));
  if (year < 1800 || born.getUTCMonth() !== month - 1 || born.getUTCDate() !== day) {
    throw refused('a date of birth that exists at the 7th to 14th digit');
  }
  if (identityCheckDigit(number) !== number.at(-1)) {
    throw refused('a check digit that fits: one of the characters is wrong');
  }
  return number;
}

/** The 18th character that belongs to the first 17 digits. */
export function identityCheckDigit(digits: string): string {
  const sum = weights.reduce((total, weight, index) => total + weight * Number(digits[index]), 0);
  return checkDigits.charAt(sum % checkDigits.length);
}

/**
 * base64url of HMAC-SHA-256(key, number): what two sides of a comparison show each other instead of the
 * number. The key is 32 bytes and of one run only: whoever has it can try all numbers.
 */
export function identityHash(key: Uint8Array, number: string): string {
  if (key.length !== 32) {
    throw new NetError('BAD_INPUT', `A run's key is 32 bytes, not ${key.length}.`);
  }
  return keyedHash(key, parseIdentityNumber(number));
}

/** The same of a number that was read before, such as a stored one: reading takes as long as hashing. */
export function keyedHash(key: Uint8Array, parsedNumber: string): string {
  return createHmac('sha256', key).update(parsedNumber, 'ascii').digest('base64url');
}

function refused(wanted: string): NetError {
  return new NetError('BAD_INPUT', `An identity number has ${wanted} (GB 11643).`);
}
