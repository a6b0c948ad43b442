/** What a change is told as. */
import { expect, test } from 'vitest';
import { changeOf } from './series.ts';

test('a change is told from what is above zero alone', () => {
  expect(changeOf(12, 10)).toBeCloseTo(0.2);
  expect(changeOf(-5, 10)).toBeCloseTo(-1.5);
  expect(changeOf(5, 0)).toBeNull();
  // From ten fewer to five more is no fall by 150 %.
  expect(changeOf(5, -10)).toBeNull();
  expect(changeOf(null, 3)).toBeNull();
});
