/** When a notification waits, and until when. */
import { expect, test } from 'vitest';
import { isTimeOfDay, noQuiet, tellAt } from './quiet.ts';
import type { Quiet } from './quiet.ts';
import type { Severity } from './rule.ts';

const nights: Quiet = { from: '22:00', to: '07:00', daysOff: false, gravestWaits: false };
const offHours: Quiet = { ...nights, daysOff: true };
const noon: Quiet = { ...nights, from: '12:00', to: '14:30' };

// 2026-03-18 is a Wednesday; 2026-09-30 the day before National Day, a working day as 2026-10-08 is.
test.each<[string, Quiet, Severity, string, string]>([
  ['in the evening', nights, 1, '2026-03-18T22:00', '2026-03-19T07:00'],
  ['after midnight', nights, 2, '2026-03-19T03:30', '2026-03-19T07:00'],
  ['just before', nights, 1, '2026-03-18T21:59', '2026-03-18T21:59'],
  ['at its end', nights, 1, '2026-03-19T07:00', '2026-03-19T07:00'],
  ['at noon', noon, 1, '2026-03-18T13:00', '2026-03-18T14:30'],
  ['the gravest goes through', nights, 3, '2026-03-18T23:00', '2026-03-18T23:00'],
  [
    'and waits where it is told to',
    { ...nights, gravestWaits: true },
    3,
    '2026-03-18T23:00',
    '2026-03-19T07:00',
  ],
  ['over a weekend', offHours, 1, '2026-03-20T23:00', '2026-03-23T07:00'],
  ['over National Day', offHours, 1, '2026-09-30T23:00', '2026-10-08T07:00'],
  ['a weekend that is not off', nights, 1, '2026-03-21T10:00', '2026-03-21T10:00'],
  ['none at all', noQuiet, 1, '2026-03-21T03:00', '2026-03-21T03:00'],
])('%s', (_, quiet, severity, now, then) => {
  const at = (time: string): number => Date.parse(`${time}:00+08:00`);
  expect(new Date(tellAt(quiet, severity, at(now))).toISOString()).toBe(
    new Date(at(then)).toISOString(),
  );
});

test('times of day are of 24 hours', () => {
  expect(['00:00', '23:59', '07:30'].every(isTimeOfDay)).toBe(true);
  expect(['24:00', '7:00', '22:60', '22', ''].some(isTimeOfDay)).toBe(false);
});
