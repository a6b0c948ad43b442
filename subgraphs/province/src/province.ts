/** Starts the province: its subgraph, the owner directory and health, on one port. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NetError, errorCodes } from '@onenet/contract';
import type { ConnectionStatus, NetErrorCode } from '@onenet/contract';
import { MongoClient } from 'mongodb';
import { Directory } from './directory.ts';
import { answerNet } from './net.ts';
import { Registry } from './registry.ts';
import { createGraphql } from './schema.ts';
import { composeSupergraph, netSubgraphs } from './supergraph.ts';

export interface ProvinceOptions {
  /** 0: the system chooses. */
  readonly port: number;
  readonly host: string;
  readonly mongodbUri: string;
  readonly database: string;
  /** Platforms answer at this host, at the base port plus the offset that the registry stores. */
  readonly platformHost: string;
  readonly platformBasePort: number;
  /** Base URL of analytics, e.g. `http://127.0.0.1:4002`. */
  readonly analyticsUrl: string;
  /** Base URL under which the gateway reaches the province; its own address when absent. */
  readonly publicUrl?: string;
}

/** The running province. */
export interface Province {
  /** Base URL. */
  readonly url: string;
  readonly directory: Directory;
  /** Switches a platform; who polls `/net` knows within milliseconds. */
  setConnection(code: string, connection: ConnectionStatus): Promise<void>;
  /** Says where a platform answers (base URL); null: at the base port plus its offset. */
  setPlatformUrl(code: string, url: string | null): Promise<void>;
  stop(): Promise<void>;
}

export async function startProvince(options: ProvinceOptions): Promise<Province> {
  const supergraph = composeSupergraph(netSubgraphs());
  const client = await MongoClient.connect(options.mongodbUri);
  const server = createServer();
  try {
    server.listen(options.port, options.host);
    await once(server, 'listening');
    const url = `http://${options.host}:${portOf(server.address())}`;
    const directory = await Directory.open(new Registry(client, client.db(options.database)), {
      supergraph,
      platformHost: options.platformHost,
      platformBasePort: options.platformBasePort,
      services: {
        province: `${options.publicUrl ?? url}/graphql`,
        analytics: `${options.analyticsUrl}/graphql`,
      },
    });
    const ping = async () => void (await client.db(options.database).command({ ping: 1 }));
    server.on('request', createListener(directory, ping));
    return {
      url,
      directory,
      setConnection: (code, connection) => directory.setConnection(code, connection),
      setPlatformUrl: (code, platformUrl) => directory.setUrl(code, platformUrl),
      stop: async () => {
        const closed = once(server, 'close');
        server.close();
        // Waiting polls end here, so that the connections become idle.
        await directory.close();
        server.closeIdleConnections();
        const force = setTimeout(() => server.closeAllConnections(), stopWithinMs);
        await closed;
        clearTimeout(force);
        await client.close();
      },
    };
  } catch (error) {
    server.close();
    await client.close();
    throw error;
  }
}

/** How long running requests may take to end at a stop. */
const stopWithinMs = 2000;

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

function createListener(directory: Directory, ping: () => Promise<void>): Listener {
  const graphql = createGraphql(directory);
  return (request, response) => {
    const url = new URL(request.url?.replace(/^\/+/, '/') ?? '/', 'http://province');
    switch (url.pathname) {
      case '/graphql':
        void graphql(request, response);
        return;
      case '/net':
        answerNet(directory, url.searchParams, request, response).catch((error: unknown) =>
          answerError(response, error),
        );
        return;
      case '/health/live':
        answerJson(response, 200, { status: 'live' });
        return;
      case '/health/ready':
        ping().then(
          () => answerJson(response, 200, { status: 'ready', revision: directory.revision }),
          () => answerError(response, new NetError('UNAVAILABLE', 'MongoDB does not answer.')),
        );
        return;
      default:
        answerError(
          response,
          new NetError('NOT_FOUND', 'Here are /graphql, /net, /health/live and /health/ready.'),
        );
    }
  };
}

function answerError(response: ServerResponse, error: unknown): void {
  if (error instanceof NetError) {
    const status = error.code === 'NOT_FOUND' ? 404 : statusOf(error.code);
    answerJson(response, status, { error: { code: error.code, message: error.message } });
    return;
  }
  console.error('province:', error);
  answerJson(response, 500, { error: { code: 'INTERNAL', message: errorCodes.INTERNAL.message } });
}

function statusOf(code: NetErrorCode): number {
  return errorCodes[code].fault === 'caller' ? 400 : 503;
}

function answerJson(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}
