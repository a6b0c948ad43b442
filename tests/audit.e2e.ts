/** The audit on right platforms: every rule passes, and what a platform does not offer is skipped by name. */
import { audit, rules } from '@onenet/audit';
import { expect, inject, test } from 'vitest';
import { startAuditedPlatform } from './fixtures/audited-platform.ts';

const all = ['core', 'organizations', 'requests', 'members', 'content'] as const;
const core = ['core', 'organizations', 'requests'] as const;

/** What each rule said, and why where it did not simply pass. */
async function verdicts(options: Parameters<typeof audit>[0]) {
  const report = await audit(options);
  return Object.fromEntries(
    report.rules.map(({ id, status, sent, came, wanted, note }) => [
      id,
      status === 'FAIL' ? { sent, came, wanted } : note === null ? status : `${status}: ${note}`,
    ]),
  );
}

const passed = (ids: readonly string[]) => Object.fromEntries(ids.map((id) => [id, 'PASS']));

test('the reference platform passes every rule', async () => {
  await using platform = await startAuditedPlatform(inject('mongodbUri'), { modules: all });
  expect(await verdicts({ url: platform.url, write: true })).toEqual({
    ...passed(rules.map(({ id }) => id)),
    M20: expect.stringMatching(/^PASS: .*--key/),
  });
});

test('without optional modules, and without leave to write', async () => {
  await using platform = await startAuditedPlatform(inject('mongodbUri'), { modules: core });
  expect(await verdicts({ url: platform.url })).toEqual({
    ...passed(rules.map(({ id }) => id)),
    M3: 'PASS: not offered: members, content',
    M15: 'SKIPPED: it changes data: needs --write',
    M16: 'SKIPPED: it changes data: needs --write',
    M17: 'PASS: that a mutation appears in the feed: needs --write',
    M20: expect.stringMatching(/^PASS: .*--key/),
    'content.M1': 'SKIPPED: the platform does not offer content',
    'members.M1': 'SKIPPED: the platform does not offer members',
  });
});
