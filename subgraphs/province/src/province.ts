/** Starts the province: its subgraph, the registry, the owner directory and health, on one port. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { ConnectionStatus } from '@onenet/contract';
import { platformByCode, platforms, type PlatformDefinition } from '@onenet/platforms';
import { MongoClient } from 'mongodb';
import { openAccess } from './access/access.ts';
import { BadOption } from './access/bad-option.ts';
import { mustBeOfOneKind } from './access/sandbox-kind.ts';
import type { AccessOptions } from './access/access.ts';
import { Directory } from './directory.ts';
import { seedReferenceGrants } from './grants/reference-grants.ts';
import { GrantStore } from './grants/store.ts';
import { answerStarting, createListener, portOf } from './listener.ts';
import { ensureOperatorToken } from './registry/access.ts';
import { defaultUsageDays } from './registry/breaking.ts';
import { Checker } from './registry/checker.ts';
import { Registry, program } from './registry/registry.ts';
import { signers } from './registry/sign.ts';
import { usageByAnalytics } from './registry/usage.ts';
import { transferPlatforms } from './transfers/platforms.ts';
import { TransferStore } from './transfers/store.ts';
import { TransferWorker } from './transfers/worker.ts';

export interface ProvinceOptions extends AccessOptions {
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
  /** Holds the operator's token; made at the first start. Absent: the operator has none from here. */
  readonly operatorTokenFile?: string;
  /** Whether platforms may answer on this machine and in private networks. */
  readonly development?: boolean;
  /** Hosts at which platforms may answer, e.g. `*.gov.cn`; empty: at any. */
  readonly allowHosts?: readonly string[];
  /** Whether the reference platforms are registered only: none of them runs. */
  readonly registeredOnly?: boolean;
  /** Codes of the reference platforms that there are; absent: all. */
  readonly platforms?: readonly string[];
  /** Days for which nobody may have used what a version takes away unasked. Default 30. */
  readonly usageDays?: number;
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
  const client = await MongoClient.connect(options.mongodbUri);
  // The port is open before the net is read: who asks meanwhile is told so, and does not wait for ever.
  let listener: RequestListener = answerStarting;
  const server = createServer((request, response) => listener(request, response));
  // Longer than who asks keeps an idle connection: nobody must send into one that closes.
  server.keepAliveTimeout = 75_000;
  const checker = new Checker();
  let closeDirectory = () => Promise.resolve();
  try {
    server.listen(options.port, options.host);
    await once(server, 'listening');
    const url = `http://${options.host}:${portOf(server)}`;
    const db = client.db(options.database);
    const registry = new Registry(client, db);
    const { development = false, allowHosts = [] } = options;
    const frame = {
      development,
      platformHost: options.platformHost,
      platformBasePort: options.platformBasePort,
      services: {
        province: `${options.publicUrl ?? url}/graphql`,
        analytics: `${options.analyticsUrl}/graphql`,
      },
    };
    const sign = await signers(options.keysDir);
    await mustBeOfOneKind(registry.store, options.sandbox === true);
    const directory = await Directory.open(registry, frame, checker, definitionsOf(options));
    closeDirectory = () => directory.close();
    if (options.operatorTokenFile !== undefined) {
      await ensureOperatorToken(registry.store, options.operatorTokenFile);
    }
    const policy = { development, allowHosts };
    const stopping = new AbortController();
    const store = new TransferStore(client, db);
    await store.prepare();
    const { signal } = stopping;
    const platformCalls = { directory, policy, sign: sign.transfers, signal };
    const ofTransfers = transferPlatforms(platformCalls);
    const worker = new TransferWorker({ store, platforms: ofTransfers });
    const transfers = { directory, platforms: ofTransfers, store, worker };
    const parts = {
      registry,
      checker,
      sign: sign.registry,
      keysDir: options.keysDir,
      policy,
      usageOf: usageByAnalytics(options.analyticsUrl, sign.usage),
      usageDays: options.usageDays ?? defaultUsageDays,
      underCheck: new Map<string, number>(),
      addressOf: directory.addressOf.bind(directory),
      refresh: () => directory.refresh(),
    };
    const served = { refresh: parts.refresh, supergraph: () => directory.supergraph };
    const access = await openAccess(db, registry.store, served, options);
    const grants = { directory, development, store: new GrantStore(registry.store, db) };
    await grants.store.prepare();
    if (options.referenceClients === true) {
      await seedReferenceGrants(grants.store);
      await directory.refresh();
    }
    const accessRecords = {
      store: registry.store,
      owners: { directory, policy, sign: sign.accessRecords, signal },
      net: { analyticsUrl: options.analyticsUrl, sign: sign.accessRecords, signal },
      keys: sign.keys,
    };
    const ping = async () => void (await db.command({ ping: 1 }));
    listener = createListener(directory, parts, transfers, access, accessRecords, grants, ping);
    worker.start();
    return {
      url,
      directory,
      setConnection: async (code, connection) => {
        await registry.setConnection(code, connection, program);
        await directory.refresh();
      },
      setPlatformUrl: async (code, platformUrl) => {
        await registry.setUrl(code, platformUrl, program);
        await directory.refresh();
      },
      stop: async () => {
        const closed = once(server, 'close');
        server.close();
        stopping.abort();
        await worker.stop();
        // Waiting polls end here, so that the connections become idle.
        await directory.close();
        server.closeIdleConnections();
        const force = setTimeout(() => server.closeAllConnections(), stopWithinMs);
        await closed;
        clearTimeout(force);
        await checker.close();
        await client.close();
      },
    };
  } catch (error) {
    server.close();
    await closeDirectory();
    await checker.close();
    await client.close();
    throw error;
  }
}

/** The reference platforms that this province knows. */
function definitionsOf({
  platforms: codes,
  registeredOnly = false,
}: ProvinceOptions): readonly PlatformDefinition[] {
  const unknown = codes?.find((code) => platformByCode(code) === undefined);
  if (unknown !== undefined) throw new BadOption(`No reference platform has the code ${unknown}.`);
  const isKnown = (code: string | null) => codes === undefined || codes.some((one) => one === code);
  return platforms
    .filter(({ code }) => isKnown(code))
    .map((each) => ({
      ...each,
      parent: isKnown(each.parent) ? each.parent : null,
      connection: registeredOnly ? 'REGISTERED' : each.connection,
    }));
}

/** How long running requests may take to end at a stop. */
const stopWithinMs = 2000;
