/** The audit on right platforms: every rule passes, and what a platform does not offer is skipped by name. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openPartKeys } from '@onenet/assertion';
import { audit, rules, type AuditReport } from '@onenet/audit';
import { contractModules } from '@onenet/contract';
import { platformByCode } from '@onenet/platforms';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import {
  fewRecords,
  startAuditedPlatform,
  type AuditedPlatform,
} from './fixtures/audited-platform.ts';
import { startPythonPlatform } from './fixtures/python-platform.ts';

let platform: AuditedPlatform;
let folder: string;
beforeAll(async () => {
  platform = await startAuditedPlatform(inject('mongodbUri'));
  folder = await mkdtemp(join(tmpdir(), 'onenet-audit-'));
});
afterAll(async () => {
  await platform[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** What each rule said, and why where it did not simply pass. */
function verdicts(report: AuditReport) {
  return Object.fromEntries(
    report.rules.map(({ id, status, sent, came, wanted, note }) => [
      id,
      status === 'FAIL' ? { sent, came, wanted } : note === null ? status : `${status}: ${note}`,
    ]),
  );
}

const everyRulePassed = Object.fromEntries(rules.map(({ id }) => [id, 'PASS']));
const optionalModules = contractModules.flatMap(({ name, optional }) => (optional ? [name] : []));

/** What the rules of modules say where they are not offered. */
function notOffered(modules: readonly string[]) {
  const skipped = rules.filter(({ module }) => modules.includes(module));
  return Object.fromEntries(
    skipped.map(({ id, module }) => [id, `SKIPPED: the platform does not offer ${module}`]),
  );
}
const withoutKey = 'PASS: expired, replayed and others’ assertions: needs --key';

test('the reference platform passes every rule', async () => {
  const report = await audit({ url: platform.url, write: true });
  expect(verdicts(report)).toEqual({ ...everyRulePassed, M20: withoutKey });
  expect(report).toMatchObject({ code: '420100', contractVersion: '1.2' });
});

test('Yichang’s platform in Python passes the same rules', async () => {
  const records = fewRecords('420500');
  await using python = await startPythonPlatform({ postgresUri: inject('postgresUri'), records });
  const report = await audit({ url: python.url, write: true });
  const offered = platformByCode('420500')?.modules ?? [];
  const absent = optionalModules.filter((name) => !offered.includes(name));
  expect(verdicts(report)).toEqual({
    ...everyRulePassed,
    ...notOffered(absent),
    M3: `PASS: not offered: ${absent.join(', ')}`,
    M20: withoutKey,
  });
  expect(report).toMatchObject({ code: '420500', contractVersion: '1.2' });
});

test('without optional modules, and without leave to write', async () => {
  await using core = await startAuditedPlatform(inject('mongodbUri'), {
    modules: ['core', 'organizations', 'requests'],
  });
  expect(verdicts(await audit({ url: core.url }))).toEqual({
    ...everyRulePassed,
    ...notOffered(optionalModules),
    M3: `PASS: not offered: ${optionalModules.join(', ')}`,
    M15: 'SKIPPED: it changes data: needs --write',
    M16: 'SKIPPED: it changes data: needs --write',
    M17: 'PASS: that a mutation appears in the feed: needs --write',
    M20: withoutKey,
    S7: 'SKIPPED: it changes data: needs --write',
  });
});

test('a platform on version N-1', async () => {
  await using previous = await startAuditedPlatform(inject('mongodbUri'), {
    contractVersion: '1.1',
    modules: ['core', 'organizations', 'requests', 'members', 'content'],
  });
  const report = await audit({ url: previous.url, write: true });
  const later = optionalModules.filter((name) => name !== 'members' && name !== 'content');
  expect(verdicts(report)).toEqual({
    ...everyRulePassed,
    ...notOffered(later),
    M3: `PASS: not offered: ${later.join(', ')}`,
    M20: withoutKey,
    S7: 'SKIPPED: the platform keeps a version without these deadlines',
    S8: 'SKIPPED: the platform keeps a version without these deadlines',
    'members.M2': 'SKIPPED: the platform keeps a version without join codes',
  });
  expect(report.contractVersion).toBe('1.1');
});

test('a platform that takes signed calls only', async () => {
  const keys = join(folder, 'keys');
  const jwks = join(folder, 'jwks.json');
  await writeFile(jwks, JSON.stringify((await openPartKeys(keys, 'audit')).publicJwks()));
  await using signed = await startAuditedPlatform(inject('mongodbUri'), {}, [jwks]);
  const report = await audit({ url: signed.url, code: signed.code, keys, write: true });
  // Calls of the net are nobody's own front end, and the audit is no client's system.
  const others = {
    'cards.M2': 'SKIPPED: useCard is for the platform’s own front end',
    'matching.M2': 'SKIPPED: people are looked up by clients’ systems alone',
  };
  expect(verdicts(report)).toEqual({ ...everyRulePassed, ...others });
});

test('a server that is none is no report', async () => {
  await expect(audit({ url: 'http://127.0.0.1:9', code: '420100' })).rejects.toThrow(
    'http://127.0.0.1:9/graphql does not answer',
  );
});

/** `./onenet audit …`, as typed. */
async function onenet(...args: readonly string[]) {
  const program = new URL('../scripts/onenet.ts', import.meta.url).pathname;
  const run = promisify(execFile)(process.execPath, [program, 'audit', ...args]);
  return await run.then(
    ({ stdout }) => ({ code: 0, stdout, stderr: '' }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

test('the command prints a line a rule, JSON and JUnit, and its exit code says how it went', async () => {
  const file = join(folder, 'junit.xml');
  const some = await onenet(platform.url, '--only', 'M4,members.M1', '--junit', file);
  expect(some).toMatchObject({ code: 0, stderr: '' });
  expect(some.stdout).toMatch(/^PASS {5}M4 {10}MUST {4}`_entities` answers/m);
  expect(some.stdout).toMatch(/^SKIPPED {2}members\.M1 .*\n +it changes data: needs --write$/m);
  expect(some.stdout).toMatch(/1 passed, 0 failed, 1 skipped/);
  expect(await readFile(file, 'utf8')).toMatch(
    /<testsuite [^>]*tests="2" failures="0" skipped="1">/,
  );

  // Another platform's code: not one of its ids is right.
  const wrong = await onenet(platform.url, '--only', 'M5', '--code', '420500', '--json');
  expect(wrong.code).toBe(1);
  expect(JSON.parse(wrong.stdout)).toMatchObject({
    code: '420500',
    rules: [{ id: 'M5', status: 'FAIL', wanted: 'An id that begins with "420500:".' }],
  });

  const nobody = await onenet('http://127.0.0.1:9');
  expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining('does not answer')]);
  const unknown = await onenet(platform.url, '--only', 'M99');
  expect([unknown.code, unknown.stderr]).toEqual([
    2,
    expect.stringMatching(/^No rule M99; .* M20/),
  ]);
});

test('the test vectors are verified without a server', async () => {
  const { code, stdout } = await onenet('--offline');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^PASS {2}.*contract\/audit\/vectors\/cursors\.json$/m);
  expect(stdout).not.toContain('FAIL');
});
