import { expect, test } from 'vitest';
import type { NetFeed } from './api/health.ts';
import type { PlatformSkew } from './api/net.ts';
import type { Platform } from './api/platforms.ts';
import { countStates, countVersions, netRows } from './net-rows.ts';

const platform = (code: string, connection = 'CONNECTED'): Platform => ({
  code,
  name: code,
  nameEn: code,
  kind: 'CITY',
  connection,
  registeredAt: '2026-01-01T00:00:00Z',
  parent: null,
  serves: [],
  modules: [],
  latitude: null,
  longitude: null,
  publishedFigures: [],
  demoNotice: null,
  responsible: null,
});
const feed = (code: string, state: string, sequence = '1'): NetFeed => ({
  platform: code,
  state,
  epoch: 1,
  sequence,
  lastSequence: sequence,
  pending: 0,
  completeTo: null,
  seenAt: null,
  lagSeconds: 0,
  head: null,
  rejected: 0,
  contiguous: true,
  waitingFor: null,
  waitingSince: null,
});
const skew = (code: string, contractVersion: string | null): PlatformSkew => ({
  platform: { code },
  connection: 'CONNECTED',
  version: 1,
  contractVersion,
  behind: 0,
  modules: [
    { module: 'core', isOffered: true, lacks: ['Platform.x'] },
    { module: 'aid', isOffered: false, lacks: null },
  ],
});

test('what is wrong stands first, then what is well, then who is not connected', () => {
  const rows = netRows(
    [platform('a', 'REGISTERED'), platform('b'), platform('c'), platform('d', 'MAINTENANCE')],
    [
      feed('a', 'NOT_CONNECTED', '0'),
      feed('b', 'QUIET'),
      feed('c', 'BROKEN'),
      feed('d', 'NOT_CONNECTED'),
    ],
    [],
    [],
  );
  expect(rows.map(({ code, state }) => [code, state])).toEqual([
    ['c', 'BROKEN'],
    ['d', 'MAINTENANCE'],
    ['b', 'QUIET'],
    ['a', 'NOT_CONNECTED'],
  ]);
  expect(countStates(rows)).toEqual([
    { state: 'BROKEN', count: 1 },
    { state: 'MAINTENANCE', count: 1 },
    { state: 'QUIET', count: 1 },
    { state: 'NOT_CONNECTED', count: 1 },
  ]);
});

test('a line holds what each source says; what none says is null, not zero', () => {
  const cells = [{ metric: 'ownerAvailability', value: 0.5, previous: null, change: null }];
  const [a, b] = netRows(
    [platform('a'), platform('b')],
    [feed('a', 'OK')],
    [skew('a', '1.2')],
    [{ key: 'a', cells }],
  );
  expect(a).toMatchObject({ offered: 1, modules: 2, lacks: ['Platform.x'] });
  expect(a?.calls.get('ownerAvailability')).toBe(0.5);
  expect(b).toMatchObject({ feed: undefined, offered: null, modules: null, state: 'CONNECTED' });
  expect(b?.calls.get('ownerAvailability')).toBeUndefined();
});

test('versions of the contract, the newest first, and nobody’s last', () => {
  const counted = countVersions([
    skew('a', '1.9'),
    skew('b', '1.10'),
    skew('c', null),
    skew('d', '1.9'),
  ]);
  expect(counted).toEqual([
    { version: '1.10', codes: ['b'] },
    { version: '1.9', codes: ['a', 'd'] },
    { version: null, codes: ['c'] },
  ]);
});
