/** OneNet's gateway as it runs, with every check on, over a directory that names the canned owners. */
import { contractModules, contractVersion } from '@onenet/contract';
import type { NetSnapshot } from '@onenet/contract';
import { startGateway } from '@onenet/gateway';
import { platforms } from '@onenet/platforms';
import { composeSupergraph, netSubgraphs } from '@onenet/province';
import { serveDirectory } from '../directory.ts';

/** Serves on loopback; resolves with the URL. */
export async function startOnenet(urls: Readonly<Record<string, string>>): Promise<string> {
  const provinceUrl = await serveDirectory(snapshot(urls));
  const { url } = await startGateway({ host: '127.0.0.1', port: 0, provinceUrl });
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
    owners: platforms.flatMap((platform) => {
      const graphqlUrl = urls[platform.code];
      if (!graphqlUrl) return [];
      return {
        ...platform,
        graphqlUrl,
        eventsUrl: graphqlUrl.replace('/graphql', '/events'),
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
