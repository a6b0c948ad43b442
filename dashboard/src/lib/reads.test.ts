import { expect, test } from 'vitest';
import { readsOf } from './reads.ts';

const line = (client: string, platform: string, day: string, requests: number, rows: number) => ({
  client,
  platform,
  day,
  requests,
  rows,
  fields: [],
});

test('days are added up; who read most stands first; nothing is null, not zero', () => {
  const reads = readsOf([
    line('pensions', '420500', '2026-11-29', 2, 10),
    line('taxation', '420100', '2026-11-29', 5, 90),
    line('pensions', '420500', '2026-11-30', 1, 5),
    line('pensions', '420100', '2026-11-30', 1, 0),
  ]);
  expect(reads.clients).toEqual(['taxation', 'pensions']);
  expect(reads.platforms).toEqual(['420100', '420500']);
  expect(reads.cell('pensions', '420500')).toEqual({ requests: 3, rows: 15 });
  expect(reads.cell('pensions', '420100')).toEqual({ requests: 1, rows: 0 });
  expect(reads.cell('taxation', '420500')).toBeNull();
  expect(reads.total('pensions')).toEqual({ requests: 4, rows: 15 });
});

test('a name with a comma is not another pair', () => {
  const reads = readsOf([line('a,b', 'c', 'd', 1, 1), line('a', 'b,c', 'd', 2, 2)]);
  expect(reads.cell('a,b', 'c')).toEqual({ requests: 1, rows: 1 });
  expect(reads.cell('a', 'b,c')).toEqual({ requests: 2, rows: 2 });
});
