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
  // The next greater one goes along; it hides 1 to 4 only with 9 together.
  [[2, 7, 30], '39: SMALL COMPLEMENTARY 30'],
  [[1, 5, 9, 30], '45: SMALL COMPLEMENTARY COMPLEMENTARY 30'],
  [[2, 3, 30], '35: SMALL SMALL 30'],
  // Two that together are 8 can only be 4 each.
  [[4, 4, 30, 40], '78: SMALL SMALL COMPLEMENTARY 40'],
  [[2, 7, 7, 30], '46: SMALL COMPLEMENTARY COMPLEMENTARY 30'],
  [[3, 0, 0], '3: nothing'],
  [[3, -1], '2: nothing'],
])('%j is seen as %s', (counts, as) => {
  expect(seen(counts)).toBe(as);
});

test('what happened at the place itself is withheld for another small one, or told by nobody', () => {
  expect(seen([3, 0], 20)).toBe('23: SMALL 0');
  // It is small itself, and what is below it is all of the rest.
  expect(seen([9], 2)).toBe('11: COMPLEMENTARY');
  expect(seen([9, 40], 2)).toBe('51: COMPLEMENTARY 40');
});

test('whoever tries every possibility finds at least three for each small count', () => {
  const most = 12;
  for (const places of [2, 3, 4]) {
    const worlds = new Map<string, number[][]>();
    for (const counts of everything(places, most)) {
      const as = seen(counts);
      worlds.set(as, [...(worlds.get(as) ?? []), counts]);
    }
    for (const [as, possible] of worlds) {
      // With a greater total some possibilities are not among those tried.
      if (Number.parseInt(as, 10) > most) continue;
      for (let i = 0; i < places; i++) {
        const values = new Set(possible.map((counts) => counts[i] ?? 0));
        if ([...values].some((value) => value > 0 && value < 5)) {
          expect(values.size, `${as}, the place ${i}`).toBeGreaterThan(
            as.includes('SMALL') ? 2 : 1,
          );
        }
      }
    }
  }
});

function* everything(places: number, most: number): Generator<number[]> {
  if (places === 0) yield [];
  else {
    for (const rest of everything(places - 1, most)) {
      for (let count = 0; count <= most; count++) yield [...rest, count];
    }
  }
}
