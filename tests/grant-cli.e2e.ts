/** `./onenet grant`, as the operator and a platform's team type it: what it prints, and its exit codes. */
import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AccessFixture } from '../subgraphs/province/src/access/access.fixture.ts';

let access: AccessFixture;
let team: readonly string[];
let operator: readonly string[];
beforeAll(async () => {
  access = await AccessFixture.start({ referenceClients: true });
  operator = ['--data', access.folder];
  const issued = await access.call('/registry/platforms/420500/tokens', {
    method: 'POST',
    headers: { authorization: `Bearer ${access.operatorToken}` },
  });
  team = ['--token', String(issued.body['token'])];
});
afterAll(() => access[Symbol.asyncDispose]());

const asked =
  '--client taxation --platforms 420500,420800 --scopes members:read --purpose dues-collection --reason 统计分析'.split(
    ' ',
  );

test('from an application to a revocation', async () => {
  const applied = await onenet('grant', 'apply', ...asked, ...operator);
  expect(applied.stdout).toMatch(
    /^Application [0-9a-f]{24} of taxation, due .*:\n {2}420500 SUBMITTED\n {2}420800 SUBMITTED\n$/,
  );
  const application = ['--application', /[0-9a-f]{24}/.exec(applied.stdout)?.[0] ?? ''];
  const again = await onenet('grant', 'apply', ...asked, ...operator);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('CONFLICT') });

  const open = await onenet('grant', 'list', '--applications', '--status', 'SUBMITTED', ...team);
  expect(open.stdout).toMatch(/taxation +420500 +dues-collection +members:read +SUBMITTED +20/);
  // What others are asked is not a team's to see.
  expect(open.stdout).not.toContain('420800');

  const own = ['--platform', '420500'];
  const approved = await onenet('grant', 'approve', ...application, ...own, ...team);
  const grant = /420500 APPROVED: grant ([0-9a-f]{24})/.exec(approved.stdout)?.[1] ?? '';
  expect(grant).not.toBe('');
  const other = ['--platform', '420800', '--reason', '用途不明确'];
  const notOwn = await onenet('grant', 'refuse', ...application, ...other, ...team);
  expect(notOwn).toMatchObject({ code: 1, stderr: expect.stringContaining('NOT_ALLOWED') });
  const refused = await onenet('grant', 'refuse', ...application, ...other, ...operator);
  expect(refused.stdout).toContain('420800 REFUSED: 用途不明确');

  const live = await onenet('grant', 'list', '--client', 'taxation', ...operator, '--json');
  const first: unknown = expect.objectContaining({ id: grant, status: 'LIVE' });
  expect(JSON.parse(live.stdout)).toContainEqual(first);
  const shown = await onenet('grant', 'show', '--id', grant, ...operator);
  expect(JSON.parse(shown.stdout)).toMatchObject({ application: application[1], until: null });
  const shownApplication = await onenet('grant', 'show', '--id', application[1] ?? '', ...operator);
  expect(JSON.parse(shownApplication.stdout)).toMatchObject({ reason: '统计分析' });

  const revoked = await onenet('grant', 'revoke', '--id', grant, '--reason', '期满', ...team);
  expect(revoked.stdout).toBe(`${grant} is REVOKED.\n`);
  const nothing = await onenet('grant', 'withdraw', ...application, ...operator);
  expect(nothing).toMatchObject({ code: 1, stderr: expect.stringContaining('WRONG_STATE') });
});

test('mistakes are one line: exit 2 for how it was typed, 1 for what the province says', async () => {
  for (const [args, exit, text] of [
    [['grant', 'apply', '--client', 'taxation'], 2, '--platforms is missing'],
    [['grant', 'refuse', '--application', 'x', '--platform', '420500'], 2, '--reason is missing'],
    [['grant', 'show', '--id', 'x', ...operator], 1, 'NOT_FOUND'],
    [['grant', 'list', '--status', 'OPEN', ...operator], 1, 'LIVE, REVOKED, ENDED'],
    [['grant', 'extend'], 2, 'No command "grant extend"'],
  ] as const) {
    const answer = await onenet(...args);
    expect(answer).toMatchObject({ code: exit, stderr: expect.stringContaining(text) });
    expect(answer.stderr).not.toMatch(/^ {4}at /m);
  }
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function onenet(...args: readonly string[]): Promise<Ended> {
  const main = new URL('../scripts/onenet.ts', import.meta.url).pathname;
  const env = { ...process.env, ONENET_PROVINCE: access.province.url };
  const all = [main, ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, all, { cwd: access.folder, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
