import { describe, expect, test } from 'vitest';
import { ask, Problem, type Fetch } from './client.ts';
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

  test('sends the document and its variables', async () => {
    let sent: unknown;
    const fetch: Fetch = (_, init) => {
      sent = JSON.parse(typeof init?.body === 'string' ? init.body : 'null');
      return Promise.resolve(Response.json({ data: { count: 1 } }));
    };
    await ask('query Q($a: Int) { count }', { a: 1 }, shape, signal, fetch);
    expect(sent).toEqual({ query: 'query Q($a: Int) { count }', variables: { a: 1 } });
  });

  test('a problem says whose fault it is', () => {
    expect(new Problem('offline', null, 'away')).toMatchObject({ kind: 'offline', code: null });
  });
});

function answering(body: unknown): Fetch {
  return () => Promise.resolve(Response.json(body));
}
