/** The merge gives the first rows of the sorted union, and leaves out whoever is not in order. */
import type { Direction, Position } from '@onenet/contract';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergePage, type Part } from './merge.ts';
import { compareRows } from './testing/memory-data.ts';

const keys = fc.constantFrom('a', '～', '𠮷', '吴', 'Z', '');
const rowsOfOwner = fc.uniqueArray(fc.tuple(keys, fc.nat(30)), {
  maxLength: 12,
  selector: ([key, n]) => `${n}-${key}`,
});
const owners = fc.array(rowsOfOwner, { maxLength: 6 });
const direction = fc.constantFrom<Direction>('ASC', 'DESC');

function part(index: number, rows: readonly Position[], size: number): Part {
  return {
    platform: String(index),
    length: Math.min(rows.length, size),
    more: rows.length > size,
    start: null,
    position: (row) => rows[row] ?? 'no such row',
  };
}

test('a page is what sorting everything would give', () => {
  fc.assert(
    fc.property(owners, direction, fc.integer({ min: 1, max: 10 }), (lists, way, size) => {
      const rows = lists.map((list, owner) =>
        list
          .map(([key, n]) => ({ key, id: `${owner}:${n}-${key}` }))
          .toSorted((a, b) => compareRows(a, b, way)),
      );
      const all = rows.flat().toSorted((a, b) => compareRows(a, b, way));
      const merged = mergePage(
        rows.map((list, i) => part(i, list, size)),
        size,
        way,
      );
      expect(merged.picks.map((pick) => pick.position)).toEqual(all.slice(0, size));
      expect(merged.more).toBe(all.length > size);
      expect(merged.wrong.size).toBe(0);
    }),
  );
});

test('an owner out of order loses its part, and the others keep theirs', () => {
  const good = [
    { key: 1, id: 'A:1' },
    { key: 4, id: 'A:2' },
  ];
  const bad = [
    { key: 2, id: 'B:1' },
    { key: 1, id: 'B:2' },
  ];
  const merged = mergePage([part(0, good, 10), part(1, bad, 10)], 10, 'ASC');
  expect(merged.picks.map((pick) => pick.position.id)).toEqual(['A:1', 'A:2']);
  expect([...merged.wrong]).toEqual([[1, 'a page out of order']]);
});

test('an owner that gave less than it was asked for ends the page with its last row', () => {
  const short: Part = { ...part(0, [{ key: 1, id: 'A:1' }], 10), more: true };
  const long = [
    { key: 0, id: 'B:1' },
    { key: 2, id: 'B:2' },
  ];
  const merged = mergePage([short, part(1, long, 10)], 10, 'ASC');
  expect(merged.picks.map((pick) => pick.position.id)).toEqual(['B:1', 'A:1']);
  expect(merged.more).toBe(true);
});

test('an owner that begins before its cursor, or has more after nothing, is wrong', () => {
  const rows = [{ key: 1, id: 'A:1' }];
  const early: Part = { ...part(0, rows, 10), start: { key: 1, id: 'A:1' } };
  const empty: Part = { ...part(1, [], 10), more: true };
  const merged = mergePage([early, empty], 10, 'ASC');
  expect(merged.picks).toEqual([]);
  expect(merged.wrong.size).toBe(2);
});
