import { expect, test } from 'vitest';
import { festivalsBetween, marksOn } from './annotations.ts';

const ms = Date.parse;

test('the Spring Festivals of a range, by the day in Beijing', () => {
  const found = festivalsBetween(ms('2025-01-01T00:00:00Z'), ms('2026-11-30T00:00:00Z'));
  expect(found.map(({ at }) => at)).toEqual([
    '2025-01-28T16:00:00.000Z',
    '2026-02-16T16:00:00.000Z',
  ]);
  expect(festivalsBetween(ms('2026-02-16T16:00:01Z'), ms('2026-12-31T00:00:00Z'))).toEqual([]);
});

test('each lies in the bucket that holds it; what is outside in none', () => {
  const points = ['2026-01-31T16:00:00Z', '2026-02-28T16:00:00Z', '2026-03-31T16:00:00Z'].map(
    (at) => ({ at }),
  );
  const of = (at: string) => ({ at, kind: 'SUSPENDED', platform: '420100' });
  const late = of('2026-03-31T16:00:00Z');
  const early = of('2026-02-16T16:00:00Z');
  const same = of('2026-02-20T00:00:00Z');
  const outside = [of('2026-01-31T15:59:59Z'), of('2026-04-10T00:00:00Z')];
  const marks = marksOn(points, ms('2026-04-10T00:00:00Z'), [late, early, ...outside, same]);
  expect(marks).toEqual([
    { index: 0, annotations: [early, same] },
    { index: 2, annotations: [late] },
  ]);
  expect(marksOn([], ms('2026-04-10T00:00:00Z'), [late])).toEqual([]);
});
