import { expect, test } from 'vitest';
import { entriesOf, ownersOf, type Use } from './use.ts';

const same: Omit<Use, 'at'> = {
  document: 'd1',
  name: 'Requests',
  kind: 'query',
  client: 'civil-affairs',
  result: 'OK',
  durationMs: 2,
  coordinates: ['Query.serviceRequests'],
  owners: [{ platform: '420100', calls: 1, failed: 0 }],
};

const use: Use = { at: Date.UTC(2026, 0, 1, 8, 0, 1), ...same };

test('the same within a minute is one event that says how many', () => {
  const entries = entriesOf('s', [
    use,
    { ...use, durationMs: 3, owners: [{ platform: '420100', calls: 2, failed: 1 }] },
  ]);
  expect(entries).toEqual([
    {
      _id: 's-0',
      time: new Date(use.at),
      data: {
        ...same,
        durationMs: 5,
        count: 2,
        owners: [{ platform: '420100', calls: 3, failed: 1 }],
      },
    },
  ]);
});

test.each<[string, Partial<Use>]>([
  ['minute', { at: use.at + 60_000 }],
  ['document', { document: 'd2' }],
  ['client', { client: 'taxation' }],
  ['result', { result: 'PARTIAL' }],
  ['coordinates', { coordinates: ['Query.serviceRequests', 'RequestStatus.OPEN'] }],
])('another %s is another event', (_, other) => {
  const entries = entriesOf('s', [use, { ...use, ...other }]);
  expect(entries.map(({ _id, data }) => [_id, data.count])).toEqual([
    ['s-0', 1],
    ['s-1', 1],
  ]);
});

test('calls add up by owner', () => {
  expect(
    ownersOf([
      { platform: 'A', outcome: 'OK' },
      { platform: 'A', outcome: 'TIMEOUT' },
      { platform: 'B', outcome: 'OK' },
    ]),
  ).toEqual([
    { platform: 'A', calls: 2, failed: 1 },
    { platform: 'B', calls: 1, failed: 0 },
  ]);
});

test('what is too much for a line is cut into several, and counted once', () => {
  const coordinates = Array.from({ length: 3000 }, (_, i) => `Query.field${i}`);
  const owners = Array.from({ length: 1700 }, (_, i) => ({
    platform: `P${i}`,
    calls: 1,
    failed: 0,
  }));
  const entries = entriesOf('s', [{ ...use, coordinates, owners }]);
  expect(entries.flatMap(({ data }) => data.coordinates)).toEqual(coordinates);
  expect(entries.flatMap(({ data }) => data.owners)).toEqual(owners);
  expect(entries.map(({ data }) => data.continued ?? false)).toEqual(entries.map((_, i) => i > 0));
  expect(new Set(entries.map(({ _id }) => _id)).size).toBe(entries.length);
  for (const entry of entries) expect(JSON.stringify(entry).length).toBeLessThan(60_000);
});
