/** Identity numbers are told from what only looks like one, and errors never show them. */
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { NetError } from './errors.ts';
import { identityCheckDigit, identityHash, parseIdentityNumber } from './identity-number.ts';

test('the standard’s example is taken, with a small x too', () => {
  expect(parseIdentityNumber('11010519491231002X')).toBe('11010519491231002X');
  expect(parseIdentityNumber('11010519491231002x')).toBe('11010519491231002X');
});

test.each([
  ['too short', '1101051949123100', /17 digits and a check digit/],
  ['letters', '1101051949123100AX', /17 digits and a check digit/],
  ['spaces', ' 11010519491231002X', /17 digits and a check digit/],
  ['empty', '', /17 digits and a check digit/],
  ['full-width digits', '１１010519491231002X', /17 digits and a check digit/],
  ['no such day', withCheckDigit('11010519490231002'), /date of birth/],
  ['no leap year', withCheckDigit('11010519000229002'), /date of birth/],
  ['month 13', withCheckDigit('11010519491331002'), /date of birth/],
  ['another check digit', '110105194912310021', /check digit that fits/],
  ['two digits changed places', '11010519491321002X', /date of birth|check digit/],
])('%s is refused, and not shown', (_, text, message) => {
  const error = caught(() => parseIdentityNumber(text));
  expect(error).toBeInstanceOf(NetError);
  expect(error).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(message) });
  if (text.length > 3)
    expect(JSON.stringify(error) + String(error)).not.toContain(text.trim().slice(0, 8));
});

test('every single wrong digit is found', () => {
  const number = '11010519491231002X';
  for (let index = 0; index < 17; index++) {
    for (const digit of '0123456789') {
      if (digit === number[index]) continue;
      const wrong = number.slice(0, index) + digit + number.slice(index + 1);
      expect(() => parseIdentityNumber(wrong)).toThrow(NetError);
    }
  }
});

test('the hash is HMAC-SHA-256 under the run’s key', () => {
  const key = Buffer.alloc(32, 7);
  const wanted = createHmac('sha256', key).update('11010519491231002X').digest('base64url');
  expect(identityHash(key, '11010519491231002x')).toBe(wanted);
  expect(identityHash(Buffer.alloc(32, 8), '11010519491231002X')).not.toBe(wanted);
  expect(() => identityHash(Buffer.alloc(16), '11010519491231002X')).toThrow(
    "A run's key is 32 bytes, not 16.",
  );
});

function withCheckDigit(digits: string): string {
  return digits + identityCheckDigit(digits);
}

function caught(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
