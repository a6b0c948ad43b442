import { expect, test } from 'vitest';
import { relativeChange, withChosen } from './figures.ts';

test('a change needs something to be measured against', () => {
  expect(relativeChange(12, 10)).toBeCloseTo(0.2);
  expect(relativeChange(0, 0)).toBe(0);
  expect(relativeChange(5, 0)).toBeNull();
  expect(relativeChange(null, 3)).toBeNull();
});

test('the chosen metric is asked for once', () => {
  expect(withChosen('members')).toContain('members');
  expect(withChosen('signUps')).toHaveLength(4);
});
