/** A snapshot of the net is taken whole or refused with the place of the fault; places nest by prefix. */
import { expect, test } from 'vitest';
import { divisionContains, isRestored, parseNetSnapshot, restoredRevision } from './index.ts';

const owner = {
  code: '420100',
  name: '武汉',
  nameEn: 'Wuhan',
  kind: 'CITY',
  parent: '420000',
  connection: 'CONNECTED',
  graphqlUrl: 'http://127.0.0.1:4010/graphql',
  eventsUrl: 'http://127.0.0.1:4010/events',
  addresses: 'ANY',
  serves: ['420100'],
  modules: ['core', 'requests', 'organizations'],
  contractVersion: '1.0',
  version: 1,
  lacks: [],
  additions: [],
  scope: { above: ['420000'] },
};

const net = {
  version: 1,
  revision: 7,
  contractVersion: '1.0',
  supergraph: 'schema { query: Query }',
  services: {
    province: 'http://127.0.0.1:4001/graphql',
    analytics: 'http://127.0.0.1:4002/graphql',
  },
  owners: [owner],
};

test('a whole snapshot is read; a module that this contract does not know is left out', () => {
  const read = parseNetSnapshot({
    ...net,
    owners: [{ ...owner, modules: [...owner.modules, 'grid'] }],
  });
  expect(read.owners[0]?.modules).toEqual(['core', 'organizations', 'requests']);
  expect(read.revision).toBe(7);
});

test('where addresses may lead is public, unless it is said', () => {
  const { addresses: _, ...unsaid } = owner;
  const read = parseNetSnapshot({ ...net, owners: [owner, { ...unsaid, code: '420200' }] });
  expect(read.owners.map(({ addresses }) => addresses)).toEqual(['ANY', 'PUBLIC']);
});

test.each([
  [{ ...net, version: 2 }, 'net.version is 2, and must be 1.'],
  [{ ...net, owners: [{ ...owner, code: 'a b' }] }, /^net\.owners\[0\]\.code is "a b"/],
  [{ ...net, owners: [{ ...owner, connection: 'UP' }] }, /connection is "UP".*REGISTERED/],
  [{ ...net, owners: [{ ...owner, graphqlUrl: 'file:///etc' }] }, /graphqlUrl is "file/],
  [
    { ...net, owners: [{ ...owner, contractVersion: '0.9' }] },
    /owners\[0\]\.contractVersion is "0.9".*1\.0, 1\.1/,
  ],
  [{ ...net, owners: [{ ...owner, addresses: 'ALL' }] }, /addresses is "ALL".*PUBLIC, ANY/],
  [{ ...net, owners: [{ ...owner, version: '1' }] }, /version is "1"/],
  [{ ...net, owners: [{ ...owner, lacks: [7] }] }, /lacks\[0\] is 7/],
  [{ ...net, owners: [{ ...owner, additions: 'x' }] }, /additions is "x"/],
  [{ ...net, owners: [owner, owner] }, 'net.owners: a code stands twice.'],
  ['x', 'net is "x", and must be an object.'],
])('a wrong snapshot is refused with its place: %#', (value, message) => {
  expect(() => parseNetSnapshot(value)).toThrow(message);
});

test('a division contains itself and what lies below it', () => {
  expect(divisionContains('420000', '421087')).toBe(true);
  expect(divisionContains('420100', '420102001001')).toBe(true);
  expect(divisionContains('429004', '429004001')).toBe(true);
  expect(divisionContains('421000', '421003')).toBe(true);
  expect(divisionContains('420102001', '420102001001')).toBe(true);
  expect(divisionContains('420102', '420102')).toBe(true);
  expect(divisionContains('420102', '420100')).toBe(false);
  expect(divisionContains('429004', '429005')).toBe(false);
  expect(divisionContains('420100', '420000')).toBe(false);
});

test('a restored registry is known as one, also by who knows the one restored before from the same backup', () => {
  const now = Date.parse('2026-11-29T00:00:00Z');
  const backedUp = 17;
  const first = restoredRevision(backedUp, now);
  expect(isRestored(backedUp, first)).toBe(true);
  const second = restoredRevision(backedUp, now + 60_000);
  for (const changes of [0, 1, 100_000]) {
    expect(isRestored(first + changes, second)).toBe(true);
    expect(isRestored(first, first + changes)).toBe(false);
  }
  // By a clock that stands wrong it leaps all the same, and stays a number that JSON can carry.
  expect(isRestored(first, restoredRevision(first, 0))).toBe(true);
  expect(Number.isSafeInteger(restoredRevision(second, now + 50 * 365 * 86_400_000))).toBe(true);
});
