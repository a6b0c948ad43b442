import { expect, test } from 'vitest';
import type { FeedStatus } from '../api/health.ts';
import type { FeedEvent, LiveSnapshot } from '../api/live.ts';
import { withChange, withSnapshot } from './picture.ts';

const event = (sequence: number): FeedEvent => ({
  platform: '420100',
  type: 'onenet.article.read',
  time: '2026-03-01T00:00:00Z',
  sequence: String(sequence),
  place: null,
  category: null,
  channel: null,
  simulated: false,
  count: 1,
});
const feed = (platform: string, state: string): FeedStatus => ({
  platform,
  state,
  sequence: '1',
  lastSequence: '1',
  pending: 0,
  completeTo: null,
  seenAt: null,
  lagSeconds: 0,
  rejected: 0,
  contiguous: true,
  waitingFor: null,
});
const snapshot: LiveSnapshot = {
  asOf: '2026-03-01T00:00:00Z',
  events: [event(2), event(1)],
  totals: [
    { metric: 'signUps', value: 3 },
    { metric: 'requestsBacklog', value: 5 },
    { metric: 'engagement', value: null },
  ],
  feeds: [feed('420100', 'OK'), feed('420500', 'OK')],
};

test('a change leaves as it was what it does not name', () => {
  const first = withSnapshot(undefined, snapshot);
  const next = withChange(first, {
    asOf: '2026-03-01T00:00:01Z',
    events: [event(3)],
    totals: [{ metric: 'signUps', value: 4 }],
    feeds: [feed('420500', 'BROKEN')],
    gone: null,
  });
  expect(next.asOf).toBe('2026-03-01T00:00:01Z');
  expect(next.events.map(({ sequence }) => sequence)).toEqual(['3', '2', '1']);
  expect(Object.fromEntries(next.values)).toEqual({ signUps: 4, requestsBacklog: 5 });
  expect(next.feeds.map(({ platform, state }) => [platform, state])).toEqual([
    ['420100', 'OK'],
    ['420500', 'BROKEN'],
  ]);
  // What is known already is not changed under whoever shows it.
  expect(first.values.get('signUps')).toBe(3);
});

test('a figure that is lost, and an owner that left, are not shown any longer', () => {
  const next = withChange(withSnapshot(undefined, snapshot), {
    asOf: snapshot.asOf,
    events: null,
    totals: [{ metric: 'signUps', value: null }],
    feeds: null,
    gone: ['420500'],
  });
  expect([...next.values.keys()]).toEqual(['requestsBacklog']);
  expect(next.feeds.map(({ platform }) => platform)).toEqual(['420100']);
});

test('a snapshot after a break repeats no event, and takes no older one away', () => {
  const known = withSnapshot(undefined, snapshot);
  const again = withSnapshot(known, { ...snapshot, events: [event(4), event(3), event(2)] });
  expect(again.events.map(({ sequence }) => sequence)).toEqual(['4', '3', '2', '1']);
});
