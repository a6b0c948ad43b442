import { expect, test } from 'vitest';
import type { RankingGroup, RankingRow } from './api/ranking.ts';
import { lastMonth, outOf, reach, shownGroup, splitRows } from './ranking.ts';

const row = (platform: string, rank: number | null, score: number | null): RankingRow => ({
  platform,
  name: platform,
  nameEn: platform,
  rank,
  previousRank: null,
  movement: null,
  score,
  reason: rank === null ? 'BELOW_MINIMUM' : null,
  note: null,
  noteEn: null,
  parts: [],
});
const group = (peers: string, rows: RankingRow[]): RankingGroup => ({
  peers,
  rows,
  ranked: rows.filter(({ rank }) => rank !== null).length,
});

test('who has no rank stands apart, not last', () => {
  const { ranked, unranked } = splitRows({ rows: [row('a', 1, 9), row('b', null, null)] });
  expect(ranked.map(({ platform }) => platform)).toEqual(['a']);
  expect(unranked.map(({ platform }) => platform)).toEqual(['b']);
});

test('the group shown is the chosen one, else that with most to show', () => {
  const none = group('PROVINCE', [row('p', null, null)]);
  const cities = group('CITY', [row('a', 1, 9), row('b', 2, 3)]);
  const counties = group('COUNTY', [row('c', null, null), row('d', null, null)]);
  expect(shownGroup([none, cities, counties], 'COUNTY')).toBe(counties);
  expect(shownGroup([none, cities, counties], '')).toBe(cities);
  expect(shownGroup([none, counties], 'ZONE')).toBe(counties);
  expect(shownGroup([], 'CITY')).toBeUndefined();
});

test('bars end at 100 where the formula does, else at the highest', () => {
  const rows = [row('a', 1, 400), row('b', 2, 100)];
  expect(reach(100, rows, null)).toBe(0.25);
  expect(reach(80, rows, 100)).toBe(0.8);
  expect(reach(null, rows, 100)).toBe(0);
  expect(reach(5, [], null)).toBe(0);
});

test('what a formula is out of', () => {
  const part = {
    per: null,
    times: null,
    perMinimum: null,
    sample: null,
    sampleEn: null,
    minimum: null,
    z: null,
    prior: null,
    from: null,
    to: null,
    lessIsBetter: null,
  };
  const parts = [0.3, 0.25, 0.15, 0.1, 0.12, 0.08].map((weight) => ({
    ...part,
    metric: 'm',
    weight,
    scale: 'PERCENTILE',
  }));
  expect(outOf(parts)).toBe(100);
  expect(outOf([{ ...part, metric: 'reads', weight: 1, scale: 'RAW' }])).toBeNull();
});

test('the month before, as Beijing counts', () => {
  expect(lastMonth(Date.parse('2026-11-30T10:00:00Z'))).toBe('2026-10');
  // It is December there already.
  expect(lastMonth(Date.parse('2026-11-30T16:30:00Z'))).toBe('2026-11');
  expect(lastMonth(Date.parse('2027-01-05T00:00:00Z'))).toBe('2026-12');
});
