/** OneNet's gateway as it runs, with every check on, every call signed and every use kept, over a directory that names the canned owners. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contractModules, contractVersion } from '@onenet/contract';
import type { NetSnapshot } from '@onenet/contract';
import { startGateway } from '@onenet/gateway';
import type { GatewayOptions } from '@onenet/gateway';
import { platforms } from '@onenet/platforms';
import { composeSupergraph, netSubgraphs } from '@onenet/province';
import { serveDirectory } from '../directory.ts';

/** Serves on loopback; resolves with the URL. Without `usage` it keeps no uses. */
export async function startOnenet(
  urls: Readonly<Record<string, string>>,
  usage: GatewayOptions['usage'],
): Promise<string> {
  const provinceUrl = await serveDirectory(snapshot(urls));
  const stateDir = await mkdtemp(join(tmpdir(), 'onenet-bench-'));
  // It is killed when the benchmark has its figures, so this is the last moment.
  process.once('exit', () => rmSync(stateDir, { recursive: true }));
  const { url } = await startGateway({
    host: '127.0.0.1',
    port: 0,
    provinceUrl,
    stateDir,
    keysDir: join(stateDir, 'keys'),
    usage,
  });
  return `${url}/graphql`;
}

function snapshot(urls: Readonly<Record<string, string>>): NetSnapshot {
  const nowhere = 'http://127.0.0.1:9/graphql';
  return {
    version: 1,
    revision: 1,
    contractVersion,
    supergraph: composeSupergraph(netSubgraphs()),
    services: { province: nowhere, analytics: nowhere },
    clients: [],
    grants: [],
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
