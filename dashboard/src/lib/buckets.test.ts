import { expect, test } from 'vitest';
import { messages } from '../messages/every.ts';
import { bucketName } from './buckets.ts';
import { Format } from './format.ts';

const now = Date.parse('2026-11-30T12:00:00Z');
const format = new Format('zh', messages.zh, () => now);
const hours = (...of: readonly string[]) => of.map((at) => bucketName(at, 'HOUR', format, of, now));

test('hours of today say the time alone, all others of which day they are', () => {
  expect(hours('2026-11-29T16:00:00Z', '2026-11-30T11:00:00Z')).toEqual(['00:00', '19:00']);
  expect(hours('2026-11-24T16:00:00Z', '2026-11-24T17:00:00Z')).toEqual([
    '11/25 00:00',
    '11/25 01:00',
  ]);
  expect(hours('2026-11-28T16:00:00Z', '2026-11-30T11:00:00Z')).toEqual([
    '11/29 00:00',
    '11/30 19:00',
  ]);
});

test('longer buckets say their day or month', () => {
  expect(bucketName('2026-11-24T16:00:00Z', 'DAY', format)).toBe('11/25');
  expect(bucketName('2026-10-31T16:00:00Z', 'MONTH', format)).toBe('2026/11');
});
