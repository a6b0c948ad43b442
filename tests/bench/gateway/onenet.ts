/** OneNet's gateway over a directory that names the canned owners: with everything on, or with part of it, to see what each adds. */
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contractModules, contractVersion } from '@onenet/contract';
import type { NetClient, NetSnapshot } from '@onenet/contract';
import { startGateway } from '@onenet/gateway';
import type { GatewayOptions } from '@onenet/gateway';
import { platforms } from '@onenet/platforms';
import { composeSupergraph, netSubgraphs } from '@onenet/province';
import { testIssuer, type TestIssuer } from '../../../gateway/src/callers/credentials.fixture.ts';
import { serveDirectory } from '../directory.ts';
import type { SideStarted } from './side.ts';

/** Databases of the gateway's. */
export type Stores = Pick<GatewayOptions, 'usage' | 'quota'>;

/** What is on. */
export interface OnenetOptions extends Stores {
  /** Whether calls to owners are signed. */
  readonly signed: boolean;
  /** Third parties, to whom every owner has granted every scope. */
  readonly clients?: readonly NetClient[] | undefined;
}

/** Serves on loopback. Without `usage` it keeps no uses and no records, without `quota` it counts alone. */
export async function startOnenet(
  urls: Readonly<Record<string, string>>,
  { signed, clients = [], usage, quota }: OnenetOptions,
): Promise<SideStarted> {
  const provinceUrl = await serveDirectory(snapshot(urls, clients));
  const issuer = await testIssuer();
  const jwksUrl = await serveJwks(issuer);
  const stateDir = await mkdtemp(join(tmpdir(), 'onenet-bench-'));
  // It is killed when the benchmark has its figures, so this is the last moment.
  process.once('exit', () => rmSync(stateDir, { recursive: true }));
  const { url } = await startGateway({
    host: '127.0.0.1',
    port: 0,
    provinceUrl,
    stateDir,
    keysDir: signed ? join(stateDir, 'keys') : undefined,
    usage,
    quota,
    tokens: { issuer: 'onenet', jwksUrl, audience: 'onenet', clientClaim: 'client_id' },
  });
  // Longer than a token of the net lives: the benchmark asks for no other.
  const claims = { exp: Math.floor(Date.now() / 1000) + 24 * 3600 };
  const tokens = clients.map(({ id, scopes }) =>
    issuer.token({ client: id, scope: scopes.join(' '), claims }),
  );
  return { url: `${url}/graphql`, tokens: await Promise.all(tokens) };
}

/** Serves the issuer's public keys on loopback until the process ends. */
async function serveJwks(issuer: TestIssuer): Promise<string> {
  const server = createServer((_, response) => {
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(issuer.jwks()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
}

function snapshot(
  urls: Readonly<Record<string, string>>,
  clients: readonly NetClient[],
): NetSnapshot {
  const nowhere = 'http://127.0.0.1:9/graphql';
  return {
    version: 1,
    revision: 1,
    contractVersion,
    supergraph: composeSupergraph(netSubgraphs()),
    services: { province: nowhere, analytics: nowhere },
    clients,
    grants: clients.flatMap(({ id, scopes, purposes: [purpose = ''] }) =>
      Object.keys(urls).map((platform) => ({
        id: `${id}-${platform}`,
        client: id,
        platform,
        scopes,
        purpose,
        until: null,
      })),
    ),
    owners: platforms.flatMap((platform) => {
      const graphqlUrl = urls[platform.code];
      if (!graphqlUrl) return [];
      return {
        ...platform,
        graphqlUrl,
        eventsUrl: graphqlUrl.replace('/graphql', '/events'),
        addresses: 'ANY' as const,
        connection: 'CONNECTED' as const,
        modules: contractModules.map(({ name }) => name),
        contractVersion,
        version: 1,
        lacks: [],
        additions: [],
        scope: { above: ['420000'] },
      };
    }),
  };
}
