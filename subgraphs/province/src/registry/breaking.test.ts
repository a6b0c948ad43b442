/** What a version may take away: what nobody used, for long enough, by a record that exists. */
import { expect, test } from 'vitest';
import { weighBreaking } from './breaking.ts';
import type { Usage } from './usage.ts';

type Offer = Parameters<typeof weighBreaking>[2];

const before: Offer = { modules: ['core', 'content'], lacks: [], additions: null };
const after: Offer = { modules: ['core'], lacks: ['Channel.MINI_PROGRAM'], additions: null };
const usedBy = (client: string, requests: number, days = 90): Usage => ({
  clients: new Map([['content', [{ client, requests }]]]),
  days,
});
const nobody = (days: number): Usage => ({ clients: new Map(), days });

const table: readonly (readonly [string, Usage | 'unknown', boolean, readonly string[]])[] = [
  ['unknown', 'unknown', false, ['REMOVED_USE_UNKNOWN', 'REMOVED_USE_UNKNOWN']],
  ['known for too short a time', nobody(29), false, ['REMOVED_USE_UNKNOWN', 'REMOVED_USE_UNKNOWN']],
  ['nobody used it', nobody(30), true, ['REMOVED_UNUSED', 'REMOVED_UNUSED']],
  ['in use', usedBy('taxation', 7), false, ['REMOVED_IN_USE', 'REMOVED_UNUSED']],
  [
    'in use since today',
    usedBy('taxation', 7, 0),
    false,
    ['REMOVED_IN_USE', 'REMOVED_USE_UNKNOWN'],
  ],
];

test.each(table)('%s', async (_, usage, ok, codes) => {
  const step = await weighBreaking('420800', before, after, none, async () => usage, 30);
  expect(step.ok).toBe(ok);
  expect(step.findings.map(({ code }) => code)).toEqual(codes);
});

test('who uses it is named, and how much', async () => {
  const step = await weighBreaking(
    '420800',
    before,
    after,
    none,
    async () => usedBy('taxation', 7),
    30,
  );
  expect(step.findings[0]?.message).toContain('taxation (7 requests in 90 days)');
  expect(step.findings[0]?.message).toContain('--accept content');
});

test('what its team accepts by name passes, whoever uses it', async () => {
  const accepted = { all: false, coordinates: ['content', 'Channel.MINI_PROGRAM'] };
  const step = await weighBreaking(
    '420800',
    before,
    after,
    accepted,
    async () => usedBy('taxation', 7),
    30,
  );
  expect(step).toMatchObject({ ok: true, findings: [{ code: 'REMOVED_ACCEPTED' }, {}] });
});

const none = { all: false, coordinates: [] };
