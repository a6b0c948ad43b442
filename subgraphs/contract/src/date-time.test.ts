/** DateTime takes what RFC 3339 allows, and nothing else. */
import { expect, test } from 'vitest';
import { parseDateTime } from './date-time.ts';

const read = [
  ['2016-08-31T09:00:00+08:00', '2016-08-31T01:00:00.000Z'],
  ['2016-08-31t09:00:00z', '2016-08-31T09:00:00.000Z'],
  ['2016-08-31T09:00:00.1Z', '2016-08-31T09:00:00.100Z'],
  ['2016-08-31T09:00:00.123999999Z', '2016-08-31T09:00:00.123Z'],
  ['1969-12-31T23:59:59.9999Z', '1969-12-31T23:59:59.999Z'],
  ['2016-02-29T00:00:00-00:30', '2016-02-29T00:30:00.000Z'],
] as const;

test.each(read)('%s is %s', (text, utc) => {
  expect(parseDateTime(text).toISOString()).toBe(utc);
});

const refused = [
  '2016-08-31',
  '2016-08-31T09:00:00',
  '2015-02-29T00:00:00Z',
  '2016-13-01T00:00:00Z',
  '2016-08-31T24:00:00Z',
  '2016-08-31T09:00:60Z',
  '2016-08-31T09:00:00+24:00',
  '2016-08-31 09:00:00Z',
  1472605200000,
  null,
];

test.each(refused)('%j is refused', (value) => {
  expect(() => parseDateTime(value)).toThrow(/is not a DateTime/);
});
