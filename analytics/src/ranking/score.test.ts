/** Ranks from figures: the formulas worked by hand, who is not ranked and why, and what no figures may do. Long, because it tries every rule of scoring. */
import { describe, expect, test } from 'vitest';
import { formulas } from './formula.ts';
import type { Formula } from './formula.ts';
import { noteOf } from './note.ts';
import { wilsonLower } from './scale.ts';
import { scoredGroups } from './score.ts';
import type { Candidate, ScoredRow } from './score.ts';

const [v1, v2] = formulas as [Formula, Formula];
const kinds = ['PROVINCE', 'CITY', 'ENTERPRISE'];
const modules = ['requests', 'members', 'content'];
const good = {
  onTimeRate: 0.9,
  endedWithDeadline: 100,
  satisfaction: 4,
  ratingsGiven: 20,
  resolveHoursMedian: 24,
  resolvedWithDuration: 90,
  signUps: 50,
  reads: 800,
  likes: 60,
  members: 10_000,
};

function city(
  platform: string,
  figures: Partial<Record<keyof typeof good, number | null>> = {},
  of: Partial<Candidate> = {},
): Candidate {
  const all = Object.entries({ ...good, ...figures });
  return {
    platform,
    name: platform,
    nameEn: platform,
    peers: 'CITY',
    absent: undefined,
    modules,
    figures: new Map(all),
    ...of,
  };
}

function rows(formula: Formula, candidates: readonly Candidate[]): readonly ScoredRow[] {
  return scoredGroups(formula, candidates, kinds).flatMap((group) => group.rows);
}

const told = ({ platform, rank, score }: ScoredRow) => [platform, rank, score];

describe('v1, clicks and likes', () => {
  test('adds them, and equal sums share a rank', () => {
    const found = rows(v1, [
      city('A', { reads: 5, likes: 1 }),
      city('B', { reads: 4, likes: 3 }),
      city('C', { reads: 6, likes: 0 }),
      city('D', { reads: 0, likes: 0 }),
    ]);
    expect(found.map(told)).toEqual([
      ['B', 1, 7],
      ['A', 2, 6],
      ['C', 2, 6],
      ['D', 4, 0],
    ]);
    expect(found[0]?.parts).toMatchObject([
      { metric: 'reads', value: 4, normalised: 4, weight: 1, contribution: 4, reason: null },
      { metric: 'likes', value: 3, contribution: 3 },
    ]);
  });
});

describe('v2, normalised', () => {
  test('worked by hand: every part, and the parts give the score', () => {
    const [first, second] = rows(v2, [
      city('A'),
      city('B', { onTimeRate: 0.5, satisfaction: 3, ratingsGiven: 60, reads: 900 }),
    ]);
    // The peers' mean is (4 × 20 + 3 × 60) ÷ 80 = 3.25; A's 20 ratings weigh as much as it.
    expect(first?.parts.map(({ metric, normalised }) => [metric, normalised])).toEqual([
      // (0.9 + 1.96²÷200 − 1.96 × √(0.09÷100 + 1.96²÷40000)) ÷ (1 + 1.96²÷100) = 0.825633
      ['onTimeRate', 82.5633],
      ['satisfaction', ((4 + 3.25) / 2 - 1) * 25],
      ['resolveHoursMedian', 50],
      ['signUps', 50],
      ['reads', 0],
      ['likes', 50],
    ]);
    expect(second?.parts.find(({ metric }) => metric === 'satisfaction')?.normalised).toBe(
      // (3 × 60 + 3.25 × 20) ÷ 80 = 3.0625
      51.5625,
    );
    expect(first?.score).toBe(57.6752);
    expect(second?.parts.find(({ metric }) => metric === 'reads')).toEqual({
      metric: 'reads',
      value: 900,
      per: 10_000,
      rate: 900,
      sample: null,
      normalised: 100,
      weight: 0.12,
      contribution: 12,
      reason: null,
    });
    for (const row of [first, second]) {
      const sum = row?.parts.reduce((total, part) => total + (part.contribution ?? 0), 0);
      expect(sum).toBeCloseTo(row?.score ?? -1, 3);
    }
  });

  test('weights are whole, and nobody is above 100', () => {
    expect(v2.parts.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    const best = { onTimeRate: 1, endedWithDeadline: 1e9, satisfaction: 5, ratingsGiven: 1e9 };
    const found = rows(v2, [
      city('A', { ...best, resolveHoursMedian: 1, signUps: 99, reads: 9_999, likes: 999 }),
      city('B', { satisfaction: 5 }),
    ]);
    expect(found[0]?.score).toBe(100);
  });

  test('size does not count: ten times of everything is the same score but for the sample', () => {
    const scores = (times: number): unknown[] =>
      rows(v2, [
        city('A', {
          signUps: 50 * times,
          reads: 800 * times,
          likes: 60 * times,
          members: 10_000 * times,
        }),
        city('B', { signUps: 40, reads: 900, likes: 50 }),
      ]).map(told);
    expect(scores(10)).toEqual(scores(1));
  });

  test('a share of few is worth less than the same of many', () => {
    const found = rows(v2, [city('A', { endedWithDeadline: 10 }), city('B')]);
    expect(found.map(({ platform }) => platform)).toEqual(['B', 'A']);
    const bounds = [10, 100, 10_000].map((n) => wilsonLower(0.9, n, 1.96));
    expect(bounds).toEqual(bounds.toSorted((a, b) => a - b));
    expect(wilsonLower(1, 10, 1.96)).toBeCloseTo(10 / (10 + 1.96 ** 2), 12);
    // Corrections of one period that count in another give what is no share.
    expect(wilsonLower(1.2, 10, 1.96)).toBe(wilsonLower(1, 10, 1.96));
    expect(wilsonLower(-0.1, 10, 1.96)).toBe(0);
  });

  test('less time to resolve is better', () => {
    const found = rows(v2, [city('A', { resolveHoursMedian: 25 }), city('B')]);
    expect(found.map(({ platform }) => platform)).toEqual(['B', 'A']);
  });
});

describe('who is not ranked', () => {
  const cases: readonly [Candidate, string, string][] = [
    [city('X', {}, { absent: 'NOT_CONNECTED' }), 'NOT_CONNECTED', '平台尚未接入。'],
    [city('X', {}, { absent: 'FEED_BEHIND' }), 'FEED_BEHIND', '期内数据尚未到齐。'],
    [
      city('X', { endedWithDeadline: 9, ratingsGiven: 0 }),
      'BELOW_MINIMUM',
      '按期办结率：有期限的办结 9件，至少 10件；满意度：评价 0件，至少 5件。',
    ],
    [
      city('X', { members: 99 }),
      'BELOW_MINIMUM',
      '新入会：网上会员 99人，至少 100人；阅读：网上会员 99人，至少 100人；点赞：网上会员 99人，至少 100人。',
    ],
    [
      city('X', { ratingsGiven: 0 }, { modules: ['requests', 'members'] }),
      'NOT_OFFERED',
      '阅读：平台未提供；点赞：平台未提供。',
    ],
    [city('X', { resolveHoursMedian: null }), 'NO_VALUE', '办结时长（中位）：期内没有。'],
  ];
  test.for(cases)('%o', ([candidate, reason, note]) => {
    const found = rows(v2, [candidate, city('A'), city('B', { reads: 900 })]);
    const row = found.find(({ platform }) => platform === 'X');
    expect(row).toMatchObject({ rank: null, score: null, reason });
    expect(row && noteOf(v2, row).note).toBe(note);
    expect(row && noteOf(v2, row).noteEn).toMatch(/^[\w ,:;-]+\.$/);
    // It is after the others, and no part of what they are compared with.
    expect(found.at(-1)).toBe(row);
    expect(found.slice(0, 2)).toEqual(rows(v2, [city('A'), city('B', { reads: 900 })]));
  });

  test('the reasons that are told are the gravest', () => {
    const candidate = city('X', { members: 0 }, { modules: ['requests', 'members'] });
    const [row] = rows(v2, [candidate]);
    expect(row?.reason).toBe('NOT_OFFERED');
    expect(row?.parts.map(({ reason }) => reason)).toEqual([
      null,
      null,
      null,
      'BELOW_MINIMUM',
      'NOT_OFFERED',
      'NOT_OFFERED',
    ]);
  });

  test('whoever stands alone, though others are ranked', () => {
    const works = city('WISCO', {}, { peers: 'ENTERPRISE' });
    const groups = scoredGroups(v2, [works, city('B'), city('A')], kinds);
    expect(groups.map(({ peers, ranked }) => [peers, ranked])).toEqual([
      ['CITY', 2],
      ['ENTERPRISE', 0],
    ]);
    expect(groups[1]?.rows).toMatchObject([{ platform: 'WISCO', rank: null, reason: 'NO_PEERS' }]);
  });
});

test('the order in which platforms are given changes nothing', () => {
  const given = ['C', 'A', 'B', 'D'].map((code, i) => city(code, { reads: 800 + (i % 2) }));
  expect(rows(v2, given)).toEqual(rows(v2, given.toReversed()));
  expect(rows(v2, given).map(({ platform, rank }) => [platform, rank])).toEqual([
    ['A', 1],
    ['D', 1],
    ['B', 3],
    ['C', 3],
  ]);
});

test('who does better in anything ranks no worse for it, in any company', () => {
  const pick = random(7);
  const better: Readonly<Record<string, number>> = {
    onTimeRate: 0.05,
    satisfaction: 0.2,
    resolveHoursMedian: -3,
    signUps: 4,
    reads: 120,
    likes: 9,
  };
  const names = Object.keys(better) as (keyof typeof good)[];
  for (let round = 0; round < 300; round++) {
    const figures = Array.from({ length: 2 + pick(8) }, () => ({
      onTimeRate: pick(19) / 20,
      endedWithDeadline: 10 + pick(200),
      satisfaction: 1 + pick(38) / 10,
      ratingsGiven: 5 + pick(100),
      resolveHoursMedian: 4 + pick(60),
      signUps: pick(20),
      reads: pick(900),
      likes: pick(60),
      members: 100 + pick(5_000),
    }));
    const rankOf = (own: (typeof figures)[number] | undefined) =>
      rows(
        v2,
        figures.map((each, i) => city(`P${i}`, i === 0 ? own : each)),
      ).find(({ platform }) => platform === 'P0')?.rank ?? 0;
    const [own] = figures;
    const name = names[pick(names.length)] ?? 'reads';
    const then = { ...good, ...own, [name]: (own?.[name as 'reads'] ?? 0) + (better[name] ?? 0) };
    expect(rankOf(own)).toBeGreaterThan(0);
    expect(rankOf(then), `${name} in round ${round}`).toBeLessThanOrEqual(rankOf(own));
  }
});

/** A small generator: the same numbers every time. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * below);
  };
}
