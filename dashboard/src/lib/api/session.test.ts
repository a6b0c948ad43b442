import { describe, expect, test } from 'vitest';
import type { Fetch } from './client.ts';
import { askSession, hasProvider, pageOfOurs, signIn } from './session.ts';

const answering =
  (status: number, body: unknown): Fetch =>
  () =>
    Promise.resolve(Response.json(body, { status }));
const signal = new AbortController().signal;
const person = { name: 'admin', roles: ['leader'], platform: null };

test('who is signed in, or nobody', async () => {
  const shown = { ...person, scopes: ['members:read'] };
  expect(await askSession(signal, answering(200, shown))).toEqual(person);
  expect(await askSession(signal, answering(200, null))).toBeNull();
  const nobody = { error: { code: 'CREDENTIALS_REQUIRED' } };
  expect(await askSession(signal, answering(401, nobody))).toBeNull();
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
    const away = { type: 'opaqueredirect' } as Response;
    expect(await hasProvider(() => Promise.resolve(away))).toBe(true);
    expect(await hasProvider(answering(404, {}))).toBe(false);
  });
});
