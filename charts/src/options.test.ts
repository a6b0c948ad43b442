import { describe, expect, test } from 'vitest';
import { barsOption } from './bars.ts';
import { multiplesOption } from './multiples.ts';
import type { Palette } from './palette.ts';
import { sparkline } from './sparkline.ts';
import { chartSvg } from './svg.ts';
import { trendOption } from './trend.ts';

const palette: Palette = {
  ink: '#111',
  quiet: '#777',
  line: '#eee',
  surface: '#fff',
  accent: '#06c',
  accentSoft: '#def',
  scale: ['#def', '#06c'],
  font: 'sans-serif',
};

describe('trend', () => {
  const input = {
    points: [
      { at: '2026-11-22T16:00:00Z', value: 3 },
      { at: '2026-11-23T16:00:00Z', value: null },
      { at: '2026-11-24T16:00:00Z', value: 5 },
    ],
    label: '办结',
    day: (at: string) => at.slice(5, 10),
    short: String,
    full: (value: number) => `${value} 件`,
    fromZero: true,
  };

  test('one point a bucket, a gap where there is no value, the last one hollow', () => {
    const option = trendOption(input, palette);
    expect(option).toMatchObject({
      xAxis: { data: ['11-22', '11-23', '11-24'] },
      yAxis: { scale: false },
      series: [
        {
          name: '办结',
          connectNulls: false,
          data: [
            { value: 3, symbol: 'circle' },
            { value: '-', symbol: 'circle' },
            { value: 5, symbol: 'emptyCircle' },
          ],
        },
      ],
    });
  });

  test('of a period that is over the last point is like the others', () => {
    const option = trendOption({ ...input, lastIsOver: true }, palette);
    expect(option).toMatchObject({ series: [{ data: [{}, {}, { value: 5, symbol: 'circle' }] }] });
  });

  test('what happened stands over its bucket; without it there is no line', () => {
    const marked = trendOption({ ...input, marks: [{ index: 1, label: '1' }] }, palette);
    expect(marked).toMatchObject({
      series: [{ markLine: { data: [{ xAxis: 1, label: { formatter: '1' } }] } }],
    });
    expect(trendOption(input, palette).series).not.toHaveProperty('0.markLine');
  });

  test('a ratio needs neither zero nor a filled area', () => {
    const option = trendOption({ ...input, fromZero: false }, palette);
    expect(option).toMatchObject({ yAxis: { scale: true } });
    expect(option.series).not.toHaveProperty('0.areaStyle');
  });
});

test('bars: names down the side, the first on top, in the palette’s colours', () => {
  const bars = [
    { name: '工资报酬', value: 9 },
    { name: '其他', value: 2 },
  ];
  expect(barsOption({ bars, label: '类别', write: String }, palette)).toMatchObject({
    yAxis: { inverse: true, data: ['工资报酬', '其他'] },
    series: [{ data: [9, 2], itemStyle: { color: '#06c' } }],
  });
});

describe('sparkline', () => {
  test('lowest at the bottom, highest at the top, a gap where there is no value', () => {
    const points = [1, null, 3, 2].map((value, index) => ({ at: String(index), value }));
    expect(sparkline(points, 30, 10)).toEqual({ path: 'M0 10M20 0L30 5', end: { x: 30, y: 5 } });
  });

  test('nothing from one value', () => {
    expect(sparkline([{ at: '', value: 1 }], 30, 10)).toEqual({ path: '', end: null });
  });
});

describe('an SVG without a browser', () => {
  const hostile = '<script>&"欠薪';
  const bars = [
    { name: hostile, value: 1_234 },
    { name: '其他', value: 2 },
  ];
  const option = barsOption({ bars, label: '类别', write: (n) => `${n} 件` }, palette);
  const svg = chartSvg(option, { width: 600, height: 120 });

  test('says what the data says, with what is no markup made harmless', () => {
    expect(svg).toMatch(/^<svg /);
    expect(svg).toContain('1234 件</text>');
    expect(svg).toContain('其他</text>');
    expect(svg).toContain('&lt;script&gt;');
    expect(svg).not.toContain('<script');
  });

  test('leaves no half sign of a name that is cut', () => {
    const multiples = ['', 'a'].map((begin) => ({
      name: begin + '👩'.repeat(40),
      said: '1',
      points: [
        { at: '2026-03-01', value: 1 },
        { at: '2026-03-02', value: 2 },
      ],
    }));
    const input = { multiples, columns: 2, day: (at: string) => at, full: String, fromZero: true };
    const drawn = chartSvg(multiplesOption(input, palette), { width: 600, height: 92 });
    expect(drawn).toContain('👩');
    expect(drawn).not.toMatch(/\p{Surrogate}/u);
  });

  test('and draws a bar as long as its value is large', () => {
    expect(svg).toContain('fill="#06c"');
  });
});
