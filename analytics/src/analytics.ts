/** Starts analytics: ingest of every feed, the subgraph, the live stream and health, on one port. Long, because a start and its stop are one story. */
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { NetError, errorCodes, type NetErrorCode } from '@onenet/contract';
import { MongoClient } from 'mongodb';
import {
  admitRead,
  analyticsCode,
  answerPart,
  createGuard,
  mongoGuardStore,
  openPartKeys,
  trustOwnKeys,
} from '@onenet/assertion';
import { accessListener, type AccessListener } from './access/http.ts';
import { leastRetentionDays, setRetention } from './access/retention.ts';
import { openDestinations } from './alerts/destinations.ts';
import { prepareAlerts } from './alerts/prepare.ts';
import { answerBackup, freezeTables } from './backup.ts';
import { BriefComposer } from './briefs/composer.ts';
import { answerBrief, isBriefPath } from './briefs/http.ts';
import { Briefs } from './briefs/store.ts';
import { openClickHouse } from './clickhouse.ts';
import type { ClickHouse } from './clickhouse.ts';
import { followDirectory } from './directory.ts';
import { Ingest } from './ingest/ingest.ts';
import { Positions } from './ingest/positions.ts';
import { Workers } from './ingest/workers.ts';
import { Live } from './live/live.ts';
import { checkCluster } from './operation/cluster.ts';
import { answerOperation } from './operation/http.ts';
import type { Operated } from './operation/http.ts';
import { keepRawFor, setTimeToLive } from './operation/retention.ts';
import { signedCalls, unsignedCalls } from './owner-call.ts';
import { Editions } from './ranking/editions.ts';
import { RankingPublisher } from './ranking/publisher.ts';
import { createGraphql } from './schema.ts';
import { SelfCheck } from './self-check.ts';
import type { SharedCheck } from './self-check.ts';
import { closeMonths } from './statistics/close.ts';
import { Decisions } from './statistics/decisions.ts';
import { noteFreshness } from './usage/freshness.ts';
import { UsageReader } from './usage/reader.ts';

export interface AnalyticsOptions {
  /** 0: the system chooses. */
  readonly port: number;
  readonly host: string;
  /** For the embedded engine's tables and the last good owner directory; one process each. */
  readonly dataDir: string;
  readonly mongodbUri: string;
  readonly database: string;
  readonly provinceUrl: string;
  /** Base URL of the gateway, whose feed tells what consumers asked; absent: no usage. */
  readonly gatewayUrl?: string;
  /** Folder of the private keys with which calls to owners are signed; absent: they are not. */
  readonly keysDir?: string;
  /** For how long access records are kept: three years at least, which is the default. */
  readonly accessRetentionDays?: number;
  /** For how long raw is kept; absent: for ever. Rollups are kept. */
  readonly rawRetentionDays?: number;
  /** For how long uses are kept; absent: for ever. */
  readonly usageRetentionDays?: number;
  /** A ClickHouse server in place of the embedded engine. */
  readonly clickhouseUrl?: string;
  /** The server's cluster: tables are then replicated, and made on all of it. */
  readonly clickhouseCluster?: string;
  /** The name of this process among several that share the platforms; absent: this one reads all. */
  readonly worker?: string;
  /** A file that says where alerts are told, with its secrets; absent: nowhere. */
  readonly notify?: string;
  /** Default: to stderr. */
  readonly log?: (message: string, detail?: unknown) => void;
}

/** Running analytics. */
export interface Analytics {
  /** Base URL. */
  readonly url: string;
  readonly ingest: Ingest;
  readonly clickhouse: ClickHouse;
  readonly selfCheck: SelfCheck;
  stop(): Promise<void>;
}

/** Resolves when the stores are at one state, and everything answers. */
export async function startAnalytics(options: AnalyticsOptions): Promise<Analytics> {
  const log =
    options.log ?? ((message, detail) => console.error(`analytics: ${message}`, detail ?? ''));
  // What is wrong in the file is said before anything starts.
  const destinations = await openDestinations(options.notify, log);
  await mkdir(options.dataDir, { recursive: true });
  const keys =
    options.keysDir === undefined ? undefined : await openPartKeys(options.keysDir, 'analytics');
  const ownerHeaders = keys ? signedCalls(keys) : unsignedCalls;
  const client = await MongoClient.connect(options.mongodbUri);
  const clickhouse = openClickHouse(targetOf(options));
  const server = createServer();
  // Longer than who asks keeps an idle connection: nobody must send into one that closes.
  server.keepAliveTimeout = 75_000;
  const stopping = new AbortController();
  try {
    const db = client.db(options.database);
    const positions = new Positions(db);
    const { worker } = options;
    const ingest: Ingest = new Ingest({
      clickhouse,
      positions,
      log,
      ownerHeaders,
      ...(worker !== undefined && { workers: new Workers(db, positions, worker, log) }),
      ingested: (platform, news) => live.ingested(platform, news),
      feedChanged: () => live.feedChanged(),
    });
    const { signal } = stopping;
    const { gatewayUrl } = options;
    const reader =
      gatewayUrl === undefined
        ? undefined
        : new UsageReader({ clickhouse, gatewayUrl, ownerHeaders, signal, log });
    const sources = { clickhouse, ingest, usage: reader };
    const selfCheck = new SelfCheck(
      sources,
      ownerHeaders,
      worker === undefined ? undefined : db.collection<SharedCheck>('self_checks'),
    );
    const live = new Live(sources, log);
    await prepare(clickhouse, ingest, reader).catch((error: unknown) => {
      live.stop();
      throw error;
    });
    const {
      accessRetentionDays = leastRetentionDays,
      rawRetentionDays,
      usageRetentionDays,
    } = options;
    await setRetention(clickhouse, accessRetentionDays);
    if (usageRetentionDays !== undefined) {
      await setTimeToLive(clickhouse, 'usage', usageRetentionDays);
    }
    const usage = reader && { clickhouse, reader };
    const guard = await createGuard({
      code: analyticsCode,
      trust: keys && trustOwnKeys(keys),
      store: mongoGuardStore(client.db(options.database)),
      unsigned: 'loopback',
    });
    const access = usage && accessListener(usage, guard);
    const editions = new Editions(client.db(options.database));
    await editions.prepare();
    const publisher = new RankingPublisher(sources, editions, log);
    const alerting = await prepareAlerts(db, { sources, selfCheck, destinations, log });
    const briefs = new Briefs(db);
    await briefs.prepare();
    const { alerts } = alerting.stores;
    const composer = new BriefComposer({ ...sources, editions, alerts }, briefs, log);
    const kept = {
      rankings: { editions, publisher },
      alerts: alerting.stores,
      briefs: { briefs, composer },
    };
    const handler = createGraphql(sources, selfCheck, kept, usage, log);
    const graphql = { guard, handler, hasKeys: keys !== undefined };
    const freeze = freezerOf(options, clickhouse);
    const operated = { clickhouse, ingest, positions, selfCheck, editions, briefs, composer };
    server.on('request', createListener(graphql, live, operated, access, freeze));
    server.listen(options.port, options.host);
    await once(server, 'listening');
    const running = Promise.all([
      followDirectory(
        {
          provinceUrl: options.provinceUrl,
          cacheFile: join(options.dataDir, 'net.json'),
          signal,
          signer: keys,
          log,
        },
        (snapshot) => ingest.use(snapshot),
      ),
      selfCheck.run(signal),
      publisher.run(signal),
      composer.run(signal),
      closeMonths({ ...sources, decisions: new Decisions(db) }, signal, log),
      alerting.watch.run(signal),
      noteFreshness(sources, log, signal),
      reader?.run(),
      rawRetentionDays !== undefined &&
        keepRawFor({ clickhouse, positions, ingest, log }, rawRetentionDays, signal),
    ]);
    return {
      url: `http://${options.host}:${portOf(server.address())}`,
      ingest,
      clickhouse,
      selfCheck,
      stop: async () => {
        stopping.abort();
        live.stop();
        await Promise.all([running, ingest.stop()]);
        const closed = once(server, 'close');
        server.close();
        server.closeIdleConnections();
        const force = setTimeout(() => server.closeAllConnections(), stopWithinMs);
        await closed;
        clearTimeout(force);
        await clickhouse.close();
        await client.close();
      },
    };
  } catch (error) {
    server.close();
    await clickhouse.close();
    await client.close();
    throw error;
  }
}

/** The tables first: what they have of usage is read from them. */
async function prepare(
  clickhouse: ClickHouse,
  ingest: Ingest,
  reader: UsageReader | undefined,
): Promise<void> {
  await checkCluster(clickhouse);
  await ingest.prepare();
  await reader?.prepare();
}

/** How long running requests may take to end at a stop. */
const stopWithinMs = 2_000;

function targetOf(options: AnalyticsOptions): Parameters<typeof openClickHouse>[0] {
  if (options.clickhouseUrl === undefined) return { dataDir: join(options.dataDir, 'clickhouse') };
  return {
    url: options.clickhouseUrl,
    ...(options.clickhouseCluster === undefined ? {} : { cluster: options.clickhouseCluster }),
  };
}

/** The tables of the embedded engine into a folder beside them; a server has means of its own. */
function freezerOf({ clickhouseUrl, dataDir }: AnalyticsOptions, clickhouse: ClickHouse) {
  if (clickhouseUrl !== undefined) return undefined;
  return () => freezeTables(clickhouse, join(dataDir, 'clickhouse'), join(dataDir, 'backups'));
}

function createListener(
  graphql: Parameters<typeof answerPart>[0],
  live: Live,
  operated: Operated,
  access: AccessListener | undefined,
  freeze: (() => Promise<string>) | undefined,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    // A target such as `http://[/` is one to the HTTP parser, and none to URL, which would throw here.
    const url = URL.parse(request.url?.replace(/^\/+/, '/') ?? '/', 'http://analytics');
    if (url === null) {
      answerError(
        response,
        new NetError('BAD_REQUEST', 'The target of the request is no address.'),
      );
      return;
    }
    switch (url.pathname) {
      case '/graphql':
        answerPart(graphql, request, response).catch((error: unknown) =>
          answerError(response, error),
        );
        return;
      case '/live':
        // It tells what happens anywhere.
        admitRead(graphql.guard, request, response)
          .then((isAdmitted) => {
            if (isAdmitted) live.subscribe(response, request.headers['last-event-id']?.toString());
          })
          .catch((error: unknown) => answerError(response, error));
        return;
      case '/access/lines':
      case '/access/calls':
        answerAccess(access, request, response, url).catch((error: unknown) =>
          answerError(response, error),
        );
        return;
      case '/backup':
        answerBackup(graphql.guard, freeze, request, response).catch((error: unknown) =>
          answerError(response, error),
        );
        return;
      case '/health/live':
        answerJson(response, 200, { status: 'live' });
        return;
      case '/health/ready':
        // The migrations ran before the port was open: what is left to ask is the engine.
        operated.clickhouse.rows('SELECT 1').then(
          () => answerJson(response, 200, { status: 'ready' }),
          () => answerError(response, new NetError('UNAVAILABLE', 'ClickHouse does not answer.')),
        );
        return;
      default:
        if (isBriefPath(url.pathname)) {
          answerBrief({ ...graphql, briefs: operated.briefs }, request, response, url).catch(
            (error: unknown) => answerError(response, error),
          );
          return;
        }
        if (url.pathname.startsWith('/operation/')) {
          answerOperation(operated, graphql.guard, request, response, url).catch((error: unknown) =>
            answerError(response, error),
          );
          return;
        }
        answerError(
          response,
          new NetError(
            'NOT_FOUND',
            'Here are /graphql, /live, /access, /briefs, /backup, /operation, /health/live and /health/ready.',
          ),
        );
    }
  };
}

async function answerAccess(
  access: AccessListener | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  if (access) return await access(request, response, url);
  throw new NetError('NOT_FOUND', 'No access records are kept: start it with --gateway-url.');
}

function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}

function answerError(response: ServerResponse, error: unknown): void {
  const told = error instanceof NetError ? error : new NetError('UNAVAILABLE');
  if (told !== error) console.error('analytics:', error);
  const { code, message } = told;
  const otherwise = errorCodes[code].fault === 'caller' ? 400 : 503;
  answerJson(response, statuses[code] ?? otherwise, { error: { code, message } });
}

/** HTTP status by code, where it says more than whose fault it was. */
const statuses: Partial<Record<NetErrorCode, number>> = { NOT_FOUND: 404, NOT_ALLOWED: 403 };

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  if (address === null || typeof address === 'string') throw new Error('No port to listen on.');
  return address.port;
}
