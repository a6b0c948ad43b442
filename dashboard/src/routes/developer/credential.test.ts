/** Signing out while something is under way: nobody is signed in by it afterwards, and nothing is asked as somebody else. */
import { afterEach, expect, test, vi } from 'vitest';

// The class as it is; what makes its fields reactive is the compiler's, and no part of what is tested.
vi.stubGlobal(
  '$state',
  Object.assign(<T>(value: T) => value, { raw: <T>(value?: T) => value }),
);
const { Credential } = await import('./credential.svelte.ts');

interface Asked {
  readonly path: string;
  readonly authorization: string | null;
  readonly credentials: string | undefined;
  answer(body: unknown): void;
}

/** The server, which answers when it is told to. */
function server(): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal('fetch', (path: string, init: RequestInit = {}) => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    const authorization = new Headers(init.headers).get('authorization');
    const answer = (body: unknown) => resolve(Response.json(body));
    asked.push({ path, authorization, credentials: init.credentials, answer });
    return promise;
  });
  return asked;
}

const token = (name: string, seconds = 600) => ({
  access_token: name,
  expires_in: seconds,
  scope: 'members:read',
});
const asks = (asked: readonly Asked[], count: number) =>
  vi.waitFor(() => expect(asked).toHaveLength(count));
afterEach(() => vi.useRealTimers());

async function signedIn(seconds?: number) {
  const asked = server();
  const credential = new Credential();
  const done = credential.signIn('pensions', 'secret');
  await asks(asked, 1);
  asked[0]?.answer(token('first', seconds));
  await asks(asked, 2);
  asked[1]?.answer({ data: {} });
  await done;
  expect(credential.current?.client).toBe('pensions');
  return { asked, credential };
}

test('while the token is asked for', async () => {
  const asked = server();
  const credential = new Credential();
  const done = credential.signIn('pensions', 'secret');
  await asks(asked, 1);
  credential.signOut();
  asked[0]?.answer(token('late'));
  await done;
  expect([credential.current, credential.endsAt]).toEqual([null, 0]);
});

test('while the purposes are asked for', async () => {
  const asked = server();
  const credential = new Credential();
  const done = credential.signIn('pensions', 'secret');
  await asks(asked, 1);
  asked[0]?.answer(token('first'));
  await asks(asked, 2);
  credential.signOut();
  asked[1]?.answer({ errors: [{ extensions: { purposes: ['review', 'statistics'] } }] });
  await done;
  expect([credential.current, credential.purposes, credential.purpose]).toEqual([null, [], '']);
});

test('of two that sign in at once the later is signed in', async () => {
  const asked = server();
  const credential = new Credential();
  const first = credential.signIn('pensions', 'secret');
  const second = credential.signIn('taxation', 'other');
  await asks(asked, 2);
  asked[1]?.answer(token('second'));
  await asks(asked, 3);
  asked[2]?.answer({ data: {} });
  await second;
  asked[0]?.answer(token('first'));
  await first;
  expect(credential.current?.client).toBe('taxation');
  void credential.fetch('/graphql');
  await asks(asked, 4);
  expect(asked[3]?.authorization).toBe('Bearer second');
});

test('while a token is renewed: the call is not made as whoever has the cookie', async () => {
  const { asked, credential } = await signedIn(1);
  const call = credential.fetch('/graphql');
  await asks(asked, 3);
  expect(asked[2]?.path).toBe('/oauth/token');
  credential.signOut();
  asked[2]?.answer(token('renewed'));
  await expect(call).rejects.toThrow('signed out meanwhile');
  expect(asked).toHaveLength(3);
  expect(credential.endsAt).toBe(0);
  // The next call is nobody's, and says so.
  void credential.fetch('/graphql');
  await asks(asked, 4);
  expect([asked[3]?.authorization, asked[3]?.credentials]).toEqual([null, 'same-origin']);
});
