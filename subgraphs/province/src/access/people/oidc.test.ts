/** Signing in at a provider of identities that runs: the whole way, and what is tried on it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AccessFixture } from '../access.fixture.ts';
import { Browser, startOidcProvider } from './oidc.fixture.ts';
import type { OidcProvider } from './oidc.fixture.ts';
import { Oidc } from './oidc.ts';

/** The gateway's address as browsers know it: what it passes on, the test sends to the province itself. */
const baseUrl = 'http://gateway.example';
const net = { id: 'onenet', secret: 'a secret of the net at the provider' };
const callback = `${baseUrl}/session/oidc/callback`;

let provider: OidcProvider;
let access: AccessFixture;
beforeAll(async () => {
  provider = await startOidcProvider({ ...net, redirectUri: callback }, false);
  access = await start(provider, 'roles');
});
afterAll(async () => {
  await access[Symbol.asyncDispose]();
  await provider[Symbol.asyncDispose]();
});

function start({ issuer }: OidcProvider, rolesClaim: string): Promise<AccessFixture> {
  const oidc = { issuer, clientId: net.id, clientSecret: net.secret, rolesClaim };
  return AccessFixture.start({ gatewayUrl: baseUrl, oidc });
}

const here = (path: string, at = access) => new URL(path, at.province.url);

/** To the provider, and as far as the address that it sends the browser back to. */
async function depart(browser = new Browser(), at = access): Promise<URL> {
  const back = await browser.follow(here('/session/oidc', at).href, (url) =>
    url.href.startsWith(callback),
  );
  return here(`${back.pathname}${back.search}`, at);
}

async function signIn(subject: string, claims: object, at = access, by = provider) {
  by.user = { subject, claims: { ...claims } };
  const browser = new Browser();
  return browser.get(await depart(browser, at));
}

async function whoIs(cookies: readonly string[], at = access) {
  const cookie = cookies.find((each) => each.startsWith('onenet-session='))?.split(';')[0] ?? '';
  const { body } = await at.call('/session', { headers: { cookie } });
  return body;
}

describe('the whole way', () => {
  test('ends in the dashboard, with a session of the roles that the provider names', async () => {
    const claims = { name: '李四', roles: ['leader', 'of another system'] };
    const arrived = await signIn('li', claims);
    expect([arrived.status, arrived.location]).toEqual([303, `${baseUrl}/`]);
    expect(await whoIs(arrived.cookies)).toMatchObject({
      name: '李四',
      roles: ['leader'],
      platform: null,
      canChangePassword: false,
    });
  });

  test('as a team names its platform', async () => {
    const { cookies } = await signIn('wuhan', { roles: 'team:420100' });
    expect(await whoIs(cookies)).toMatchObject({ roles: ['team'], platform: '420100' });
  });

  test('again is the same person, with the roles of today', async () => {
    const first = await whoIs((await signIn('changing', { roles: ['leader'] })).cookies);
    const second = await whoIs((await signIn('changing', { roles: ['auditor'] })).cookies);
    expect(second['id']).toBe(first['id']);
    expect(second['roles']).toEqual(['auditor']);
    // And the trail has whose roles came when, by whose word of whom: no name and no subject.
    const lines = await access.db.collection('trail').find({ person: first['id'] }).toArray();
    expect(lines.map(({ action, by, detail }) => [action, by.kind, detail])).toEqual([
      ['PERSON_ADDED', 'person', 'leader'],
      ['PERSON_CHANGED', 'person', 'leader → auditor'],
    ]);
    expect(JSON.stringify(lines)).not.toContain('changing');
  });

  test('asks for roles where the ID token has none, and finds them by their path', async () => {
    await using terse = await startOidcProvider({ ...net, redirectUri: callback }, true);
    await using other = await start(terse, 'realm_access.roles');
    const claims = { realm_access: { roles: ['auditor'] } };
    const { cookies } = await signIn('nested', claims, other, terse);
    expect(await whoIs(cookies, other)).toMatchObject({ roles: ['auditor'] });
  });
});

describe('nobody is signed in', () => {
  test.each([
    ['without a role', {}, 403],
    ['with roles of another system alone', { roles: ['admin'] }, 403],
    ['with a team of no platform', { roles: ['team:999999'] }, 403],
    ['with two teams', { roles: ['team:420100', 'team:420500'] }, 403],
  ])('%s', async (_, claims, status) => {
    const arrived = await signIn('refused', claims);
    expect(arrived.status).toBe(status);
    expect(arrived.cookies.join()).not.toContain('onenet-session=');
  });

  test('by a link that another browser’s sign-in led to', async () => {
    provider.user = { subject: 'attacker', claims: { roles: ['leader'] } };
    const link = await depart();
    expect((await new Browser().get(link)).status).toBe(401);
    const victim = new Browser();
    await depart(victim);
    expect((await victim.get(link)).status).toBe(401);
  });

  test('by the same link again', async () => {
    provider.user = { subject: 'again', claims: { roles: ['leader'] } };
    const browser = new Browser();
    const link = await depart(browser);
    expect((await browser.get(link)).status).toBe(303);
    expect((await browser.get(link)).status).toBe(401);
  });

  test('by a code that is made up, or without one', async () => {
    provider.user = { subject: 'forger', claims: { roles: ['leader'] } };
    const browser = new Browser();
    const link = await depart(browser);
    link.searchParams.set('code', 'made-up');
    expect((await browser.get(link)).status).toBe(401);
    link.searchParams.delete('code');
    expect((await browser.get(link)).status).toBe(401);
  });
});

test('an account of the provider cannot be taken by a password, nor a local one by the provider', async () => {
  await signIn('admin', { name: 'admin', roles: ['auditor'] });
  const { body } = await access.operate('GET', 'people');
  const people = body['people'] as readonly { name: string; roles: string[]; signsIn: string }[];
  expect(people.find(({ name }) => name === 'admin')?.roles).toEqual(['leader', 'administrator']);
  const other = people.find(({ name }) => name === `${provider.issuer} admin`);
  expect(other).toMatchObject({ signsIn: 'OIDC', roles: ['auditor'] });
  expect((await access.signIn(other?.name ?? '', '')).status).toBe(400);
  expect((await access.signIn(other?.name ?? '', 'null')).status).toBe(401);
});

test('a provider that is away is said to be', async () => {
  const gone = await startOidcProvider({ ...net, redirectUri: callback }, false);
  await gone[Symbol.asyncDispose]();
  await using other = await start(gone, 'roles');
  const { status, body } = await other.call('/session/oidc');
  expect([status, body]).toMatchObject([503, { error: { code: 'UNAVAILABLE' } }]);
});

test('without a provider there is nothing of it', async () => {
  await using plain = await AccessFixture.start();
  expect((await plain.call('/session/oidc')).status).toBe(404);
  expect((await plain.call('/session/provider')).body).toEqual({ provider: false });
});

test('a provider by http is taken on this machine alone', () => {
  const oidc = { issuer: 'http://idp.example', clientId: 'x', clientSecret: 'y', rolesClaim: 'z' };
  expect(() => new Oidc(oidc, baseUrl)).toThrow('must be https');
  expect(new Oidc({ ...oidc, issuer: 'http://localhost:1' }, baseUrl)).toBeInstanceOf(Oidc);
});
