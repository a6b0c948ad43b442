import { workingDaysAfter } from '@onenet/contract';
import { expect, test } from 'vitest';
import { workingDaysBetween } from './working-days.ts';

test.each([
  // Over the spring festival, over a weekend that is worked, and over the year's end.
  '2026-02-10T09:00:00+08:00',
  '2025-09-26T23:30:00+08:00',
  '2026-12-29T00:10:00+08:00',
])('counts back what the net counted forth from %s', (from) => {
  for (const days of [0, 1, 5, 10]) {
    const due = workingDaysAfter(new Date(from), days);
    expect(workingDaysBetween(Date.parse(from), due.getTime())).toBe(days);
  }
});

test('none where the other time is earlier', () => {
  const at = Date.parse('2026-11-30T12:00:00+08:00');
  expect(workingDaysBetween(at, at - 3_600_000)).toBe(0);
  expect(workingDaysBetween(at, at - 9 * 86_400_000)).toBe(0);
});
