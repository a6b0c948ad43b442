import { expect, test } from 'vitest';
import { framed } from './frame.ts';

const palette = {
  ink: '#111',
  quiet: '#777',
  line: '#eee',
  surface: '#fff',
  accent: '#06c',
  accentSoft: '#def',
  scale: ['#def', '#06c'],
  font: "'Noto Sans'",
};
const drawn = { svg: '<svg width="300" height="100"/>', width: 300, height: 100 };
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);

test('a picture says above it what it is, and below it what its colours mean, of when it is and whose', () => {
  const legend = [{ colour: '#06c', name: '100 及以上' }];
  const frame = { title: '办结（件）', about: ['湖北工会一张网', '截至 9:00'], palette };
  const { svg, width, height } = framed({ ...drawn, legend, caption: '示意图' }, frame);
  expect(textsOf(svg)).toEqual([
    '办结（件）',
    '100 及以上',
    '示意图',
    '湖北工会一张网',
    '截至 9:00',
  ]);
  expect(svg).toContain(drawn.svg);
  expect(svg).toContain('fill="#06c"');
  expect(width).toBeGreaterThan(drawn.width);
  expect(height).toBeGreaterThan(drawn.height + 4 * 16);
});

test('what is longer than the picture is wide goes on in the next line', () => {
  const long = '求助'.repeat(30);
  const lines = textsOf(framed(drawn, { title: '', about: [long], palette }).svg);
  expect(lines.join('')).toBe(long);
  // 300 pixels, of 12 each.
  for (const line of lines) expect(line?.length).toBeLessThanOrEqual(25);
});

test('a hostile title is text, and what no XML may have is left out', () => {
  const { svg } = framed(drawn, { title: '<script>"&\u0000\uFFFE', about: [], palette });
  expect(textsOf(svg)).toEqual(['&lt;script&gt;&quot;&amp;']);
});
