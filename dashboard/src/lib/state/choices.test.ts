import { describe, expect, test } from 'vitest';
import { choose, withChoices } from './choices.ts';

describe('choices in the address', () => {
  test('what is not on offer becomes the default', () => {
    expect(choose('WEEK', ['TODAY', 'WEEK'])).toBe('WEEK');
    expect(choose('CENTURY', ['TODAY', 'WEEK'])).toBe('TODAY');
    expect(choose(null, ['TODAY', 'WEEK'])).toBe('TODAY');
  });

  test('a default is left out, the rest is kept', () => {
    const defaults = { period: 'TODAY', lang: 'zh' };
    expect(withChoices('?lang=en', { period: 'WEEK' }, defaults)).toBe('?lang=en&period=WEEK');
    expect(withChoices('?lang=en&period=WEEK', { period: 'TODAY' }, defaults)).toBe('?lang=en');
    expect(withChoices('?period=WEEK', { period: 'TODAY' }, defaults)).toBe('');
  });
});
