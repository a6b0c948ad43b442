/** A third party is answered by what the platform has granted, as the province tells its sidecar. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Caller } from '@onenet/contract';
import { expect, test } from 'vitest';
import { caller, code, freshPostgres, netKeys, serverBehind } from '../test/harness.ts';
import { startSidecar } from './sidecar.ts';

const pensions: Caller = {
  ...caller,
  client: 'pensions',
  roles: ['consumer'],
  scopes: ['members:read', 'members:personal'],
  purpose: 'pension-review',
};
const body = JSON.stringify({ query: '{ members(first: 1) { edges { node { status } } } }' });

test('what is granted passes, and of the personal scopes those that are granted alone', async () => {
  await using stack = new AsyncDisposableStack();
  const outbox = stack.use(await freshPostgres());
  const behind = stack.use(await serverBehind());
  const keys = stack.use(await netKeys());
  const asked: (string | undefined)[] = [];
  const grant = { id: '1', client: 'pensions', platform: code, purpose: 'pension-review' };
  const list = { revision: 1, grants: [{ ...grant, scopes: ['members:read'], until: null }] };
  const province = createServer((request, response) => {
    asked.push(request.headers.authorization);
    // A call that waits for news waits.
    if (!request.url?.includes('wait=25')) response.end(JSON.stringify(list));
  });
  province.listen(0, '127.0.0.1');
  await once(province, 'listening');
  stack.defer(async () => {
    const closed = once(province, 'close');
    province.close();
    province.closeAllConnections();
    await closed;
  });
  const options = { code, upstream: behind.url, outbox: outbox.uri, port: 0, trust: [keys.file] };
  const sidecar = await startSidecar({
    ...options,
    province: `http://127.0.0.1:${(province.address() as AddressInfo).port}`,
    token: 'secret',
  });
  stack.defer(() => sidecar.stop());
  const ask = async (as: Caller, at = sidecar) => {
    const headers = keys.sign({ method: 'POST', path: '/graphql', body }, as);
    return await fetch(`${at.url}/graphql`, { method: 'POST', headers, body });
  };

  expect((await ask(pensions)).status).toBe(200);
  const told = String(behind.requests[0]?.headers['onenet-caller']);
  expect(JSON.parse(Buffer.from(told, 'base64url').toString())).toMatchObject({
    client: 'pensions',
    scopes: ['members:read'],
  });
  const refused = await ask({ ...pensions, purpose: 'statistics' });
  expect([refused.status, await refused.json()]).toMatchObject([
    403,
    { errors: [{ extensions: { code: 'REFUSED', scope: 'members:read', platform: code } }] },
  ]);
  expect(behind.requests).toHaveLength(1);
  expect(new Set(asked)).toEqual(new Set(['Bearer secret']));

  // Another sidecar over the same database, which the province does not answer, has the last list.
  const cut = await startSidecar({ ...options, province: 'http://127.0.0.1:1', onError: () => {} });
  stack.defer(() => cut.stop());
  expect((await ask(pensions, cut)).status).toBe(200);
});
