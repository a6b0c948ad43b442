import { OperationTypeNode } from 'graphql';
import { expect, test } from 'vitest';
import { entriesOf, ownersOf, type Use } from './use.ts';

const same: Omit<Use, 'at'> = {
  document: 'd1',
  name: 'Requests',
  kind: OperationTypeNode.QUERY,
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
  const call = { kind: 'gather', durationMs: 1, bytes: 1 } as const;
  expect(
    ownersOf([
      { ...call, platform: 'A', outcome: 'OK' },
      { ...call, platform: 'A', outcome: 'TIMEOUT' },
      { ...call, platform: 'B', outcome: 'OK' },
    ]),
  ).toEqual([
    { platform: 'A', calls: 2, failed: 1 },
    { platform: 'B', calls: 1, failed: 0 },
  ]);
});
