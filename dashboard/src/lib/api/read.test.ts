import { expect, test } from 'vitest';
import { list, nullable, number, object, text, truth } from './read.ts';

const shape = object({ code: text, open: truth, rows: list(object({ value: nullable(number) })) });

test('reads what fits and leaves out what was not asked for', () => {
  const value = { code: '420100', open: true, rows: [{ value: 1, more: 2 }, {}] };
  expect(shape(value, 'data')).toEqual({
    code: '420100',
    open: true,
    rows: [{ value: 1 }, { value: null }],
  });
});

test('no name turns the direction of what stands after it; what is written from the right stays', () => {
  expect(text('\u202Etxt.exe\u2069 مرحبا ', 'name')).toBe('txt.exe مرحبا ');
});

test.each([
  [{ code: 1, open: true, rows: [] }, 'data.code: expected a string, got number'],
  [{ code: '', open: 1, rows: [] }, 'data.open: expected true or false, got number'],
  [{ code: '', open: true, rows: {} }, 'data.rows: expected a list, got object'],
  [
    { code: '', open: true, rows: [{ value: '1' }] },
    'data.rows.0.value: expected a number, got string',
  ],
  [null, 'data: expected an object, got null'],
])('says where it does not fit', (value, message) => {
  expect(() => shape(value, 'data')).toThrow(message);
});
