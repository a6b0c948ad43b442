/** Who asks a part of the net: whoever the gateway signed for, and nobody by an unsigned word where there are keys. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { callerHeader, encodeCaller } from '@onenet/contract';
import { expect, inject, test } from 'vitest';
import { someCaller, testDatabase, testGuard, testSigner } from './fixture.ts';
import { createGuard } from './guard.ts';
import { mongoGuardStore } from './mongo-guard-store.ts';
import { answerPart } from './part.ts';
import { provinceCode } from './payload.ts';
import { signCall } from './sign.ts';

const actor = { kind: 'OFFICER', reference: 'p-1' } as const;
const body = '{"query":"{ a }"}';

/** A part that answers who asks. */
async function startPart(guard: Awaited<ReturnType<typeof testGuard>>, hasKeys: boolean) {
  const handler = {
    fetch: async (request: Request, asker: object) =>
      Response.json({ asker, asked: await request.text() }),
  };
  const server = createServer((request, response) => {
    void answerPart({ guard, handler, hasKeys }, request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  return {
    ask: async (headers: Readonly<Record<string, string>>, text = body) => {
      const sent = { 'content-type': 'application/json', ...headers };
      const response = await fetch(url, { method: 'POST', headers: sent, body: text });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

test('the gateway’s word is taken, once, for this very call', async () => {
  await using database = await testDatabase(inject('mongodbUri'));
  await using signer = await testSigner('EdDSA');
  const guard = await testGuard(database.db, signer.trust, { code: provinceCode });
  await using part = await startPart(guard, true);
  const call = { owner: provinceCode, method: 'POST', path: '/graphql', body };
  const headers = signCall(signer.keys, someCaller, actor, call);
  expect(await part.ask(headers, '{"query":"{ b }"}')).toMatchObject({ status: 401 });
  const { status, body: answer } = await part.ask(headers);
  expect([status, answer['asked']]).toEqual([200, body]);
  expect(answer['asker']).toEqual({ caller: someCaller, actor, from: '127.0.0.1' });
  expect(await part.ask(headers)).toMatchObject({
    status: 401,
    body: { errors: [{ extensions: { code: 'ASSERTION_REPLAYED' } }] },
  });
});

test.each([
  ['with keys, this machine is itself, whomever it names', true, 'local'],
  ['without keys, whom this machine names', false, someCaller.client],
])('%s', async (_name, hasKeys, client) => {
  await using database = await testDatabase(inject('mongodbUri'));
  const store = mongoGuardStore(database.db);
  const guard = await createGuard({ code: provinceCode, store, unsigned: 'loopback' });
  await using part = await startPart(guard, hasKeys);
  const named = { [callerHeader]: encodeCaller(someCaller) };
  const { body: answer } = await part.ask(named);
  expect(answer['asker']).toMatchObject({ caller: { client } });
  expect(await part.ask({ ...named, via: '1.1 proxy' })).toMatchObject({ status: 401 });
});

/** What a page of another site makes a browser send without asking first, and what grows while it is read. */
const notJson: readonly (readonly [name: string, headers: Readonly<Record<string, string>>])[] = [
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
  ['a form with files', { 'content-type': 'multipart/form-data; boundary=x' }],
  ['a text', { 'content-type': 'text/plain;charset=UTF-8' }],
  ['a document', { 'content-type': 'application/graphql' }],
  ['no type', { 'content-type': '' }],
  ['a compressed body', { 'content-encoding': 'gzip' }],
];

test.each(notJson)(
  '%s is refused, signed or from this machine, and takes no leaf',
  async (_name, wrong) => {
    await using database = await testDatabase(inject('mongodbUri'));
    await using signer = await testSigner('EdDSA');
    const store = mongoGuardStore(database.db);
    const { trust } = signer;
    const guard = await createGuard({ code: provinceCode, trust, store, unsigned: 'loopback' });
    await using part = await startPart(guard, true);
    const call = { owner: provinceCode, method: 'POST', path: '/graphql', body };
    const signed = signCall(signer.keys, someCaller, actor, call);
    for (const headers of [{}, signed]) {
      expect(await part.ask({ ...headers, ...wrong })).toMatchObject({
        status: 415,
        body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
      });
    }
    expect(await part.ask(signed)).toMatchObject({ status: 200 });
  },
);
