/** The net's cursor comes back as it was written, and is refused when it is not the list's own. */
import { decodeCursor, encodeCursor, type Direction } from '@onenet/contract';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { netCursorWriter, readNetCursor, type ListIdentity } from './net-cursor.ts';

const list: ListIdentity = { list: 'abc', order: 'TITLE', direction: 'DESC', key: 'STRING' };
const position = fc.record({
  key: fc.string({ unit: 'grapheme' }),
  id: fc.nat().map((n) => `420100:${n}`),
});
const starts = fc.uniqueArray(
  fc.record({
    platform: fc.constantFrom('420100', 'WISCO', 'SGCC-HB'),
    position: fc.option(position),
  }),
  { selector: (start) => start.platform },
);

test('reading gives back what was written, forward and backward', () => {
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.option(starts),
      starts,
      fc.option(position),
      (backward, ask, owed, at) => {
        const text = netCursorWriter(list, backward, ask, owed)(at);
        expect(readNetCursor(text, list, backward)).toEqual({ position: at, ask, owed });
      },
    ),
  );
});

test('turned round, nobody is owed and nobody has a place of its own', () => {
  const at = { key: 'k', id: '420100:1' };
  const start = { platform: 'WISCO', position: at };
  const text = netCursorWriter(list, false, [start], [{ platform: '420500', position: at }])(at);
  expect(readNetCursor(text, list, true)).toEqual({
    position: at,
    ask: [{ platform: 'WISCO', position: null }],
    owed: [],
  });
});

const written = netCursorWriter(list, false, null, [])({ key: 'k', id: '420100:1' });
const forged = (index: number, value: unknown): string => {
  const parts = [...decodeCursor(written)];
  parts[index] = value;
  return encodeCursor(parts);
};

test.for([
  ['nothing', ''],
  ['no base64', '***'],
  ['no list', Buffer.from('{"a":1}').toString('base64url')],
  ['another version', forged(0, 2)],
  ['another list', forged(1, 'xyz')],
  ['another order', forged(2, 'SUBMITTED_AT')],
  ['no direction', forged(3, 'UP')],
  ['a key of another kind', forged(4, 7)],
  ['no id', forged(5, 'without-colon')],
  ['owners that are none', forged(6, 'everybody')],
  ['an owner twice', forged(7, [['WISCO'], ['WISCO']])],
  ['an owner with half a position', forged(7, [['WISCO', 'k']])],
  ['a code that is none', forged(6, [['wisco']])],
  ['an owner cursor', encodeCursor([1, 'TITLE', 'DESC', 'k', '420100:1'])],
  ['too long', 'A'.repeat(300_000)],
] as const)('%s is refused', ([, text]) => {
  expect(() => readNetCursor(text, list, false)).toThrow(
    expect.objectContaining({ code: 'BAD_CURSOR' }),
  );
});

test('what resumes a walk is refused in the other direction', () => {
  const resume = netCursorWriter(list, false, [{ platform: 'WISCO', position: null }], [])(null);
  expect(() => readNetCursor(resume, list, true)).toThrow(/other direction/);
});

test('a cursor of the list in the other order is refused by its list', () => {
  const other: ListIdentity = { ...list, list: 'other', direction: 'ASC' satisfies Direction };
  expect(() => readNetCursor(written, other, false)).toThrow(/another list/);
});
