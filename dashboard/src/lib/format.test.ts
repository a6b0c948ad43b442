import { describe, expect, test } from 'vitest';
import { messages } from '../messages/every.ts';
import { Format, withinQuotes } from './format.ts';

const now = () => Date.parse('2026-11-30T12:00:00Z');
const zh = new Format('zh', messages.zh, now);
const en = new Format('en', messages.en, now);
const percent = { unit: '%', unitEn: '%' };
const pieces = { unit: '件', unitEn: 'requests' };

test('from a day to a day, the last one in it; within a day with the time', () => {
  const day = '2026-09-30T16:00:00Z';
  expect(zh.range(day, '2026-10-29T16:00:00Z')).toBe('10/1 – 10/29');
  expect(en.range(day, '2026-10-29T16:00:00Z')).toBe('1 Oct – 29 Oct');
  expect(zh.range(day, '2026-10-01T16:00:00Z')).toBe('10/1');
  expect(zh.range(day, '2026-10-01T04:30:00Z')).toBe('10/1 – 10/1 12:30');
  expect(zh.range('2025-09-30T16:00:00Z', '2025-10-29T16:00:00Z')).toBe('2025/10/1 – 2025/10/29');
  expect(zh.range('2026-10-01T04:30:00Z', '2026-10-01T16:00:00Z')).toBe('10/1 12:30 – 10/2 00:00');
});

describe('numbers', () => {
  test('large ones in 万 and 亿', () => {
    expect([1289, 56_340, 156_340, 123_456_789].map((n) => zh.number(n))).toEqual([
      '1,289',
      '56,340',
      '15.63万',
      '1.235亿',
    ]);
    expect(zh.exact(156_340)).toBe('156,340');
    expect([5000, 15_000, 1_210_500].map((n) => zh.short(n))).toEqual([
      '5,000',
      '1.5万',
      '121.05万',
    ]);
  });

  test('shares in percent, the rest with its unit', () => {
    expect(zh.withUnit(0.9123, percent)).toBe('91.2%');
    expect(zh.withUnit(1289, pieces)).toBe('1,289 件');
    expect(en.withUnit(1289, pieces)).toBe('1,289 requests');
    expect(en.withUnit(1, pieces)).toBe('1 request');
    expect(en.withUnit(1, { unit: '人', unitEn: 'people' })).toBe('1 person');
    expect(en.withUnit(0.01, percent)).toBe('1%');
  });

  test('a change has its sign', () => {
    expect([0.1234, -0.02, 0].map((n) => zh.change(n))).toEqual(['+12.3%', '-2%', '0%']);
    expect(zh.change(569)).toBe('>+999%');
  });
});

describe('times', () => {
  test('are Beijing time, whatever the machine says', () => {
    expect(zh.clock('2026-11-24T16:03:22Z')).toBe('00:03:22');
    expect(zh.day('2026-11-24T16:00:00Z')).toBe('11/25');
    expect(zh.date('2016-08-31')).toBe('2016年8月31日');
    expect(en.date('2016-08-31')).toBe('31 Aug 2016');
  });

  test('of another year say which, as Beijing has it', () => {
    expect(zh.moment('2026-01-01T00:03:00Z')).toBe('1/1 08:03');
    expect(zh.moment('2025-12-31T15:59:00Z')).toBe('2025/12/31 23:59');
    expect(zh.moment('2025-12-31T16:00:00Z')).toBe('1/1 00:00');
    expect(en.day('2025-11-24T15:00:00Z')).toBe('24 Nov 2025');
    expect(zh.recent('2025-11-30T12:00:00Z', now())).toBe('2025/11/30 20:00');
    expect(zh.recent('2026-11-30T11:00:00Z', now())).toBe('19:00:00');
  });

  test('ages and durations in one unit', () => {
    const then = Date.parse('2026-11-24T16:00:00Z');
    expect(zh.age('2026-11-24T15:59:58Z', then)).toBe('刚刚');
    expect(zh.age('2026-11-24T15:58:00Z', then)).toBe('2 分钟前');
    expect(en.age('2026-11-22T16:00:00Z', then)).toBe('2 d ago');
    expect(zh.duration(95)).toBe('1.6 分钟');
  });
});

describe('words around', () => {
  test('names and asides in the language’s own punctuation', () => {
    expect(zh.names(['武汉', '宜昌'])).toBe('武汉、宜昌');
    expect(en.aside('Resolved', 'requests')).toBe('Resolved (requests)');
    expect(zh.aside('办结', '')).toBe('办结');
    expect(withinQuotes('“湖北工会”微信公众号')).toBe('‘湖北工会’微信公众号');
  });
});
