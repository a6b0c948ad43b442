/** Publishing: what is in order is admitted; what is not changes nothing for anybody, and says what and where. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { platformSdl } from '@onenet/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startRegistryNet, type RegistryNet } from './fixtures/registry-net.ts';

const code = '422800';
const sdl = platformSdl(['core', 'organizations', 'requests', 'members', 'content']);
let net: RegistryNet;
let token: string;
let url: string;

beforeAll(async () => {
  net = await startRegistryNet([code, '429021']);
  token = await net.token(code);
  url = net.platformUrls[code] ?? '';
});

afterAll(async () => {
  await net[Symbol.asyncDispose]();
});

test('a registered platform becomes a connected one, by the steps in order', async () => {
  expect(await net.owner(code)).toMatchObject({ connection: 'REGISTERED', version: 0 });
  const report = await net.publish(code, { url, sdl }, token);
  expect(report).toMatchObject({ status: 200, admitted: true, version: 1 });
  expect(report.steps).toEqual(
    ['VALID', 'CONFORMS', 'ADDITIONS', 'BREAKING', 'ADDRESS', 'PROBE'].map((step) => ({
      step,
      ok: true,
      findings: [],
    })),
  );
  expect(await net.owner(code)).toMatchObject({
    connection: 'CONNECTED',
    version: 1,
    graphqlUrl: `${url}/graphql`,
    contractVersion: '1.1',
    lacks: [],
  });
});

test('without an SDL the address is asked for it', async () => {
  const report = await net.publish(code, { url }, token);
  expect(report).toMatchObject({ status: 200, admitted: true, version: 2 });
});
