/** Nobody who knows the total, everything that is shown and how it was decided can tell a count under 5. */
import { expect, test } from 'vitest';
import { suppress } from './suppress.ts';

/** What is seen of these places, by their order; the total is known. */
function seen(counts: readonly number[], atItself = 0): string {
  const total = counts.reduce((sum, count) => sum + count, atItself);
  const shown = suppress(total, new Map(counts.map((count, i) => [String(i), count])));
  const cells = shown && [...shown.values()].map(({ value, withheld }) => value ?? withheld);
  return `${total}: ${cells ? cells.join(' ') : 'nothing'}`;
}

test.each([
  [[12, 30, 0], '42: 12 30 0'],
  // The next greater range goes along, all of it.
  [[2, 8, 30], '40: SMALL COMPLEMENTARY COMPLEMENTARY'],
  [[2, 8, 13, 50], '73: SMALL COMPLEMENTARY COMPLEMENTARY 50'],
  [[2, 3, 7, 30], '42: SMALL SMALL COMPLEMENTARY 30'],
  [[3, 2, 2, 30], '37: SMALL SMALL SMALL 30'],
  // All at the beginning of their ranges: each small one would have to be 1.
  [[1, 1, 1, 30], '33: nothing'],
  // 15 leaves room for 1 to 4 beside two of 5 to 9; 9 does not beside one.
  [[4, 5, 6, 20], '35: SMALL COMPLEMENTARY COMPLEMENTARY 20'],
  [[4, 5], '9: nothing'],
  [[3, 0, 0], '3: nothing'],
  [[3, -1], '2: nothing'],
])('%j is seen as %s', (counts, as) => {
  expect(seen(counts)).toBe(as);
});

test('what happened at the place itself is withheld for another small one, or told by nobody', () => {
  expect(seen([3, 0], 30)).toBe('33: SMALL 0');
  // It is small itself.
  expect(seen([12], 2)).toBe('14: COMPLEMENTARY');
  expect(seen([12, 40], 2)).toBe('54: COMPLEMENTARY 40');
});

test('whoever tries every possibility finds each small count to be any of 1 to 4', () => {
  const most = 13;
  let told = 0;
  for (const places of [1, 2, 3]) {
    const worlds = new Map<string, number[][]>();
    for (const [atItself = 0, ...counts] of everything(places + 1, most)) {
      const as = seen(counts, atItself);
      const same = worlds.get(as);
      if (same) same.push(counts);
      else worlds.set(as, [counts]);
    }
    for (const [as, possible] of worlds) {
      // With more that is withheld, some possibilities are not among those tried.
      if (withheldIn(as) > most) continue;
      for (let i = 0; i < places; i++) {
        const values = new Set(possible.map((counts) => counts[i] ?? 0));
        const isSmall = as.split(' ')[i + 1] === 'SMALL';
        if (isSmall) told += 1;
        if (isSmall) expect(values, `${as}, the place ${i}`).toEqual(new Set([1, 2, 3, 4]));
        else if (as.endsWith('nothing')) expect(values.size, as).toBeGreaterThan(1);
      }
    }
  }
  expect(told).toBeGreaterThan(100);
});

/** The total without what is shown. */
function withheldIn(as: string): number {
  const [total = 0, ...shown] = as.split(/:? /).map((word) => Number.parseInt(word, 10) || 0);
  return shown.reduce((left, value) => left - value, total);
}

function* everything(places: number, most: number): Generator<number[]> {
  if (places === 0) yield [];
  else {
    for (const rest of everything(places - 1, most)) {
      for (let count = 0; count <= most; count++) yield [...rest, count];
    }
  }
}
