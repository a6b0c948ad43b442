import { expect, test } from 'vitest';
import { isBaseTooSmall, relativeChange, verdict } from './change.ts';

test('a change needs something to be measured against', () => {
  expect(relativeChange(12, 10)).toBeCloseTo(0.2);
  expect(relativeChange(0, 0)).toBe(0);
  expect(relativeChange(5, 0)).toBeNull();
  // From ten fewer to five more is no fall by 150 %.
  expect(relativeChange(5, -10)).toBeNull();
  expect(relativeChange(null, 3)).toBeNull();
});

test('counts are compared from a base of ten on', () => {
  expect(isBaseTooSmall(30, 9, 'FLOW')).toBe(true);
  expect(isBaseTooSmall(30, 0, 'PEOPLE')).toBe(true);
  expect(isBaseTooSmall(30, 10, 'FLOW')).toBe(false);
  expect(isBaseTooSmall(0.9, 0.5, 'RATIO')).toBe(false);
  expect(isBaseTooSmall(3, 3, 'FLOW')).toBe(false);
  expect(isBaseTooSmall(3, null, 'FLOW')).toBe(false);
});

test('whether a change is good depends on the metric', () => {
  expect(verdict(0.1, 'UP_IS_GOOD')).toBe('better');
  expect(verdict(0.1, 'DOWN_IS_GOOD')).toBe('worse');
  expect(verdict(-0.1, 'DOWN_IS_GOOD')).toBe('better');
  expect(verdict(0.1, 'NEUTRAL')).toBe('rose');
  expect(verdict(0.0001, 'UP_IS_GOOD')).toBe('unchanged');
});
