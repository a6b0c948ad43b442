/** Starting and stopping: not with the vendor's telemetry on, and nothing that is under way is cut off. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { startGateway } from './index.ts';
import { post, startToldProvince } from './small-net.fixture.ts';

test('it does not start while telemetry is on', async () => {
  vi.stubEnv('APOLLO_TELEMETRY_DISABLED', '');
  await expect(startGateway({ port: 0, provinceUrl: 'http://127.0.0.1:1' })).rejects.toThrow(
    'set APOLLO_TELEMETRY_DISABLED=1',
  );
  vi.unstubAllEnvs();
});

test('without owners and services it answers all the same', async () => {
  const province = await startToldProvince();
  const gateway = await startGateway({ port: 0, provinceUrl: province.url, logLevel: 'silent' });
  const { body } = await post(gateway, {
    query: '{ platforms { code } serviceRequests { totalCount } }',
  });
  expect(body.data).toEqual({ platforms: null, serviceRequests: { totalCount: 0 } });
  expect(body.errors?.map(({ path, extensions }) => [extensions['code'], path])).toEqual([
    ['UNAVAILABLE', ['platforms']],
  ]);
  await gateway.stop();
  province.close();
});

test('a stop waits for what is under way, and takes nothing new', async () => {
  const asked = Promise.withResolvers<void>();
  const stopping = Promise.withResolvers<void>();
  const slow = createServer((request, response) => {
    request.resume();
    asked.resolve();
    void stopping.promise.then(() => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"data":{"platforms":[{"code":"420100"}]}}');
    });
  });
  slow.listen(0, '127.0.0.1');
  await once(slow, 'listening');
  const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/graphql`;
  const province = await startToldProvince();
  province.tell({ services: { province: url, analytics: url } });
  const gateway = await startGateway({ port: 0, provinceUrl: province.url, logLevel: 'silent' });

  const underWay = post(gateway, { query: '{ platforms { code } }' });
  await asked.promise;
  const stopped = gateway.stop();
  await expect(post(gateway, { query: '{ __typename }' })).rejects.toThrow('fetch failed');
  stopping.resolve();
  expect((await underWay).body.data).toEqual({ platforms: [{ code: '420100' }] });
  await stopped;
  province.close();
  slow.close();
});

test('while the province is not there it is live, not ready, and says so', async () => {
  const province = await startToldProvince();
  province.close();
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  void startGateway({ port, provinceUrl: province.url, logLevel: 'silent' });
  const url = `http://127.0.0.1:${port}`;
  await vi.waitFor(() => fetch(`${url}/health/live`), 20_000);
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
  expect((await fetch(`${url}/health/ready`)).status).toBe(503);
  const { status, body } = await post({ url }, { query: '{ __typename }' });
  expect(status).toBe(503);
  expect(body.errors?.[0]?.extensions['code']).toBe('UNAVAILABLE');
});
