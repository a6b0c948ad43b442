import { expect, test } from 'vitest';
import { askedOf, placeOf, wholeOnWall } from './asked.ts';

const asked = (search: string) => askedOf(new URLSearchParams(search), '/');

test('an address that says nothing asks for today, of all', () => {
  expect(asked('')).toEqual({ period: 'TODAY', compareWith: 'PREVIOUS_PERIOD' });
});

test('filters and the state that is meant', () => {
  const search = 'period=QUARTER&compare=YEAR_AGO&place=420500&platform=420500&category=WAGES';
  expect(asked(`${search}&channel=WECHAT&asOf=token`)).toEqual({
    period: 'QUARTER',
    compareWith: 'YEAR_AGO',
    place: '420500',
    platforms: ['420500'],
    categories: ['WAGES'],
    channels: ['WECHAT'],
    state: 'token',
  });
});

test('a period of one’s own ends with its last day', () => {
  expect(asked('period=CUSTOM&from=2026-01-01&to=2026-02-28')).toMatchObject({
    period: 'CUSTOM',
    from: '2026-01-01',
    to: '2026-03-01',
  });
});

test.each(['', '&from=2026-02-01&to=2026-01-31', '&from=2026-02-30&to=2026-03-01', '&from=1&to=2'])(
  'days that are none (%s) ask for no period of one’s own',
  (days) => {
    expect(asked(`period=CUSTOM${days}`)).toEqual(asked(''));
  },
);

test('a wall is of a county at least, and tells apart cities and counties alone', () => {
  const search = new URLSearchParams('place=420102002003&compare=NONE');
  expect(askedOf(search, '/')).toMatchObject({ place: '420102002003' });
  expect(askedOf(search, '/wall')).toMatchObject({ place: '420102' });
  expect(placeOf(search, '/wall')).toBe('420102');
  expect(askedOf(new URLSearchParams('place=420500'), '/wall')).toMatchObject({ place: '420500' });
  expect(askedOf(new URLSearchParams(''), '/wall')).not.toHaveProperty('place');
  // By place, a city has counties, and a county or a direct city only what is below the county.
  expect(['', '420000', '420500', '420102', '429004'].map(wholeOnWall)).toEqual([
    '420000',
    '420000',
    '420500',
    '420100',
    '420000',
  ]);
});
