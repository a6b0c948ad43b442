/** The division table is whole, and the contract's rule by prefix agrees with its parents. */
import { divisionContains } from '@onenet/contract';
import { expect, test } from 'vitest';
import { divisionChildren, divisionPath, divisions } from './divisions.ts';

test('28,651 divisions on five levels, each under a known parent', () => {
  const levels = Map.groupBy(divisions.values(), (division) => division.level);
  expect(Object.fromEntries([...levels].map(([level, of]) => [level, of.length]))).toEqual({
    PROVINCE: 1,
    CITY: 17,
    COUNTY: 101,
    TOWNSHIP: 1475,
    COMMUNITY: 27057,
  });
  const orphans = [...divisions.values()].filter(({ parent }) => !divisions.has(parent ?? ''));
  expect(orphans.map((division) => division.code)).toEqual(['420000']);
});

test('a path runs from the province; the direct cities have no county', () => {
  expect(divisionPath('420102002')).toEqual(['420000', '420100', '420102', '420102002']);
  expect(divisionPath('429004001')).toEqual(['420000', '429004', '429004001']);
  expect(divisionPath('430000')).toEqual([]);
});

test('children are in the order of their codes', () => {
  for (const code of divisions.keys()) {
    const children = divisionChildren(code).map((child) => child.code);
    expect(children).toEqual(children.toSorted());
  }
});

test('divisionContains holds for every ancestor, and for no aunt', () => {
  const wrong: string[] = [];
  for (const { code } of divisions.values()) {
    const path = divisionPath(code);
    for (const above of path) {
      if (!divisionContains(above, code)) wrong.push(`${above} should contain ${code}`);
      for (const aunt of divisionChildren(above)) {
        const expected = path.includes(aunt.code);
        if (aunt.level !== 'COMMUNITY' && divisionContains(aunt.code, code) !== expected) {
          wrong.push(`${aunt.code} ${code} should be ${expected}`);
        }
      }
    }
  }
  expect(wrong).toEqual([]);
});
