/** A small net for tests of the pipeline: a province that tells `/net`, owners as one schema over a few records, and everything else real. Long for its records. */
import { LocalGraphQLDataSource, type GraphQLDataSource } from '@apollo/gateway';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { municipalSdl, readNetworks, type NetSnapshot } from '@onenet/contract';
import { createLinksDataSource } from '@onenet/links';
import { composeSupergraph, netSubgraphs, provinceSdl } from '@onenet/province';
import { parse } from 'graphql';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { Agent } from 'undici';
import { TestSessions, testIssuer, type TestIssuer } from './callers/credentials.fixture.ts';
import type { LocalPolicy } from './callers/callers.ts';
import { openCallers } from './callers/open.ts';
import type { RequestContext } from './context.ts';
import { Directory } from './directory.ts';
import { Generations } from './generations.ts';
import { Metrics } from './metrics.ts';
import { createTransport } from './owners/transport.ts';
import { FairQueue, type FairQueueOptions } from './quota/fair-queue.ts';
import { Admission, type AdmissionOptions } from './quota/admission.ts';
import { createGatewayServer, type ServerOptions } from './server.ts';
import { createServiceDataSource } from './services.ts';

const requests: Readonly<Record<string, object>> = {
  '420100:1': {
    __typename: 'ServiceRequest',
    id: '420100:1',
    platformCode: '420100',
    placeCode: '420102',
    transferredToId: '420500:7',
    organizationId: null,
    title: '欠薪',
    applicantName: '张三三',
    maskedApplicantName: '张**',
    history: [
      { __typename: 'RequestFeedbackStep', actorKind: 'WORKER', text: 'personal words' },
      { __typename: 'RequestSupervisionStep', actorKind: 'OFFICER' },
    ],
  },
  '420500:7': {
    __typename: 'ServiceRequest',
    id: '420500:7',
    platformCode: '420500',
    placeCode: '420581',
    transferredToId: null,
    organizationId: '420500:o1',
    title: '欠薪（转）',
    applicantName: '张三三',
  },
};

const typed = {
  __resolveType: (value: { readonly ['__typename']: string }) => value['__typename'],
};

const municipalResolvers = {
  Query: {
    serviceRequest: (_: unknown, { id }: { id: string }, context: RequestContext) => {
      if (id === 'boom') throw new Error('a secret from inside');
      if (id.endsWith(':slow')) return sleep(200, { ...requests['420100:1'], id });
      if (id.endsWith(':half')) {
        context.report.addGathered({
          path: ['list'],
          of: null,
          asked: 3,
          answered: 1,
          notAsked: [],
          missing: [
            { platform: '420500', reason: 'TIMEOUT' },
            { platform: '420600', reason: 'UNREACHABLE' },
          ],
          partial: [],
          resume: null,
          asOf: '2026-01-01T00:00:00.000Z',
        });
      }
      return requests[id];
    },
  },
  Mutation: {
    rateServiceRequest: (_: unknown, __: unknown, { actor }: RequestContext) => ({
      serviceRequest: { ...requests['420100:1'], title: `by ${actor?.reference}` },
    }),
  },
  ServiceRequest: { __resolveReference: ({ id }: { id: string }) => requests[id] },
  Organization: { __resolveReference: ({ id }: { id: string }) => ({ id, name: '总工会' }) },
  Record: typed,
  RequestStep: typed,
};

const provinceResolvers = {
  Query: { platforms: () => [{ code: '420100', name: '武汉' }] },
  Platform: { __resolveReference: ({ code }: { code: string }) => ({ code, name: `P${code}` }) },
  Division: { __resolveReference: ({ code }: { code: string }) => ({ code, name: `D${code}` }) },
};

export interface SmallNet extends AsyncDisposable {
  readonly url: string;
  /** Every operation that the owners were asked. */
  readonly asked: string[];
  /** Every line of the log. */
  readonly lines: Record<string, unknown>[];
  /** Changes what the province tells. */
  tell(change: Partial<NetSnapshot>): void;
  readonly generations: Generations;
  /** Issues the access tokens that the gateway takes. */
  readonly issuer: TestIssuer;
  /** Whom the province knows as signed in. */
  readonly sessions: TestSessions;
}

/** Starts the net; analytics is down. `municipal` stands in place of the owners as one schema. */
export async function startSmallNet(
  options: Pick<ServerOptions, 'dashboardDir' | 'openMetrics'> & {
    local?: LocalPolicy;
    trustedProxies?: readonly string[];
    quota?: AdmissionOptions['shared'];
    queue?: Partial<FairQueueOptions>;
    municipal?: GraphQLDataSource;
  } = {},
): Promise<SmallNet> {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) });
  const dispatcher = new Agent();
  const transport = createTransport();
  const province = await startToldProvince();
  const asked: string[] = [];
  const sources: Readonly<Record<string, GraphQLDataSource>> = {
    links: createLinksDataSource(),
    municipal: noting(asked, options.municipal ?? local(municipalSdl(), municipalResolvers)),
    province: local(provinceSdl, provinceResolvers),
    analytics: createServiceDataSource({
      name: 'analytics',
      transport,
      log,
    }) as GraphQLDataSource,
  };
  const metrics = new Metrics();
  const generations = new Generations({
    dataSource: (name) => sources[name] as GraphQLDataSource,
    log,
    metrics,
  });
  const tell = (net: NetSnapshot): void => void generations.follow(net);
  const directory = new Directory({ provinceUrl: province.url, dispatcher, log, tell });
  await generations.ready;
  const admission = new Admission({ shared: options.quota, log }, new FairQueue(options.queue));
  const stop = new AbortController();
  const proxies = readNetworks(options.trustedProxies ?? []);
  const server = createGatewayServer({
    ...options,
    callers: openCallers({ provinceUrl: province.url, ...options }, { dispatcher, log, proxies }),
    proxies,
    provinceUrl: province.url,
    admission,
    inForce: () => generations.current,
    refused: () => generations.refused,
    dispatcher,
    log,
    metrics,
    stop: stop.signal,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    lines,
    tell: (change) => province.tell(change),
    generations,
    issuer: province.issuer,
    sessions: province.sessions,
    async [Symbol.asyncDispose]() {
      stop.abort();
      server.close();
      server.closeAllConnections();
      await directory.close();
      await generations.stop();
      await admission.close();
      await transport.close();
      await dispatcher.destroy();
      province.close();
    },
  };
}

/** Tells a snapshot of the net at `/net`, keys and sessions, the way the province does. */
export async function startToldProvince(): Promise<{
  readonly url: string;
  readonly issuer: TestIssuer;
  readonly sessions: TestSessions;
  tell(change: Partial<NetSnapshot>): void;
  close(): void;
}> {
  let net: NetSnapshot = {
    version: 1,
    revision: 1,
    contractVersion: '1.2',
    supergraph: composeSupergraph(netSubgraphs()),
    // Nothing listens at port 1: analytics is down.
    services: { province: 'http://127.0.0.1:1/graphql', analytics: 'http://127.0.0.1:1/graphql' },
    clients: [],
    grants: [],
    owners: [],
  };
  const issuer = await testIssuer();
  const sessions = new TestSessions();
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://province');
    if (pathname === '/oauth/jwks.json') {
      response.end(JSON.stringify(issuer.jwks()));
      return;
    }
    if (pathname.startsWith('/session/callers/')) {
      const caller = sessions.find(pathname.split('/')[3] ?? '');
      response.writeHead(caller ? 200 : 404).end(JSON.stringify({ caller }));
      return;
    }
    const after = searchParams.get('after');
    const answer = (): void => void response.end(JSON.stringify(net));
    if (after === String(net.revision)) waiting.add(answer);
    else answer();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    issuer,
    sessions,
    tell(change) {
      net = { ...net, revision: net.revision + 1, ...change };
      for (const answer of waiting) answer();
      waiting.clear();
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function local(sdl: string, resolvers: object): LocalGraphQLDataSource {
  const typeDefs = parse(sdl);
  return new LocalGraphQLDataSource(
    buildSubgraphSchema({ typeDefs, resolvers: resolvers as Record<string, never> }),
  );
}

function noting(asked: string[], source: GraphQLDataSource): GraphQLDataSource {
  return {
    process(options) {
      asked.push(options.request.query ?? '');
      return source.process(options);
    },
  };
}

/** The JSON of an answer, with its status and content type. */
export interface Answered {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: {
    readonly data?: Record<string, never> | null;
    readonly errors?: readonly {
      readonly message: string;
      readonly path?: readonly (string | number)[];
      readonly locations?: readonly object[];
      readonly extensions: Readonly<Record<string, unknown>>;
    }[];
    readonly extensions: { readonly onenet: Readonly<Record<string, unknown>> };
  };
}

/** Asks by POST. */
export async function post(
  { url }: { readonly url: string },
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    body: (await response.json()) as Answered['body'],
  };
}
