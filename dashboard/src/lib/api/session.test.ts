import { describe, expect, test } from 'vitest';
import type { Fetch } from './client.ts';
import { askVisit, hasProvider, pageOfOurs, signIn } from './session.ts';

const answering =
  (status: number, body: unknown): Fetch =>
  () =>
    Promise.resolve(Response.json(body, { status }));
const person = { name: 'admin', roles: ['leader'], platform: null, canChangePassword: true };

test('who is signed in, or nobody; and whether they may ask', async () => {
  const shown = { ...person, scopes: ['members:read'] };
  const headers = { 'onenet-credentials': 'required' };
  const strict = (body: unknown) =>
    askVisit(() => Promise.resolve(Response.json(body, { headers })));
  const open = (body: unknown) => askVisit(answering(200, body));
  expect(await open(shown)).toEqual({ signedIn: person, mayAsk: true });
  expect(await strict(shown)).toEqual({ signedIn: person, mayAsk: true });
  expect(await open(null)).toEqual({ signedIn: null, mayAsk: true });
  expect(await strict(null)).toEqual({ signedIn: null, mayAsk: false });
});

describe('signing in', () => {
  test.each([
    ['holds', 200, person, person],
    ['is refused', 401, { error: { code: 'CREDENTIALS_INVALID' } }, 'CREDENTIALS_INVALID'],
    ['comes too often', 429, { error: { code: 'TOO_MANY' } }, 'TOO_MANY'],
    [
      'finds no province',
      503,
      { errors: [{ extensions: { code: 'UNAVAILABLE' } }] },
      'UNAVAILABLE',
    ],
    ['finds something else', 502, '<html>', 'UNAVAILABLE'],
  ])('%s', async (_, status, body, expected) => {
    const result = await signIn('admin', 'x', answering(status, body));
    expect('refused' in result ? result.refused : result).toEqual(expected);
  });

  test('leads on to a page of ours alone', () => {
    const origin = 'https://onenet.example';
    const to = (next: string | null) => pageOfOurs(next, origin);
    expect(to('/platform/420100?lang=en')).toBe('/platform/420100?lang=en');
    for (const elsewhere of ['//evil.example/x', '/\\evil.example', 'https://evil.example', null]) {
      expect(to(elsewhere)).toBe('/');
    }
    expect(to('javascript:alert(1)')).toBe('/');
  });

  test('at a provider, where there is one', async () => {
    expect(await hasProvider(answering(200, { provider: true }))).toBe(true);
    expect(await hasProvider(answering(200, { provider: false }))).toBe(false);
    expect(await hasProvider(answering(503, {}))).toBe(false);
  });
});
