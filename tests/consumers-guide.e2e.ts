/** The guide for third parties: its examples run as they stand, in every language, and its mutation is the schema's. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startSmallNet, type SmallNet } from './fixtures/small-net.ts';
import { makeRecords } from './merged/dataset.ts';
import { Random } from './merged/random.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const examples = join(root, 'docs', 'examples', 'consumers');
const codes = ['420100', '420600'] as const;
const records = makeRecords(new Random(11), 300, codes);
const unions = records.filter((each) => each.type === 'Organization' && each.kind === 'UNION');

let net: SmallNet;
let secret: string;
beforeAll(async () => {
  net = await startSmallNet({ mongodbUri: inject('mongodbUri'), codes, records });
  const added = await fetch(`${net.province.url}/access/clients`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${net.operatorToken}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      id: 'pensions',
      name: '养老保险中心',
      nameEn: 'Pension centre',
      kind: 'SOCIAL_SECURITY',
      scopes: ['organizations:read', 'members:read'],
      purposes: ['pension-review'],
      adHoc: true,
    }),
  });
  ({ secret } = (await added.json()) as { readonly secret: string });
});
afterAll(() => net?.[Symbol.asyncDispose]());

const programs: Readonly<Record<string, string>> = {
  'first-query.sh': 'bash',
  'first-query.ts': process.execPath,
  'first_query.py': 'python3',
  'FirstQuery.java': 'java',
  'export.sh': 'bash',
};

test('every example is run here, and stands in both guides with the command that runs it', async () => {
  expect((await readdir(examples)).toSorted()).toEqual(Object.keys(programs).toSorted());
  for (const guide of ['consumers.md', 'consumers.zh-CN.md']) {
    const text = await readFile(join(root, 'docs', guide), 'utf8');
    for (const file of Object.keys(programs)) {
      expect(text).toContain(`](examples/consumers/${file})`);
      expect(text).toContain(` docs/examples/consumers/${file}\``);
    }
  }
});

test.each(['first-query.sh', 'FirstQuery.java'])('%s prints the first page', async (file) => {
  const answer = JSON.parse(await output(file)) as {
    readonly data: { readonly organizations: { readonly edges: readonly unknown[] } };
  };
  expect(answer.data.organizations.edges).toHaveLength(5);
  expect(answer.data.organizations).toMatchObject({ totalCount: unions.length });
});

test.each(['first-query.ts', 'first_query.py'])('%s reads them all', async (file) => {
  const [count, ...absent] = (await output(file)).trim().split('\n');
  expect(unions.length).toBeGreaterThan(100);
  expect(count).toBe(`${unions.length} unions`);
  expect(absent.length).toBeGreaterThan(0);
  expect(absent.every((line) => line.endsWith(' NOT_CONNECTED'))).toBe(true);
});

test('export.sh writes every row, and goes on where it broke off', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'unions.ndjson');
  const rowsIn = async (): Promise<readonly string[]> => {
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    return lines.slice(0, -1).map((line) => (JSON.parse(line) as { node: { id: string } }).node.id);
  };
  const [count, end] = (await output('export.sh', file)).trim().split('\n');
  expect(count).toBe(String(unions.length));
  expect(JSON.parse(end ?? '')).toMatchObject({
    end: { state: 'DONE', complete: true, rows: unions.length },
  });
  const whole = await rowsIn();
  expect(whole.toSorted()).toEqual(unions.map(({ id }) => id).toSorted());
  // Killed in the middle of a row.
  await truncate(file, Math.floor((await stat(file)).size / 2));
  await output('export.sh', file);
  expect(await rowsIn()).toEqual(whole);
});

test('the application in the guide is answered', async () => {
  const text = await readFile(join(root, 'docs', 'consumers.md'), 'utf8');
  const [, mutation = ''] = /```graphql\n([^]*?)```/.exec(text) ?? [];
  const authorization = `Bearer ${await accessToken()}`;
  const { data, errors } = await net.ask(mutation, {}, { authorization });
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ applyForGrant: { application: { id: expect.any(String) } } });
});

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'consumers-guide-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

async function output(file: string, ...args: readonly string[]): Promise<string> {
  const env = {
    ...process.env,
    ONENET_URL: net.url,
    ONENET_CLIENT: 'pensions',
    ONENET_SECRET: secret,
  };
  const { stdout } = await run(programs[file] ?? '', [join(examples, file), ...args], { env });
  return stdout;
}

async function accessToken(): Promise<string> {
  const answer = await fetch(`${net.url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`pensions:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  return ((await answer.json()) as { readonly access_token: string }).access_token;
}
