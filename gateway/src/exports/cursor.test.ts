/** An export's cursors: short, exact, and its own; and what is sealed to its address. */
import { encodeCursor } from '@onenet/contract';
import { expect, test } from 'vitest';
import { headOf, isResuming, readCursor, start, writeCursor } from './cursor.ts';
import { newKey, readAddress, seal, unseal } from './seal.ts';

const id = 'abcd0123abcd0123abcd0123abcd0123';
const head = [1, 'aBcDeFgHiJkL', 'SUBMITTED_AT', 'DESC'] as const;
const owner = ['420100', 1_700_000_000_000, '420100:R-1'];

test.each([
  ['a row', [1_700_000_000_000, '420100:66f1c0ffee0000000000abcd', null, []]],
  ['a title', ['演示：工资', '420100:R-1', null, []]],
  ['a row while an owner is owed', [5, '420100:R-1', null, [owner]]],
  ['a row of a walk that resumes', [5, '420100:R-1', [owner], []]],
  ['where a walk resumes', [null, null, [['420500']], []]],
])('%s is read as it was written', (_, rest) => {
  const cursor = encodeCursor([...head, ...rest]);
  const written = writeCursor(id, { row: 17, cursor });
  expect(written).toMatch(/^[\w-]+$/);
  expect(written.length).toBeLessThan(cursor.length - 30);
  const place = readCursor(id, written, headOf(cursor));
  expect(place).toEqual({ row: 17, cursor });
  expect(isResuming(place)).toBe(rest[2] !== null);
});

test('an export begins nowhere, and resumes nothing', () => {
  expect(isResuming(start)).toBe(false);
});

test.each([
  ['of another export', encodeCursor(['ffff', 1, 5, '420100:R-1'])],
  ['of the net', encodeCursor([...head, 5, '420100:R-1', null, []])],
  ['with a row that is none', encodeCursor(['abcd', -1, 5, '420100:R-1'])],
  ['with more', encodeCursor(['abcd', 1, 5, '420100:R-1', null, [], 0])],
  ['that is no cursor', 'x'],
])('one %s is refused', (_, text) => {
  expect(() => readCursor(id, text, head)).toThrow('The cursor is refused');
});

test('before the first row there is none', () => {
  const text = encodeCursor(['abcd', 1, 5, '420100:R-1']);
  expect(() => readCursor(id, text, undefined)).toThrow('none of this export');
});

test('an address opens what was sealed to it, and no other does', () => {
  const [one, other] = [newKey(), newKey()];
  const value = { variables: { name: '张三' } };
  const sealed = seal(one, value);
  expect(sealed.includes('张三')).toBe(false);
  expect(seal(one, value).equals(sealed)).toBe(false);
  expect(unseal(one, sealed)).toEqual(value);
  expect(() => unseal(other, sealed)).toThrow('authenticate');
  expect(() => unseal({ ...one, id: other.id }, sealed)).toThrow('authenticate');
  sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
  expect(() => unseal(one, sealed)).toThrow('authenticate');
});

test('an address is a key or a name, or neither', () => {
  const key = newKey();
  expect(readAddress(key.secret)).toEqual(key);
  expect(readAddress(key.id)).toEqual({ id: key.id });
  for (const part of ['', 'x', key.secret.slice(1), `${key.secret}x`, '../..', 'é'.repeat(43)]) {
    expect(readAddress(part)).toBeUndefined();
  }
});
