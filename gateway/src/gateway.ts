/** Starts the gateway: follows the owner directory, keeps a generation for its supergraph, and answers. */
import type { GraphQLDataSource } from '@apollo/gateway';
import { createLinksDataSource } from '@onenet/links';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pino, type Logger } from 'pino';
import { Agent } from 'undici';
import { Directory } from './directory.ts';
import { Generations } from './generations.ts';
import { Metrics } from './metrics.ts';
import { Breakers } from './owners/breaker.ts';
import { createMunicipalDataSource } from './owners/data-source.ts';
import { createTransport } from './owners/transport.ts';
import { createGatewayServer } from './server.ts';
import { createServiceDataSource } from './services.ts';

export interface GatewayOptions {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly host?: string;
  /** Base URL of the province, which tells the net. */
  readonly provinceUrl: string;
  /** Folder of the built dashboard. */
  readonly dashboardDir?: string | undefined;
  /** Folder for the last good owner directory. */
  readonly stateDir?: string | undefined;
  /** pino's; `silent` for none. */
  readonly logLevel?: string;
  readonly log?: Logger;
}

export interface Gateway {
  /** Base URL. */
  readonly url: string;
  /** Answers what is under way, then closes every connection. */
  stop(): Promise<void>;
}

/** Milliseconds that requests under way may take when the gateway stops. */
const drainMs = 10_000;

/** Resolves when the gateway is ready to answer. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  refuseTelemetry();
  const log = options.log ?? pino({ name: 'gateway', level: options.logLevel ?? 'info' });
  const metrics = new Metrics();
  const dispatcher = new Agent({ keepAliveTimeout: 30_000 });
  const transport = createTransport();
  const directory = await Directory.open({ ...options, dispatcher, log });

  const sources = new Map<string, GraphQLDataSource>([
    ['links', createLinksDataSource()],
    ['municipal', createMunicipalDataSource({ directory, transport, breakers: new Breakers() })],
  ]);
  for (const name of ['province', 'analytics'] as const) {
    const url = (): string => directory.current().services[name];
    sources.set(name, createServiceDataSource({ name, url, transport, log }));
  }
  const dataSource = (name: string): GraphQLDataSource => {
    const source = sources.get(name);
    if (!source) throw new Error(`The supergraph names ${name}, which this gateway does not know.`);
    return source;
  };

  const generations = new Generations({ dataSource, log, metrics });
  directory.onChange((net) => {
    metrics.revision.set(net.revision);
    void generations.follow(net);
  });

  const stopping = new AbortController();
  const server = createGatewayServer({
    ...options,
    generation: () => generations.current,
    directory,
    dispatcher,
    log,
    metrics,
    stop: stopping.signal,
  });
  server.listen(options.port, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  // It listens before it knows the net: until then it is live, and not ready.
  await generations.follow(await directory.first());

  return {
    url: `http://${options.host ?? '127.0.0.1'}:${port}`,
    async stop() {
      stopping.abort();
      const closed = once(server, 'close');
      server.close();
      // A kept-alive connection becomes idle when its last answer is out.
      const sweep = setInterval(() => server.closeIdleConnections(), 20);
      const late = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed;
      clearInterval(sweep);
      clearTimeout(late);
      await directory.close();
      await generations.stop();
      await transport.close();
      await dispatcher.destroy();
    },
  };
}

/** The vendor's gateway sends telemetry unless this is set before it loads. */
function refuseTelemetry(): void {
  const value = process.env['APOLLO_TELEMETRY_DISABLED'];
  if (value === '1' || value === 'true') return;
  throw new Error(
    'The gateway does not start while the vendor’s telemetry is on: set APOLLO_TELEMETRY_DISABLED=1.',
  );
}
