import { expect, test } from 'vitest';
import { isStale, slideAfter, slides, stayMs, staleAfterMs } from './turns.ts';

test('pages follow each other round and round, both ways', () => {
  expect(slides.map((slide) => slideAfter(slide, 1))).toEqual([...slides.slice(1), slides[0]]);
  expect(slideAfter('now', -1)).toBe(slides[slides.length - 1]);
  expect(slideAfter('now', slides.length * 2)).toBe('now');
});

test('how long a page stays: 20 s, or as the address says, within reason; 0 is for ever', () => {
  expect(stayMs(null)).toBe(20_000);
  expect(stayMs('45')).toBe(45_000);
  expect(stayMs('0')).toBeNull();
  expect(stayMs('1')).toBe(5_000);
  expect(stayMs('86400')).toBe(600_000);
  expect(stayMs('soon')).toBe(20_000);
  expect(stayMs('-3')).toBe(20_000);
});

test('what was heard a minute and a half ago is old, what was never heard is on its way', () => {
  expect(isStale(0, 10 * staleAfterMs)).toBe(false);
  expect(isStale(1_000, 1_000 + staleAfterMs)).toBe(false);
  expect(isStale(1_000, 1_001 + staleAfterMs)).toBe(true);
});
