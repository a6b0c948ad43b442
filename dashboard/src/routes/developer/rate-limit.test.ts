import { expect, test } from 'vitest';
import { readQuotas } from './rate-limit.ts';

test('a window has what is left of it, a number under way has not', () => {
  const headers = new Headers({
    'ratelimit-policy':
      '"burst";q=100;w=2, "day";q=1000;w=86400, "under-way";q=4;qu="concurrent-requests"',
    ratelimit: '"burst";r=98;t=1, "day";r=12;t=3600',
  });
  expect(readQuotas(headers)).toEqual([
    { name: 'burst', most: 100, left: 98, seconds: 1 },
    { name: 'day', most: 1000, left: 12, seconds: 3600 },
    { name: 'under-way', most: 4, left: null, seconds: null },
  ]);
});

test('nothing is made of no header', () => {
  expect(readQuotas(new Headers())).toEqual([]);
});
