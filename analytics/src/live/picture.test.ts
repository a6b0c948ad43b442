/** What is told: snapshot and changes always come to the same. */
import { expect, test } from 'vitest';
import type { FeedStatus } from '../ingest/status.ts';
import type { ShownEvent } from '../recent.ts';
import { newestTold } from '../ingest/news.ts';
import { changeOf, nothingYet, withChange } from './picture.ts';
import type { Picture } from './picture.ts';

const feed: FeedStatus = {
  platform: '420100',
  state: 'OK',
  epoch: 1,
  sequence: '7',
  lastSequence: '7',
  pending: 0,
  completeTo: '2026-03-01T00:00:00.000Z',
  seenAt: '2026-03-01T00:00:00.000Z',
  lagSeconds: 0,
  head: null,
  rejected: 0,
  contiguous: true,
  waitingFor: null,
  waitingSince: null,
};
const picture: Picture = {
  asOf: '2026-03-01T00:00:00.000Z',
  events: [],
  totals: [
    { metric: 'signUps', value: 3 },
    { metric: 'requestsResolved', value: null },
  ],
  feeds: [feed, { ...feed, platform: '420500' }],
};

test('only what changed is told, and a figure that is lost is told as null', () => {
  expect(changeOf(nothingYet, picture, false)).toEqual({
    asOf: picture.asOf,
    totals: picture.totals,
    feeds: picture.feeds,
  });
  expect(changeOf(picture, picture, true)).toBeUndefined();
  const totals = [
    { metric: 'signUps', value: null },
    { metric: 'requestsResolved', value: null },
  ];
  expect(changeOf(picture, { ...picture, totals }, false)).toEqual({
    asOf: picture.asOf,
    totals: [{ metric: 'signUps', value: null }],
  });
});

test('a feed in trouble is told at once, its progress now and then, and an owner that left', () => {
  const moved = { ...feed, sequence: '9', seenAt: '2026-03-01T00:00:01.000Z' };
  const broken = { ...moved, state: 'BROKEN' as const };
  const asOf = '2026-03-01T00:00:01.000Z';
  const later = (feeds: readonly FeedStatus[]): Picture => ({ ...picture, asOf, feeds });
  const [, yichang] = picture.feeds;
  expect(yichang).toBeDefined();
  if (!yichang) return;
  expect(changeOf(picture, later([moved, yichang]), false)).toBeUndefined();
  expect(changeOf(picture, later([moved, yichang]), true)).toEqual({ asOf, feeds: [moved] });
  expect(changeOf(picture, later([broken, yichang]), false)).toEqual({ asOf, feeds: [broken] });
  expect(changeOf(picture, later([feed]), false)).toEqual({ asOf, gone: ['420500'] });
});

test('who follows the changes knows what who comes later is told', () => {
  let told = nothingYet;
  let followed = nothingYet;
  for (let n = 1; n <= 200; n++) {
    const now = pictureAt(n);
    const change = changeOf(told, now, n % 20 === 0);
    if (!change) continue;
    told = withChange(told, change);
    followed = withChange(followed, structuredClone(change));
    expect(followed).toEqual(told);
    expect(told.totals).toEqual(now.totals);
    expect(new Set(told.feeds.map(({ platform, state }) => `${platform} ${state}`))).toEqual(
      new Set(now.feeds.map(({ platform, state }) => `${platform} ${state}`)),
    );
    expect(told.events.length).toBeLessThanOrEqual(newestTold);
  }
  expect(told.events.at(0)?.sequence).toBe('200');
});

/** Owners come and go, feeds break and heal, figures rise and are lost. */
function pictureAt(n: number): Picture {
  const event = { platform: '420100', type: 'x', sequence: String(n) } as ShownEvent;
  const feeds = ['420100', '420500', '420600'].slice(0, 1 + (Math.floor(n / 30) % 3));
  return {
    asOf: new Date(n * 1000).toISOString(),
    events: [event],
    totals: [
      { metric: 'signUps', value: Math.floor(n / 3) },
      { metric: 'requestsResolved', value: n % 50 === 0 ? null : 1 },
    ],
    feeds: feeds.map((platform) => ({
      ...feed,
      platform,
      sequence: String(n),
      state: n % 7 === 0 ? 'BROKEN' : 'OK',
    })),
  };
}
