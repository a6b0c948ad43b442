/** The charts of the dashboard's pages: from rows to an option. */
import { describe, expect, test } from 'vitest';
import { distributionOption } from './distribution.ts';
import { funnelOption } from './funnel.ts';
import { heatOption, rhythm } from './heat.ts';
import { multiplesOption, multiplesSize } from './multiples.ts';
import type { Palette } from './palette.ts';
import { chartSvg } from './svg.ts';

const palette: Palette = {
  ink: '#111',
  quiet: '#777',
  line: '#eee',
  surface: '#fff',
  accent: '#06c',
  accentSoft: '#def',
  scale: ['#def', '#8bd', '#06c'],
  font: 'sans-serif',
};
const size = { width: 600, height: 300 };
const hostile = '<img src=x onerror=alert(1)>';

describe('distribution', () => {
  const input = {
    buckets: [
      { fromHours: 0, toHours: 24, count: 3 },
      { fromHours: 24, toHours: 72, count: 5 },
      { fromHours: 72, toHours: null, count: 1 },
    ],
    label: '办结用时',
    name: ({ fromHours }: { fromHours: number }) => `${fromHours} 起`,
    full: String,
    marks: [
      { hours: 24, word: '中位' },
      { hours: 500, word: '九成' },
      { hours: null, word: '没有' },
    ],
  };

  test('a bar a bucket; what is marked stands at the bucket that holds it', () => {
    expect(distributionOption(input, palette)).toMatchObject({
      xAxis: { data: ['0 起', '24 起', '72 起'] },
      series: [{ data: [3, 5, 1], markLine: { data: [{ xAxis: 1 }, { xAxis: 2 }] } }],
    });
  });
});

test('funnel: steps in order, with what is said of each', () => {
  const steps = [
    { name: '提交', count: 10, said: '10' },
    { name: hostile, count: null, said: '无数据' },
  ];
  const option = funnelOption({ steps, label: '漏斗' }, palette);
  expect(option).toMatchObject({
    yAxis: { inverse: true, data: ['提交', hostile] },
    series: [{ data: [10, 0] }],
  });
  const svg = chartSvg(option, size);
  expect(svg).toContain('无数据');
  expect(svg).not.toContain('<img');
});

describe('rhythm', () => {
  test('hours of the week in Beijing, the mean of each; silence is no zero', () => {
    const cells = rhythm([
      // Sunday 16:00 in UTC is Monday 00:00 in Beijing.
      { at: '2026-11-22T16:00:00Z', value: 2 },
      { at: '2026-11-29T16:00:00Z', value: 4 },
      { at: '2026-11-29T17:00:00Z', value: 0 },
      { at: '2026-11-29T15:00:00Z', value: null },
    ]);
    expect(cells[0]?.slice(0, 3)).toEqual([3, 0, null]);
    expect(cells[6]?.[23]).toBeNull();
    expect(cells).toHaveLength(7);
  });

  test('a cell an hour, in steps of as many cells, nothing in the lightest', () => {
    const at = (hour: number) => `2026-11-22T${16 + hour}:00:00Z`;
    const cells = rhythm([1, 2, 3, 1000, 0].map((value, hour) => ({ at: at(hour), value })));
    const days = ['一', '二', '三', '四', '五', '六', '日'];
    const option = heatOption({ cells, label: '', days, hour: String, full: String }, palette);
    expect(option).toMatchObject({
      yAxis: { data: days },
      visualMap: {
        pieces: [
          { lt: 1, color: '#def' },
          { gte: 1, lt: 3 },
          { gte: 3, color: '#06c' },
        ],
      },
    });
    expect(chartSvg(option, size)).toContain('#06c');
  });
});

describe('side by side', () => {
  const multiples = ['武汉', '宜昌', '襄阳'].map((name, index) => ({
    name,
    said: `${index}`,
    points: [
      { at: '2026-11-01', value: index },
      { at: '2026-11-02', value: null },
    ],
  }));
  const input = { multiples, columns: 2, day: String, full: String, fromZero: true };

  test('one scale for all, a gap where there is no value', () => {
    expect(multiplesOption(input, palette)).toMatchObject({
      yAxis: [{ min: 0, max: 2 }, { max: 2 }, { max: 2 }],
      series: [{ data: [0, '-'], xAxisIndex: 0 }, {}, { data: [2, '-'], yAxisIndex: 2 }],
      grid: [{ left: '0.5%' }, { left: '50.5%' }, { left: '0.5%' }],
    });
  });

  test('or a scale each', () => {
    const [first] = multiplesOption({ ...input, ownScale: true }, palette).yAxis as object[];
    expect(first).not.toHaveProperty('max');
  });

  test('as high as its rows', () => {
    expect(multiplesSize(3, 2)).toBe(2 * multiplesSize(1, 2));
    expect(multiplesSize(0, 2)).toBeGreaterThan(0);
  });
});
