import { expect, test } from 'vitest';
import type { OwnerCall } from '../context.ts';
import type { AccessData } from '@onenet/feed';
import { accessEntries, ownerAccesses, type Access } from './access.ts';

const eventsOf = (requests: readonly Access[]) =>
  accessEntries('s', requests).map(({ json, ...rest }) => ({
    ...rest,
    data: JSON.parse(json) as AccessData,
  }));

const request: Access = {
  at: Date.UTC(2026, 0, 1, 8, 0, 1),
  requestId: 'r',
  client: 'civil-affairs',
  person: null,
  roles: ['consumer'],
  purpose: null,
  operation: null,
  document: null,
  kind: null,
  coordinates: [],
  result: 'REFUSED',
  codes: ['RATE_LIMITED'],
  status: 429,
  durationMs: 1,
  owners: [],
};

test('each call by its leaf; one that was sent again by both; who was not asked for want of a grant', () => {
  const call: OwnerCall = {
    platform: 'A',
    kind: 'gather',
    outcome: 'OK',
    durationMs: 1.26,
    bytes: 1,
    status: 200,
    rows: 3,
    grant: 'g',
    leaves: ['l1', 'l2'],
  };
  const notAsked = [
    { platform: 'B', reason: 'REFUSED' },
    { platform: 'C', reason: 'NOT_CONNECTED' },
  ];
  const gathered = [{ notAsked }, { notAsked }];
  const down = {
    outcome: 'BREAKER_OPEN',
    status: null,
    rows: 0,
    grant: null,
    leaves: [],
  };
  expect(ownerAccesses([call, { ...call, ...down, platform: 'D' }], gathered)).toEqual([
    { platform: 'A', outcome: 'REPEATED', status: null, rows: null, grant: 'g', leaf: 'l1' },
    { platform: 'A', outcome: 'OK', status: 200, durationMs: 1.3, rows: 3, grant: 'g', leaf: 'l2' },
    {
      platform: 'D',
      outcome: 'BREAKER_OPEN',
      status: null,
      durationMs: 1.3,
      rows: 0,
      grant: null,
      leaf: null,
    },
    { platform: 'B', outcome: 'REFUSED', status: null, rows: 0, grant: null, leaf: null },
  ]);
});

test('a flood of refusals, alike, is one event that counts; what was answered is named one by one', () => {
  const flood = Array.from({ length: 21 }, (_, i) => ({ ...request, requestId: `f${i}` }));
  const few = Array.from({ length: 20 }, (_, i) => ({
    ...request,
    client: 'tax',
    requestId: `t${i}`,
  }));
  const answered = Array.from({ length: 30 }, (_, i) => ({
    ...request,
    result: 'OK' as const,
    requestId: `a${i}`,
  }));
  const entries = eventsOf([...flood, ...few, ...answered]);
  expect(entries.filter(({ data }) => data.count !== undefined)).toMatchObject([
    { time: new Date(request.at), data: { requestId: null, count: 21, durationMs: 21 } },
  ]);
  expect(entries.filter(({ data }) => data.requestId !== null)).toHaveLength(50);
  expect(new Set(entries.map(({ _id }) => _id)).size).toBe(51);
});

test('what is too much for a line is cut into several', () => {
  const owners = Array.from({ length: 1_000 }, (_, i) => ({
    platform: `P${i}`,
    outcome: 'OK',
    status: 200,
    rows: 1,
    grant: null,
    leaf: 'a'.repeat(64),
  }));
  const entries = eventsOf([{ ...request, owners }]);
  expect(entries.flatMap(({ data }) => data.owners)).toEqual(owners);
  expect(entries.map(({ data }) => data.continued ?? false)).toEqual(entries.map((_, i) => i > 0));
  expect(new Set(entries.map(({ _id }) => _id)).size).toBe(entries.length);
  for (const entry of entries) expect(JSON.stringify(entry).length).toBeLessThan(60_000);
});
