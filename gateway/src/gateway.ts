/** Starts the gateway: follows the owner directory, keeps a generation for its supergraph, and answers. */
import type { GraphQLDataSource } from '@apollo/gateway';
import { openPartKeys } from '@onenet/assertion';
import { readNetworks, type NetSnapshot } from '@onenet/contract';
import { composedReferences, createLinksDataSource } from '@onenet/links';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pino, type Logger } from 'pino';
import { Agent } from 'undici';
import { additionsSchema } from './additions/additions-schema.ts';
import { createAdditionsDataSource } from './additions/data-source.ts';
import type { LocalPolicy } from './callers/callers.ts';
import { openCallers, type CallersConfig } from './callers/open.ts';
import { Directory } from './directory.ts';
import type { DataSources } from './generation.ts';
import { Jobs, type JobsOptions } from './exports/jobs.ts';
import { Generations } from './generations.ts';
import { LastNet } from './last-net.ts';
import { Metrics } from './metrics.ts';
import { Breakers } from './owners/breaker.ts';
import { Budgets } from './owners/budget.ts';
import { createMunicipalDataSource } from './owners/data-source.ts';
import { createTransport } from './owners/transport.ts';
import { Admission } from './quota/admission.ts';
import { createGatewayServer } from './server.ts';
import { createServiceDataSource } from './services.ts';
import { openUsage, type Usage } from './usage/usage.ts';

export interface GatewayOptions {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly host?: string;
  /** Base URL of the province, which tells the net. */
  readonly provinceUrl: string;
  /** Whether calls from this machine need no credentials. Default: `open` where it listens on this machine alone. */
  readonly local?: LocalPolicy | undefined;
  /** Whose access tokens are taken, where not the province's. */
  readonly tokens?: CallersConfig['tokens'];
  /** Reverse proxies, as addresses and networks, whose word on where a call comes from is believed. Default: none. */
  readonly trustedProxies?: readonly string[];
  /** Whether `/metrics` is for everybody, and not for this machine alone. */
  readonly openMetrics?: boolean | undefined;
  /** Folder of the built dashboard. */
  readonly dashboardDir?: string | undefined;
  /** Folder for the last good owner directory. */
  readonly stateDir?: string | undefined;
  /** Folder of the private keys with which calls to owners are signed; absent: they are not. */
  readonly keysDir?: string | undefined;
  /** Where what consumers ask is kept, for all gateways of the net; needs `stateDir`. Absent: it is not kept. */
  readonly usage?: { readonly mongodbUri: string; readonly database: string } | undefined;
  /** Where all gateways of the net share what clients may still ask; absent: this one counts alone. */
  readonly quota?: { readonly mongodbUri: string; readonly database: string } | undefined;
  /** Where the jobs of exports are, for all gateways of the net; absent: none are kept. */
  readonly exports?:
    | (JobsOptions & { readonly patienceMs?: readonly number[] | undefined })
    | undefined;
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
/** How long an export waits before it asks again for what failed. */
const exportPatienceMs = [1000, 3000, 9000];

/** Resolves when the gateway is ready to answer. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  refuseTelemetry();
  const log = options.log ?? pino({ name: 'gateway', level: options.logLevel ?? 'info' });
  const keys =
    options.keysDir === undefined
      ? undefined
      : await openPartKeys(options.keysDir, 'gateway', {
          onError: (err) => log.error({ err }, 'the keys cannot be read'),
        });
  const metrics = new Metrics();
  const proxies = readNetworks(options.trustedProxies ?? []);
  const dispatcher = new Agent({ keepAliveTimeout: 30_000 });
  const transport = createTransport();

  const breakers = new Breakers();
  const admission = new Admission({ shared: options.quota, log });
  const budgets = new Budgets(admission.shared);
  const sources = new Map<string, GraphQLDataSource>([
    ['municipal', createMunicipalDataSource({ transport, breakers, budgets, signer: keys })],
  ]);
  for (const name of ['province', 'analytics'] as const) {
    sources.set(name, createServiceDataSource({ name, transport, signer: keys, log }));
  }
  const dataSource: DataSources = (name, supergraph) => {
    // These two know the additions, which are another set in each generation.
    if (name === 'links') return createLinksDataSource(composedReferences(supergraph));
    if (name === 'additions') {
      const schema = additionsSchema(supergraph);
      return createAdditionsDataSource({ schema, transport, breakers, budgets, signer: keys });
    }
    const source = sources.get(name);
    if (!source) throw new Error(`The supergraph names ${name}, which this gateway does not know.`);
    return source;
  };

  const lastNet = options.stateDir === undefined ? undefined : new LastNet(options.stateDir, log);
  const inForce = (net: NetSnapshot): void => {
    lastNet?.keep(net);
    transport.keepOnly(addressesOf(net));
  };
  const generations = new Generations({ dataSource, log, metrics, inForce });

  const exports = options.exports && {
    jobs: new Jobs(options.exports),
    patienceMs: options.exports.patienceMs ?? exportPatienceMs,
  };
  const stopping = new AbortController();
  let usage: Usage | undefined;
  const server = createGatewayServer({
    ...options,
    callers: openCallers(options, { dispatcher, signer: keys, log, proxies }),
    proxies,
    admission,
    exports,
    inForce: () => generations.current,
    refused: () => generations.refused,
    keys,
    get usage() {
      return usage;
    },
    dispatcher,
    log,
    metrics,
    stop: stopping.signal,
  });
  server.listen(options.port, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://${options.host ?? '127.0.0.1'}:${port}`;
  if (options.usage) {
    const { stateDir } = options;
    if (stateDir === undefined) throw new Error('Usage is spooled in a folder: give `stateDir`.');
    const jwksUrl = keys && `${url}/.well-known/jwks.json`;
    usage = await openUsage({ ...options.usage, stateDir, jwksUrl, log });
  }
  // It listens before it knows the net: until then it is live, and not ready.
  const last = await lastNet?.read();
  if (last) void generations.follow(last);
  const tell = (net: NetSnapshot): void => void generations.follow(net);
  const directory = new Directory({ ...options, dispatcher, signer: keys, log, tell });
  await generations.ready;

  return {
    url,
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
      await admission.close();
      await exports?.jobs.close();
      await usage?.stop();
      await lastNet?.close();
      await transport.close();
      await dispatcher.destroy();
    },
  };
}

function addressesOf({ owners, services }: NetSnapshot): string[] {
  return [...owners.map(({ graphqlUrl }) => graphqlUrl), ...Object.values(services)];
}

/** The vendor's gateway sends telemetry unless this is set before it loads. */
function refuseTelemetry(): void {
  const value = process.env['APOLLO_TELEMETRY_DISABLED'];
  if (value === '1' || value === 'true') return;
  throw new Error(
    'The gateway does not start while the vendor’s telemetry is on: set APOLLO_TELEMETRY_DISABLED=1.',
  );
}
