/** What is said of a figure, rule by rule: what a brief of this version said once it must say again. */
import { expect, test } from 'vitest';
import { knownMetric } from '../known.ts';
import type { BriefFigure, BriefMetric } from './brief.ts';
import { Sentences } from './sentences.ts';

const zh = new Sentences('zh');
const en = new Sentences('en');

function figure(metric: string, of: Partial<BriefFigure>): readonly [BriefFigure, BriefMetric] {
  const none = { value: null, before: null, yearAgo: null, samples: null, upperBound: false };
  return [{ metric, ...none, ...of }, knownMetric(metric)];
}

const enough = { now: 40, before: 40, yearAgo: 40 };

test.each([
  [
    'a count that is good when it grows',
    'signUps',
    { value: 112, before: 100, yearAgo: 120 },
    '新入会112人，环比增长12%，同比下降6.7%',
  ],
  [
    'one that is good when it falls',
    'requestsBacklog',
    { value: 90, before: 100, yearAgo: 80 },
    '在办求助90件，环比减少10%，同比增加12.5%',
  ],
  [
    'one that is neither',
    'requestsSubmitted',
    { value: 100, before: 100, yearAgo: 50 },
    '求助提交100件，环比持平，同比增加100%',
  ],
  [
    'a share: points',
    'onTimeRate',
    { value: 0.912, before: 0.9, yearAgo: 0.95, samples: enough },
    '按期办结率91.2%，环比提高1.2个百分点，同比降低3.8个百分点',
  ],
  [
    'a time: longer and shorter',
    'resolveHoursMedian',
    { value: 10, before: 12.5, yearAgo: 9, samples: enough },
    '办结时长（中位）10小时，环比缩短2.5小时，同比延长1小时',
  ],
  [
    'a mean',
    'satisfaction',
    { value: 4.5, before: 4.52, yearAgo: 4.2, samples: enough },
    '满意度4.5分，环比持平，同比提高0.3分',
  ],
  [
    'a base that is too small',
    'signUps',
    { value: 30, before: 2, yearAgo: 0 },
    '新入会30人，环比、同比基数过小，不计变化',
  ],
  [
    'what grew beyond saying',
    'reads',
    { value: 900, before: 10, yearAgo: null },
    '阅读900人次，环比增长超过999%',
  ],
  ['what is below zero', 'aidAmount', { value: -5, before: 20, yearAgo: 30 }, '帮扶金额-5元'],
  [
    'a stock from zero',
    'members',
    { value: 30, before: 0, yearAgo: null },
    '网上会员30人，环比基数为零，不计变化',
  ],
  [
    'too small a sample: no judgement',
    'onTimeRate',
    { value: 0.5, before: 0.9, yearAgo: 0.9, samples: { now: 4, before: 50, yearAgo: 50 } },
    '按期办结率50%（样本4，不足10，不作比较）',
  ],
  [
    'too small a sample then',
    'onTimeRate',
    { value: 0.5, before: 0.9, yearAgo: null, samples: { now: 40, before: 3, yearAgo: 0 } },
    '按期办结率50%，环比样本过小，不作比较',
  ],
  ['nothing to compare with', 'reads', { value: 12 }, '阅读12人次'],
  ['nothing at all: no zero', 'satisfaction', {}, '满意度期内没有可计算的数据'],
  ['an upper bound', 'activePeople', { value: 12, upperBound: true }, '活跃人数至多12人'],
] as const)('%s', (_name, metric, of, said) => {
  expect(zh.figure(...figure(metric, of))).toBe(said);
});

test('the same in English', () => {
  expect(en.figure(...figure('requestsBacklog', { value: 90, before: 100, yearAgo: 80 }))).toBe(
    'Open requests: 90 requests, down 10% on the period before, up 12.5% on a year ago',
  );
  const few = { value: 0.5, samples: { now: 4, before: 50, yearAgo: 50 } };
  expect(en.figure(...figure('onTimeRate', few))).toBe(
    'On-time rate: 50% (of 4, fewer than 10: not compared)',
  );
});

test('the summary names what is better and what is worse by its direction, and only what is known', () => {
  const figures = [
    figure('requestsBacklog', { value: 80, before: 100 }),
    figure('signUps', { value: 80, before: 100 }),
    // No direction, too little, too few: not weighed.
    figure('requestsSubmitted', { value: 200, before: 100 }),
    figure('reads', { value: 102, before: 100 }),
    figure('shares', { value: 50, before: 3 }),
    figure('onTimeRate', { value: 0.2, before: 0.9, samples: { now: 2, before: 90, yearAgo: 0 } }),
  ];
  expect(zh.summary(figures)).toEqual([
    '与上期相比，向好的指标有：在办求助。',
    '与上期相比，需留意的指标有：新入会。',
  ]);
  expect(zh.summary(figures.slice(3, 4))).toEqual(['与上期相比，可比的主要指标变化均不大。']);
  expect(zh.summary(figures.slice(4))).toEqual([]);
});
