/** Each fault of a chain once, by its number. */
import { accessHead0, nextAccessHead } from '@onenet/assertion';
import { expect, test } from 'vitest';
import { ChainCheck, type ChainLine } from './chain.ts';

const start = { sequence: 0, head: accessHead0('420100') };
let head = start.head;
const lines: readonly ChainLine[] = ['a', 'b', 'c', 'd', 'e'].map((line, i) => {
  head = nextAccessHead(head, line);
  return { sequence: i + 1, line, head };
});

function faultsIn(some: readonly ChainLine[], known = start): readonly string[] {
  const check = new ChainCheck(known, nextAccessHead);
  for (const line of some) check.take(line);
  return check.faults.map(({ sequence, fault }) => `${sequence}: ${fault}`);
}

test('whole, from the beginning and from a known line', () => {
  expect(faultsIn(lines)).toEqual([]);
  expect(faultsIn(lines.slice(2), lines[1])).toEqual([]);
});

test('altered, removed, put in: and what follows is not blamed', () => {
  const altered = lines.map((line) => (line.sequence === 2 ? { ...line, line: 'x' } : line));
  expect(faultsIn(altered)).toEqual([
    '2: line 2 is not what its head seals: it was altered, or put in',
  ]);
  expect(faultsIn(lines.toSpliced(1, 1))).toEqual(['2: line 2 is missing']);
  expect(faultsIn(lines.toSpliced(1, 3))).toEqual(['2: lines 2 to 4 are missing']);
  expect(faultsIn(lines.toSpliced(2, 0, lines[1] as ChainLine))).toEqual([
    '3: line 2 stands twice',
  ]);
});

test('written anew as a whole: seen by whoever knows a head', () => {
  const known = new ChainCheck(start, nextAccessHead);
  for (const line of lines) {
    known.take(line);
    known.passes(line);
  }
  expect(known.faults).toEqual([]);
  known.passes({ sequence: 5, head: start.head });
  expect(known.faults).toMatchObject([{ sequence: 5 }]);
  const check = new ChainCheck({ sequence: 1, head: 'f'.repeat(64) }, nextAccessHead);
  check.startsOtherwise(lines[0]?.head ?? '');
  for (const line of lines.slice(1)) check.take(line);
  expect(check.faults).toMatchObject([
    { sequence: 1, fault: expect.stringContaining('rewritten') },
  ]);
  expect([check.lines, check.end.sequence]).toEqual([4, 5]);
});

test('no more faults are named than somebody can read', () => {
  const holes = Array.from({ length: 100 }, (_, i) => ({
    sequence: 2 * i + 2,
    line: '',
    head: '',
  }));
  expect(faultsIn(holes)).toHaveLength(20);
});
