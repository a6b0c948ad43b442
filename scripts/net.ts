/** The whole net as child processes: the story of a start, and of a stop. */
import { join, resolve } from 'node:path';
import { platformByCode, platforms as allPlatforms } from '@onenet/platforms';
import { buildDashboard } from './dashboard.ts';
import { prepareDataDir, releaseDataDir } from './data-dir.ts';
import { startMongo } from './databases.ts';
import { checkPorts } from './free-ports.ts';
import { checkGivenMongo } from './given-mongo.ts';
import { checkGivenPostgres } from './given-postgres.ts';
import { UsageError } from './options.ts';
import {
  failure,
  lastLines,
  newLog,
  startPart,
  untilReady,
  type Part,
  type PartPlan,
} from './parts.ts';
import { partPlans, portPlan, type NetPorts } from './plans.ts';
import { step, type Say } from './progress.ts';
import { startYichangParts, yichangBase } from './yichang-parts.ts';
import { yichang } from './yichang.ts';

export interface NetOptions {
  /** The first port; the others follow from it. */
  readonly port: number;
  readonly dataDir: string;
  /** The share of the reference records that is generated, from 0 to 1. */
  readonly scale: number;
  readonly simulatePerSecond: number;
  /** Codes of the platforms that are hosted; all of them when absent. */
  readonly platforms?: readonly string[];
  /** Host no platform: the reference platforms are registered only, and what runs elsewhere joins. */
  readonly hostsNone?: boolean;
  /** Begin with an empty data directory. */
  readonly fresh?: boolean;
  /** A replica set to use instead of one started here. */
  readonly mongodbUri?: string;
  /** A PostgreSQL server to use instead of one started here. */
  readonly postgresUri?: string;
  /** A ClickHouse to use instead of the embedded one. */
  readonly clickhouseUrl?: string;
  /** A sandbox: no other platforms than those that are hosted, and clients that register themselves. */
  readonly sandbox?: boolean;
  /** Base URL under which clients and browsers reach the net; absent: its address on this machine. */
  readonly gatewayUrl?: string;
  /** Reverse proxies whose word on where a call comes from is believed. */
  readonly trustedProxies?: readonly string[];
  /** Calls from this machine without credentials; absent: as the gateway decides. */
  readonly local?: 'open' | 'refuse';
  /** Where this net's sandbox is. */
  readonly sandboxUrl?: string;
  /** The file that says where alerts are told. */
  readonly notify?: string;
  /** Whether the gateway serves the dashboard, built if need be; true when absent. */
  readonly dashboard?: boolean;
  readonly say?: Say;
  /** Aborting it gives up a start that is under way; what runs already is stopped. */
  readonly signal?: AbortSignal;
}

/** A net that runs. */
export interface Net {
  readonly urls: NetUrls;
  /** Process ids by part: mongod, postgres, province, platforms, sidecar-420500, yichang, analytics, gateway. */
  readonly processes: Readonly<Record<string, number>>;
  /** Resolves when a part ends unasked, with what to tell about it. The others still run then. */
  readonly crashed: Promise<Error>;
  /** Starts a part again that has ended, as it was started before; resolves when it does its work. */
  startAgain(name: string): Promise<void>;
  /** Stops every part, the databases last; resolves when all are gone. */
  stop(): Promise<void>;
}

export interface NetUrls {
  readonly gateway: string;
  readonly province: string;
  readonly analytics: string;
  readonly mongodb: string;
  /** By platform code. */
  readonly platforms: Readonly<Record<string, string>>;
}

/** Starts the whole net and resolves when every part does its work. */
export async function startNet(options: NetOptions): Promise<Net> {
  const say = options.say ?? (() => {});
  const dataDir = resolve(options.dataDir);
  const ports = portPlan(options.port, hosted(options), {
    mongod: options.mongodbUri === undefined,
    postgres: options.postgresUri === undefined,
  });
  await checkPorts(ports.planned);
  if (options.mongodbUri !== undefined) await checkGivenMongo(options.mongodbUri);
  if (options.postgresUri !== undefined) await checkGivenPostgres(options.postgresUri);
  const { fresh = false, scale, sandbox = false } = options;
  await prepareDataDir(dataDir, { fresh, scale, sandbox });

  const running = new RunningParts(dataDir, say);
  try {
    return await running.unlessOver(options.signal, async () => {
      const add = (part: Part) => running.add(part);
      const { postgresUri } = options;
      // Each of these waits more than it computes.
      const [mongodbUri, base, dashboardDir] = await Promise.all([
        options.mongodbUri ?? ownMongo(running, ports, dataDir, say),
        ports.codes.includes(yichang)
          ? yichangBase({ dataDir, port: ports.postgres, postgresUri, say, add })
          : undefined,
        options.dashboard === false ? undefined : buildDashboard(say, options.signal),
      ]);
      const yichangDatabase = base?.database;
      const input = { ...options, dataDir, ports, mongodbUri, yichangDatabase, dashboardDir };
      const begun = new Map<string, PartPlan>();
      const startPlan = async (plan: PartPlan) => {
        begun.set(plan.name, plan);
        const part = running.add(await startPart(plan, join(dataDir, 'logs')));
        const lastLine = async () => (await lastLines(part.logFile, 1)).join('');
        await step(say, plan.name, () => untilReady(part, plan.readyUrls), lastLine);
      };
      // Each wave needs the one before it: the province names the owners that the rest asks.
      const [owners = [], ...others] = partPlans(input);
      await Promise.all([
        ...owners.map(startPlan),
        base && startYichangParts(base, input, { say, add }),
      ]);
      for (const wave of others) await Promise.all(wave.map(startPlan));
      return running.asNet({ ...ports.urls, mongodb: mongodbUri }, async (name) => {
        const plan = begun.get(name);
        if (plan === undefined) throw new Error(`This net has started no part ${name}.`);
        await startPlan(plan);
      });
    });
  } catch (error) {
    await running.stop();
    throw error;
  }
}

function hosted({ platforms: codes, hostsNone }: NetOptions): readonly string[] {
  if (hostsNone) return [];
  if (codes === undefined || codes.length === 0) return allPlatforms.map(({ code }) => code);
  const unknown = codes.filter((code) => platformByCode(code) === undefined);
  if (unknown.length > 0) {
    const known = allPlatforms.map(({ code }) => code).join(', ');
    throw new UsageError(`No platform ${unknown.join(', ')}; there are ${known}.`);
  }
  return codes;
}

async function ownMongo(
  running: RunningParts,
  ports: NetPorts,
  dataDir: string,
  say: Say,
): Promise<string> {
  const mongo = await startMongo({
    dataDir: join(dataDir, 'mongodb'),
    port: ports.mongod,
    logFile: await newLog(join(dataDir, 'logs'), 'mongod'),
    say,
  });
  running.add(mongo);
  return mongo.uri;
}

/** The parts that run, in the order of their start. */
class RunningParts {
  readonly #dataDir: string;
  readonly #say: Say;
  readonly #parts: Part[] = [];
  readonly #crash = Promise.withResolvers<Error>();
  #stopped: Promise<void> | undefined;

  constructor(dataDir: string, say: Say) {
    this.#dataDir = dataDir;
    this.#say = say;
  }

  add(part: Part): Part {
    this.#parts.push(part);
    void part.ended.then(async (how) => {
      if (this.#stopped === undefined) this.#crash.resolve(await failure(part, how));
    });
    // It became one of ours while the start was being given up: it must not outlive it.
    if (this.#stopped !== undefined) void part.stop();
    return part;
  }

  /** Runs the start; gives it up when a part ends or `signal` is aborted. */
  async unlessOver<T>(signal: AbortSignal | undefined, start: () => Promise<T>): Promise<T> {
    const givenUp = Promise.withResolvers<never>();
    const onAbort = () => givenUp.reject(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    const crash = this.#crash.promise.then((error) => {
      throw error;
    });
    try {
      signal?.throwIfAborted();
      return await Promise.race([start(), givenUp.promise, crash]);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      // Nobody waits for a crash of the start any more; asNet's `crashed` tells of later ones.
      crash.catch(() => undefined);
    }
  }

  asNet(urls: NetUrls, start: (name: string) => Promise<void>): Net {
    const pids = () => Object.fromEntries(this.#parts.map(({ name, pid }) => [name, pid]));
    const processes = pids();
    return {
      urls,
      processes,
      crashed: this.#crash.promise,
      startAgain: async (name) => {
        await start(name);
        Object.assign(processes, pids());
      },
      stop: () => this.stop(),
    };
  }

  /** Stops what runs: the databases last, so that none loses what it still writes to. */
  stop(): Promise<void> {
    this.#stopped ??= (async () => {
      const isDatabase = (part: Part) => part.name === 'mongod' || part.name === 'postgres';
      const others = this.#parts.filter((part) => !isDatabase(part));
      await Promise.all(others.map((part) => this.#stopPart(part)));
      await Promise.all(this.#parts.filter(isDatabase).map((part) => this.#stopPart(part)));
      await releaseDataDir(this.#dataDir);
    })();
    return this.#stopped;
  }

  async #stopPart(part: Part): Promise<void> {
    await part.stop();
    const how = await part.ended;
    if (how.includes('SIGKILL')) this.#say(`  ${part.name} did not stop when asked and was ended.`);
  }
}
