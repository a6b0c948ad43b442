/** The pages on data sharing and for developers in a real Chromium: a platform's team approves, sees the grant, revokes it; a client's developer signs in, asks, sees the plan, and applies. Long, because one net serves all of it. */
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway, type Gateway } from '@onenet/gateway';
import { startProvince } from '@onenet/province';
import { buildDashboard } from '@onenet/scripts';
import { MongoClient } from 'mongodb';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startBrowser, watchErrors } from './fixtures/browser.ts';
import { startSmallNet, type SmallNet } from './fixtures/small-net.ts';
import { makeRecords } from './merged/dataset.ts';
import { Random } from './merged/random.ts';

/** Pictures for people. */
const images = process.env['IMAGES'] ?? join(tmpdir(), 'onenet-images');
const wuhan = '420100';
const yichang = '420500';

/** How long a page may take on a busy machine. */
const soon = { timeout: 30_000 };

const stack = new AsyncDisposableStack();
let net: SmallNet;
let gateway: Gateway;
let browser: Browser;
let dashboardDir: string;
/** Account, or client → its password, or secret. */
const passwords = new Map<string, string>();

beforeAll(async () => {
  await mkdir(images, { recursive: true });
  dashboardDir = await buildDashboard(() => undefined);
  const mongodbUri = inject('mongodbUri');
  const records = makeRecords(new Random(5), 80, [wuhan]);
  net = stack.use(await startSmallNet({ mongodbUri, codes: [wuhan], records }));
  gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    provinceUrl: net.province.url,
    keysDir: net.keysDir,
    dashboardDir,
    logLevel: 'silent',
  });
  stack.defer(() => gateway.stop());
  browser = await startBrowser();
  stack.defer(() => browser.close());
  const { secret } = await operate('clients', {
    id: 'pensions',
    name: '省社会保险局养老金系统',
    nameEn: 'Pensions of the province',
    kind: 'SOCIAL_SECURITY',
    scopes: ['members:read', 'members:personal', 'organizations:read'],
    purposes: ['benefit-review', 'statistics'],
    adHoc: true,
  });
  passwords.set('pensions', String(secret));
  await operate('documents', {
    name: 'unions-of',
    text: 'query UnionsOf($place: ID, $first: Int = 3) { organizations(filter: {place: $place, kinds: [UNION]}, first: $first) { edges { node { name } } totalCount } }',
    description: '某地的工会',
    descriptionEn: 'Unions of a place',
  });
  for (const [name, role, platform] of [
    ['wuhan', 'team', wuhan],
    ['guanli', 'administrator', undefined],
    ['lingdao', 'leader', undefined],
  ] as const) {
    const { password } = await operate('people', {
      name,
      roles: [role],
      ...(platform && { platform }),
    });
    passwords.set(name, String(password));
  }
  await apply({
    purpose: 'benefit-review',
    reason: '核对退休人员的会员资格，用于发放工会慰问金。',
  });
  const late = await apply({
    purpose: 'statistics',
    reason: '季度统计。',
    scopes: ['members:read'],
  });
  const mongo = stack.use(await MongoClient.connect(mongodbUri));
  await mongo
    .db(`${net.databasePrefix}province`)
    .collection<{ _id: string }>('applications')
    .updateOne(
      { _id: late },
      {
        $set: {
          submittedAt: new Date('2026-01-05T01:00:00Z'),
          dueAt: new Date('2026-01-19T01:00:00Z'),
        },
      },
    );
}, 300_000);
afterAll(() => stack.disposeAsync());

async function operate(path: string, sent: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${net.province.url}/access/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${net.operatorToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(sent),
  });
  const body = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(body)}`);
  return body;
}

/** By the operator's machine, for the client, at both platforms. */
async function apply(asked: {
  readonly purpose: string;
  readonly reason: string;
  readonly scopes?: readonly string[];
}): Promise<string> {
  const { data, errors } = await net.ask(
    `mutation ($input: ApplyForGrantInput!) { applyForGrant(input: $input) { application { id } } }`,
    {
      input: {
        idempotencyKey: asked.purpose,
        client: 'pensions',
        platforms: [wuhan, yichang],
        scopes: ['members:read', 'members:personal'],
        until: '2030-12-31T15:59:59Z',
        ...asked,
      },
    },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return (data as { applyForGrant: { application: { id: string } } }).applyForGrant.application.id;
}

interface Opened extends AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
}

/** A browser in which somebody has signed in by the page, or nobody; errors of its pages fail the test. */
async function open(
  path: string,
  account: string | null,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext({
    locale: 'zh-CN',
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  const page = await context.newPage();
  const errors = watchErrors(page);
  const next = account === null ? path : `/sign-in?next=${encodeURIComponent(path)}`;
  await page.goto(`${gateway.url}${next}`);
  if (account !== null) {
    await page.getByLabel('用户名').fill(account);
    await page.getByLabel('密码').fill(passwords.get(account) ?? '');
    await page.locator('form button').click();
    await page.waitForURL((url) => url.pathname === path);
  }
  return {
    context,
    page,
    [Symbol.asyncDispose]: async () => {
      // What is seen at the end, for whoever asks why a test failed.
      await page.screenshot({ path: join(images, `access-last-${account}.png`) });
      await context.close();
      expect(errors).toEqual([]);
    },
  };
}

const day = (daysAgo: number) =>
  new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);

/** This net has no analytics: what it would say of reading, filtered and page by page as it would. */
async function withReading(page: Page): Promise<void> {
  const fields = ['Member.id', 'Member.name', 'Member.status', 'Query.members'];
  const records = Array.from({ length: 25 }, (_, index) => ({
    sequence: String(100 - index),
    at: new Date(Date.now() - index * 3_400_000).toISOString(),
    requestId: `r-${index}`,
    count: index === 3 ? 30 : 1,
    client: index % 3 === 2 ? null : 'pensions',
    person: index % 2 === 0 ? 'clerk-7' : null,
    purpose: 'benefit-review',
    operation: index % 4 === 1 ? null : 'MemberStatus',
    kind: 'query',
    coordinates: index === 3 ? [] : fields,
    result: ['OK', 'PARTIAL', 'OK', 'REFUSED'][index % 4],
    codes: index % 4 === 3 ? ['RATE_LIMITED'] : [],
    rows: index % 4 === 3 ? null : 12 * index,
    owners: [{ platform: wuhan, outcome: 'OK', rows: 12 }],
  }));
  await page.route('**/graphql', async (route) => {
    const { query, variables } = route.request().postDataJSON() as {
      query: string;
      variables: { filter?: { client: string | null }; after?: string | null };
    };
    const client = variables.filter?.client ?? null;
    if (query.includes('accessSummary')) {
      const rows = Array.from({ length: 12 }, (_, index) => ({
        client: index % 2 === 0 ? 'pensions' : 'taxation',
        platform: wuhan,
        day: day(index),
        requests: 40 + index,
        rows: 1200 * index,
        fields,
      }));
      const accessSummary = rows.filter((row) => client === null || row.client === client);
      return route.fulfill({ json: { data: { accessSummary } } });
    }
    if (query.includes('accessRecords')) {
      const found = records.filter((record) => client === null || record.client === client);
      const from = Number(variables.after ?? 0);
      const to = from + 20;
      const edges = found.slice(from, to).map((node) => ({ node }));
      const pageInfo = { hasNextPage: to < found.length, endCursor: String(to) };
      return route.fulfill({ json: { data: { accessRecords: { edges, pageInfo } } } });
    }
    return route.fallback();
  });
}

test('a script that somebody writes into a page does not run, and no page frames ours', async () => {
  const page = await browser.newPage();
  const answer = await page.goto(`${gateway.url}/sign-in`);
  await page.getByLabel('用户名').waitFor();
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.hurt = true';
    document.body.append(script);
    const image = document.createElement('img');
    document.body.append(image);
    image.setAttribute('onerror', 'window.hurt = true');
    image.src = 'data:,';
    return new Promise((resolve) => {
      image.addEventListener('error', () => setTimeout(() => resolve('hurt' in window)));
    });
  });
  expect(ran).toBe(false);
  expect(answer?.headers()['content-security-policy']).toBe("frame-ancestors 'none'");
  await page.close();
});

test('who is not signed in is led to the sign-in, and nothing is refused on the way', async () => {
  await using strict = await startStrictGateway();
  const context = await browser.newContext();
  const page = await context.newPage();
  const red: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') red.push(`${message.location().url} ${message.text()}`);
  });
  await page.goto(`${strict.url}/?period=ALL`);
  await page.waitForURL(/\/sign-in\?.*next=/, soon);
  await page.locator('input[type=password]').waitFor(soon);
  await page.goto(`${strict.url}/developer`);
  await page.locator('.cm-editor').first().waitFor(soon);
  await page.waitForLoadState('networkidle');
  expect(red).toEqual([]);
  await context.close();
});

/** One that takes nothing without credentials, as behind a proxy. */
async function startStrictGateway(): Promise<Gateway & AsyncDisposable> {
  const { province, keysDir } = net;
  const options = { provinceUrl: province.url, keysDir, dashboardDir, logLevel: 'silent' };
  const strict = await startGateway({ host: '127.0.0.1', port: 0, local: 'refuse', ...options });
  return { ...strict, [Symbol.asyncDispose]: () => strict.stop() };
}

test('an administrator sees what waits at every platform, the oldest first, and decides nothing', async () => {
  await using opened = await open('/access', 'guanli');
  const { page } = opened;
  const waiting = page.locator('#applications .waiting > li');
  await waiting.nth(3).waitFor();
  const said = (await waiting.allTextContents()).map((text) => text.replaceAll(/\s+/g, ' '));
  expect(said[0]).toMatch(/养老金系统 向武汉市总工会申请.*已逾期 \d+ 个工作日.*统计/);
  expect(said[2]).toMatch(
    /还有 (9|10) 个工作日.*人力资源社会保障.*入会（个人信息）.*待遇核查.*核对退休人员/,
  );
  expect(said[2]).toContain('由武汉市总工会的团队决定');
  expect(await page.getByRole('button', { name: /批准|收回/ }).count()).toBe(0);
  await page.getByRole('combobox', { name: '平台', exact: true }).selectOption(yichang);
  await page.waitForURL('**platform=420500**');
  await expect.poll(() => waiting.count(), soon).toBe(2);
  // Analytics is not there: said in its place, by what the gateway says of a question that it knows.
  for (const part of ['#summary', '#records']) {
    await page.locator(part).getByText('暂时没有应答').waitFor();
    expect(await page.locator(part).textContent()).toContain('UNAVAILABLE');
  }
});

test('a team approves less than is asked, sees the grant, and revokes it', async () => {
  await using opened = await open('/access', 'wuhan');
  const { page } = opened;
  const waiting = page.locator('#applications .waiting > li');
  await expect.poll(() => waiting.count(), soon).toBe(2);
  await page.screenshot({ path: join(images, 'access-waiting.png') });
  const dialog = page.getByRole('dialog', { name: '批准省社会保险局养老金系统的申请' });
  await waiting.nth(1).getByRole('button', { name: /^批准/ }).click();
  await dialog.getByLabel('入会（读取）').uncheck();
  await dialog.getByLabel('入会（个人信息）').uncheck();
  await dialog.getByText('至少选择一项。').waitFor();
  await dialog.getByLabel('入会（读取）').check();
  await dialog.getByLabel(/^授权至/).fill('2028-06-30');
  await page.screenshot({ path: join(images, 'access-approve.png') });
  await dialog.getByRole('button', { name: '批准' }).click();
  await page.getByText('已批准：').waitFor();
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('已批准');
  const grant = page.locator('#grants tbody tr', { hasText: '养老金系统' });
  await grant.getByText('入会（读取）').waitFor();
  expect(await grant.textContent()).toContain('至 2028年6月30日');
  expect(await grant.textContent()).not.toContain('个人信息');
  await expect.poll(() => waiting.count(), soon).toBe(1);
  await page.screenshot({ path: join(images, 'access-granted.png') });

  await grant.getByRole('button', { name: /^收回/ }).click();
  const confirm = page.getByRole('dialog', { name: /^收回/ });
  // By the keyboard: away, back to the button it came from, and again.
  await page.keyboard.press('Escape');
  await confirm.waitFor({ state: 'hidden' });
  expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toMatch(/^收回/);
  await page.keyboard.press('Enter');
  await confirm.getByLabel(/^理由/).fill('误批');
  await confirm.getByRole('button', { name: '收回' }).click();
  await page.getByText('已收回').waitFor();
  await grant.waitFor({ state: 'detached' });
  const { data } = await net.ask(`{ grants(client: "pensions") { nodes { status endReason } } }`);
  expect(data).toEqual({ grants: { nodes: [{ status: 'REVOKED', endReason: '误批' }] } });
});

test('what was decided meanwhile is said in the dialog, with what to do', async () => {
  await using opened = await open('/access', 'wuhan');
  const { page } = opened;
  const row = page.locator('#applications .waiting > li').first();
  await row.getByRole('button', { name: /^不批准/ }).click();
  const dialog = page.getByRole('dialog', { name: /^不批准/ });
  await dialog.getByLabel(/^不批准的理由/).fill('无需个人数据。');
  const mutation = `mutation ($input: DecideGrantInput!) { decideGrant(input: $input) { application { id } } }`;
  const { data } = await net.ask(
    `{ grantApplications(platform: "${wuhan}", statuses: [SUBMITTED]) { nodes { id } } }`,
  );
  const { nodes } = (data as { grantApplications: { nodes: { id: string }[] } }).grantApplications;
  const input = {
    idempotencyKey: 'e2e',
    application: nodes[0]?.id,
    platform: wuhan,
    approve: false,
  };
  await net.ask(mutation, { input: { ...input, reason: '另一人已决定' } });
  await dialog.getByRole('button', { name: '不予批准' }).click();
  await dialog.getByRole('alert').getByText('WRONG_STATE').waitFor();
  expect(await dialog.getByRole('alert').textContent()).toContain('请关闭后查看最新状态');
  await page.screenshot({ path: join(images, 'access-wrong-state.png') });
  await dialog.getByRole('button', { name: '取消' }).click();
  await page.getByText('目前没有待决定的申请。').waitFor();
});

test('a leader is told who sees grants and single records', async () => {
  await using opened = await open('/access', 'lingdao');
  const { page } = opened;
  await page.getByText('申请与授权供平台团队、管理员和审计员查看。').waitFor();
  await page.getByText('逐条记录供平台团队、管理员和审计员查看').waitFor();
  expect(await page.locator('#summary').count()).toBe(1);
  expect(await page.locator('#applications, #grants, #records').count()).toBe(0);
  await page.screenshot({ path: join(images, 'access-leader.png') });
});

test('who read what: filtered by the address, page by page', async () => {
  await using opened = await open('/access?client=pensions', null);
  const { page } = opened;
  await withReading(page);
  await page.reload();
  const rows = page.locator('#records tbody tr');
  await expect.poll(() => rows.count(), soon).toBe(17);
  await page.getByRole('combobox', { name: '客户端', exact: true }).selectOption('');
  await page.waitForURL((url) => !url.searchParams.has('client'));
  await expect.poll(() => rows.count(), soon).toBe(20);
  await page.getByRole('button', { name: '加载更多' }).click();
  await expect.poll(() => rows.count(), soon).toBe(25);
  const said = (await rows.nth(3).textContent())?.replaceAll(/\s+/g, ' ');
  expect(said).toMatch(
    /同类请求 30 次.*省社会保险局养老金系统.*0 个字段.*不详.*拒绝.*RATE_LIMITED/,
  );
  await rows.first().getByText('4 个字段').click();
  await rows.first().getByText('Member.name').waitFor();
});

test('in both languages and looks, on a phone too, nothing has to be moved sideways', async () => {
  for (const [name, path, options] of [
    ['access-zh-light', '/access', {}],
    ['access-en-dark', '/access?lang=en&theme=dark', {}],
    ['access-phone-zh', '/access', { viewport: { width: 390, height: 844 } }],
    [
      'access-phone-en-dark',
      '/access?lang=en&theme=dark',
      { viewport: { width: 390, height: 844 } },
    ],
  ] as const) {
    await using opened = await open(path, null, options);
    const { page } = opened;
    await withReading(page);
    await page.reload();
    await page.locator('#records tbody tr').first().waitFor();
    await page.locator('#applications .waiting > li').first().waitFor();
    await page.screenshot({ path: join(images, `${name}.png`), fullPage: true });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect([name, overflow]).toEqual([name, 0]);
    const link = page.getByRole('navigation').getByRole('link', { name: /数据共享|Data sharing/ });
    expect(await link.getAttribute('aria-current')).toBe('page');
  }
});

/** Puts a text into an editor of the page, in place of what it has. */
async function write(page: Page, label: string, text: string): Promise<void> {
  await page.getByRole('textbox', { name: label, exact: true }).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}

/** Signs the client in on the page. */
async function signInClient(page: Page, secret = passwords.get('pensions') ?? ''): Promise<void> {
  await page.getByLabel(/client_id/).fill('pensions');
  await page.getByLabel(/client_secret/).fill(secret);
  await page.getByRole('button', { name: /^(用凭证登录|Sign in by credential)$/ }).click();
}

/** Runs what the editor has; how it ended. */
async function runIt(page: Page): Promise<string> {
  const answered = page.waitForResponse(
    (response) =>
      response.url().endsWith('/graphql') && response.request().headers()['onenet-plan'] === 'true',
  );
  await page.getByRole('button', { name: /^(执行|Run)$/ }).click();
  await answered;
  await page.getByRole('button', { name: /^(执行|Run)$/ }).waitFor();
  return (await page.locator('section:has(#answer) [role=status]').textContent()) ?? '';
}

test('a developer signs in by credential, which stays in memory alone', async () => {
  await using opened = await open('/developer', null);
  const { page, context } = opened;
  await signInClient(page, 'not-the-secret');
  await page.getByRole('alert').getByText('客户端编号或密钥不正确').waitFor();
  await page.screenshot({ path: join(images, 'developer-refused.png'), fullPage: true });
  const issued = page.waitForResponse(
    (response) => response.url().endsWith('/oauth/token') && response.ok(),
  );
  await signInClient(page);
  const { access_token: token } = (await (await issued).json()) as { access_token: string };
  await page.getByText('省社会保险局养老金系统').waitFor();
  await page.getByRole('combobox', { name: '用途' }).selectOption('statistics');
  const kept = await page.evaluate(() =>
    [
      location.href,
      document.cookie,
      JSON.stringify(localStorage),
      JSON.stringify(sessionStorage),
    ].join(),
  );
  const cookies = JSON.stringify(await context.cookies());
  for (const hidden of [token, passwords.get('pensions') ?? '']) {
    expect(kept + cookies).not.toContain(hidden);
  }
  // Asked as the client, and for the purpose that was chosen.
  const asked = page.waitForRequest(
    (request) => request.url().endsWith('/graphql') && 'onenet-plan' in request.headers(),
  );
  await page.getByRole('button', { name: '执行', exact: true }).click();
  const headers = (await asked).headers();
  expect(headers).toMatchObject({
    authorization: `Bearer ${token}`,
    'onenet-purpose': 'statistics',
  });
  await page.getByRole('button', { name: '退出', exact: true }).click();
  await page.getByRole('button', { name: '用凭证登录' }).waitFor();
  expect(await page.getByText('执行后，应答和执行计划显示在这里。').count()).toBe(1);
});

test('a developer sees the schema of the credential, completes by it, and sees each owner’s part', async () => {
  await using opened = await open('/developer', null);
  const { page } = opened;
  await signInClient(page);
  const docs = page.locator('section:has(#docs)');
  await docs.getByText('organizations', { exact: true }).waitFor();
  await docs.getByRole('searchbox').fill('registryEvents');
  await docs.getByText('0 处').waitFor();
  await docs.getByRole('searchbox').fill('ServiceRequest.title');
  await docs.getByRole('button', { name: 'ServiceRequest.title' }).click();
  await docs.getByText('submittedAt').first().waitFor();

  await write(page, '操作', '{ organizat');
  await page.keyboard.press('Control+Space');
  await page.locator('.cm-tooltip-autocomplete').getByText('organizations').waitFor();
  await page.keyboard.press('Escape');

  await write(
    page,
    '操作',
    'query Mine($place: ID) { organizations(filter: {place: $place}, first: 5) { edges { node { name place { name } platform { name } } } totalCount } serviceRequests(first: 2) { edges { node { title } } } }',
  );
  await write(page, '变量（JSON）', '{"place": ');
  await page.getByRole('button', { name: '执行', exact: true }).click();
  await page.getByRole('alert').getByText('变量不是一个 JSON 对象').waitFor();
  await write(page, '变量（JSON）', '{"place": "420100"}');
  expect(await runIt(page)).toContain('1 个错误');
  const answer = page.locator('section:has(#answer)');
  expect(await answer.locator('.errors').textContent()).toMatch(
    /SCOPE_REQUIRED.*serviceRequests.*requests:read/s,
  );
  await answer.getByRole('tab', { name: '应答' }).press('ArrowRight');
  const plan = answer.locator('.plan');
  await plan
    .getByRole('row', { name: /武汉市总工会.*已应答/ })
    .first()
    .waitFor();
  const said = await plan.textContent();
  expect(said).toMatch(/估算成本 [\d,]+，上限 200,000/);
  expect(said).toMatch(/未询问（未接入）：\d+ 个平台\s+湖北省总工会、/);
  expect(said).toContain('Query.serviceRequests');
  expect(said).not.toContain('"420100"');
  expect(said).not.toMatch(/https?:/);
  await plan.getByText('发出的查询').first().click();
  await page.screenshot({ path: join(images, 'developer-plan.png'), fullPage: true });
});

test('every example runs as it stands', async () => {
  await using opened = await open('/developer', null);
  const { page } = opened;
  await signInClient(page);
  await page.getByRole('button', { name: '某地的工会', exact: true }).waitFor();
  const examples = page.locator('.examples button');
  const count = await examples.count();
  expect(count).toBe(6);
  for (let i = 0; i < count; i++) {
    const name = (await examples.nth(i).textContent())?.trim();
    await examples.nth(i).click();
    const said = await runIt(page);
    // What the client lacks a scope for is told, and everything else is answered.
    expect([name, said.trim()]).toEqual([
      name,
      expect.stringMatching(name === '某地的求助' ? /1 个错误.*HTTP 200/s : /无错误.*HTTP 200/s),
    ]);
  }
});

test('a developer finds a field in the catalogue, and applies for it by the editor', async () => {
  await using opened = await open('/developer/catalogue', null);
  const { page } = opened;
  await signInClient(page);
  await page.getByLabel('字段或说明').fill('Member.name');
  await page.keyboard.press('Enter');
  const row = page.locator('#catalogue tbody tr', { hasText: 'Member.name' }).first();
  await row.getByText('个人信息').waitFor();
  expect((await row.textContent())?.replaceAll(/\s+/g, ' ')).toMatch(
    /有条件共享.*members:personal.*\d+ 个平台中 0 个已授权/,
  );
  // How fresh, and who answers for it.
  expect(await row.textContent()).toContain('查询当时');
  await row.locator('summary').click();
  await row.getByText('武汉市总工会网络工作部（示例）').waitFor();
  expect(await row.getByRole('link', { name: 'data@420100.example' }).getAttribute('href')).toBe(
    'mailto:data@420100.example',
  );
  await row.getByRole('button', { name: /^申请授权/ }).click();
  await page.waitForURL((url) => url.pathname === '/developer');
  await expect
    .poll(() => page.getByRole('textbox', { name: '变量（JSON）' }).textContent(), soon)
    .toMatch(/members:personal.*benefit-review/s);
});

test('a developer sees the quota and what went wrong; what analytics would say is said to be missing', async () => {
  await using opened = await open('/developer', null);
  const { page } = opened;
  await signInClient(page);
  await page.getByText('省社会保险局养老金系统').waitFor();
  await write(page, '操作', 'query Wrong { nothingOfThisName }');
  await runIt(page);
  await page.getByRole('link', { name: '用量与错误' }).click();
  const quota = page.locator('section:has(#quota)');
  await quota.getByText('今日').waitFor();
  expect(await quota.textContent()).toMatch(/短时.*\/ [\d,]+.*同时进行/s);
  const visit = page.locator('section:has(#visit) tbody tr');
  expect(await visit.first().textContent()).toMatch(/Wrong.*BAD_REQUEST.*[0-9a-f-]{36}/s);
  await page.locator('#failures').getByText('UNAVAILABLE').waitFor();
});

test('a leader may ask as themselves', async () => {
  await using opened = await open('/developer', 'lingdao');
  const { page } = opened;
  await page.getByText('现在以登录账号“lingdao”的身份查询').waitFor();
  expect(await runIt(page)).toContain('无错误');
  await page.getByRole('link', { name: '用量与错误' }).click();
  await page.getByText('用凭证登录后，这里显示该客户端的用量与错误').waitFor();
});

test('in a sandbox a credential is to be had on the page', async () => {
  const province = await startProvince({
    port: 0,
    host: '127.0.0.1',
    mongodbUri: inject('mongodbUri'),
    database: `${net.databasePrefix}sandbox`,
    platformHost: '127.0.0.1',
    development: true,
    platformBasePort: 9,
    analyticsUrl: 'http://127.0.0.1:9',
    keysDir: net.keysDir,
    platforms: [wuhan],
    sandbox: true,
  });
  await using parts = new AsyncDisposableStack();
  parts.defer(() => province.stop());
  const { keysDir } = net;
  const ways = { host: '127.0.0.1', port: 0, local: 'refuse', logLevel: 'silent' } as const;
  const sandbox = await startGateway({ ...ways, provinceUrl: province.url, keysDir, dashboardDir });
  parts.defer(() => sandbox.stop());
  const page = await browser.newPage({ locale: 'zh-CN' });
  parts.defer(() => page.close());
  await page.goto(`${sandbox.url}/developer`);
  await page.getByText('这里的平台与记录都是生成的').waitFor();
  await page.getByLabel('给您的客户端起个名字').fill('试用系统');
  await page.getByRole('button', { name: '领取凭证' }).click();
  await page.getByText('请自行保存，密钥不会再次显示').waitFor();
  await page.getByText('试用系统').waitFor();
  await page.screenshot({ path: join(images, 'developer-sandbox.png') });
  await page.getByRole('button', { name: '目录中的字段' }).click();
  expect(await runIt(page)).toContain('无错误');
});

test('the pages for developers in both languages, on the desk and on a phone', async () => {
  const phone = { viewport: { width: 390, height: 844 } };
  for (const [name, path, options] of [
    ['developer-zh', '/developer', {}],
    ['developer-en-dark', '/developer?lang=en&theme=dark', {}],
    ['developer-phone-zh', '/developer', phone],
    ['developer-phone-en', '/developer?lang=en', phone],
    ['developer-catalogue-zh', '/developer/catalogue', {}],
    ['developer-catalogue-phone-en', '/developer/catalogue?lang=en', phone],
    ['developer-usage-en', '/developer/usage?lang=en', {}],
    ['developer-usage-phone-zh', '/developer/usage', phone],
  ] as const) {
    await using opened = await open(path, null, options);
    const { page } = opened;
    await signInClient(page);
    await page.getByText(/养老金系统|Pensions of the province/).waitFor();
    if (new URL(page.url()).pathname === '/developer') {
      await runIt(page);
      await page.getByRole('tab', { name: /^(执行计划|Plan)$/ }).click();
    }
    if (path.includes('catalogue')) await page.locator('#catalogue tbody tr').first().waitFor();
    await page.screenshot({ path: join(images, `${name}.png`), fullPage: true });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect([name, overflow]).toEqual([name, 0]);
    const link = page.getByRole('navigation').getByRole('link', { name: /^(开发者|Developers)$/ });
    expect(await link.getAttribute('aria-current')).toBe('page');
  }
});
