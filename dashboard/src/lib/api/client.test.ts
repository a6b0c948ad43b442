import { describe, expect, test, vi } from 'vitest';
import { ask, patienceMs, Problem, type Fetch } from './client.ts';
import { nullable, number, object } from './read.ts';

const shape = object({ count: nullable(number) });
const signal = new AbortController().signal;

describe('ask', () => {
  test('gives data and what is missing in it', async () => {
    const answer = await ask(
      '{ count }',
      {},
      shape,
      signal,
      answering({
        data: { count: null },
        errors: [{ message: 'gone', path: ['count'], extensions: { code: 'OWNER_FAILED' } }],
      }),
    );
    expect(answer.data).toEqual({ count: null });
    expect(answer.problems.map(({ kind, code }) => [kind, code])).toEqual([
      ['unavailable', 'OWNER_FAILED'],
    ]);
  });

  test.each([
    [
      'an error and no data',
      { data: null, errors: [{ extensions: { code: 'UNAVAILABLE' } }] },
      'unavailable',
    ],
    [
      'a platform that is down',
      { data: { count: 'none' }, errors: [{ extensions: { code: 'NOBODY_ANSWERED' } }] },
      'unavailable',
    ],
    ['a refusal', { errors: [{ extensions: { code: 'SCOPE_REQUIRED' } }] }, 'refused'],
    [
      'a session that has ended',
      { errors: [{ extensions: { code: 'CREDENTIALS_INVALID' } }] },
      'signIn',
    ],
    ['data of another shape', { data: { count: 'many' } }, 'unexpected'],
    ['something that is no answer', ['HTML'], 'unavailable'],
  ])('%s is a problem', async (_, body, kind) => {
    const asked = ask('{ count }', {}, shape, signal, answering(body));
    await expect(asked).rejects.toMatchObject({ name: 'Problem', kind });
  });

  test('a gateway that is not there is a problem of the network', async () => {
    const fetch: Fetch = () => Promise.reject(new TypeError('fetch failed'));
    await expect(ask('{ count }', {}, shape, signal, fetch)).rejects.toMatchObject({
      kind: 'offline',
    });
  });

  test('a gateway that does not answer at all is one too, and so is one that stops within an answer', async () => {
    vi.useFakeTimers();
    try {
      const silent: Fetch = (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
        });
      const stopping: Fetch = (_, init) =>
        Promise.resolve(
          new Response(
            new ReadableStream({
              start: (body) => {
                body.enqueue(new TextEncoder().encode('{"data": {'));
                init?.signal?.addEventListener('abort', () => body.error(new Error('aborted')));
              },
            }),
          ),
        );
      for (const fetch of [silent, stopping]) {
        const asked = ask('{ count }', {}, shape, signal, fetch).catch((error: unknown) => error);
        await vi.advanceTimersByTimeAsync(patienceMs - 1);
        expect(vi.getTimerCount()).toBe(1);
        await vi.advanceTimersByTimeAsync(1);
        expect(await asked).toMatchObject({ kind: 'offline' });
        expect(vi.getTimerCount()).toBe(0);
      }
    } finally {
      vi.useRealTimers();
    }
  });

  test('who leaves ends the question, which is no problem', async () => {
    const leaving = new AbortController();
    const fetch: Fetch = (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    const asked = ask('{ count }', {}, shape, leaving.signal, fetch).catch(
      (error: unknown) => error,
    );
    leaving.abort();
    expect(await asked).not.toBeInstanceOf(Problem);
  });

  test('sends the document and its variables, and how long it may take', async () => {
    let sent: unknown;
    const fetch: Fetch = (_, init) => {
      sent = JSON.parse(typeof init?.body === 'string' ? init.body : 'null');
      return Promise.resolve(Response.json({ data: { count: 1 } }));
    };
    await ask('query Q($a: Int) { count }', { a: 1 }, shape, signal, fetch);
    expect(sent).toEqual({ query: 'query Q($a: Int) { count }', variables: { a: 1 } });
    await ask('{ count }', {}, shape, signal, fetch, { deadlineMs: 9_000 });
    expect(sent).toMatchObject({ extensions: { onenet: { deadlineMs: 9_000 } } });
  });

  test('a problem says whose fault it is', () => {
    expect(new Problem('offline', null, 'away')).toMatchObject({ kind: 'offline', code: null });
  });
});

function answering(body: unknown): Fetch {
  return () => Promise.resolve(Response.json(body));
}
