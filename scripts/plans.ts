/** What runs where: the net’s ports by one rule, and each part’s program with its flags. Long, because it is one list. */
import { join } from 'node:path';
import { activityShare, platformByCode } from '@onenet/platforms';
import type { PlannedPort } from './free-ports.ts';
import type { PartPlan } from './parts.ts';
import { yichang } from './yichang.ts';

/** Offsets from the first port; the platforms' own follow theirs. */
const offsets = {
  gateway: 0,
  province: 1,
  analytics: 2,
  mongod: 3,
  postgres: 4,
  yichang: 5,
  platforms: 10,
};
const host = '127.0.0.1';

export interface NetPorts {
  readonly gateway: number;
  readonly province: number;
  readonly analytics: number;
  readonly mongod: number;
  readonly postgres: number;
  /** Yichang's server behind its sidecar. */
  readonly yichang: number;
  readonly platforms: number;
  readonly codes: readonly string[];
  readonly planned: readonly PlannedPort[];
  readonly urls: {
    readonly gateway: string;
    readonly province: string;
    readonly analytics: string;
    readonly platforms: Readonly<Record<string, string>>;
  };
}

/** The ports of a net whose first is `port`, which hosts the platforms `codes` and starts databases. */
export function portPlan(
  port: number,
  codes: readonly string[],
  own: { readonly mongod: boolean; readonly postgres: boolean },
): NetPorts {
  const gateway = port + offsets.gateway;
  const province = port + offsets.province;
  const analytics = port + offsets.analytics;
  const mongod = port + offsets.mongod;
  const postgres = port + offsets.postgres;
  const yichangPort = port + offsets.yichang;
  const platforms = port + offsets.platforms;
  const hasYichang = codes.includes(yichang);
  const platformPorts = codes.map((code): [string, number] => [code, platforms + offsetOf(code)]);
  const planned = [
    { port: gateway, part: 'gateway' },
    { port: province, part: 'province' },
    { port: analytics, part: 'analytics' },
    ...(own.mongod ? [{ port: mongod, part: 'mongod' }] : []),
    ...(hasYichang && own.postgres ? [{ port: postgres, part: 'postgres' }] : []),
    ...(hasYichang ? [{ port: yichangPort, part: "Yichang's server" }] : []),
    ...platformPorts.map(([code, at]) => ({ port: at, part: `platform ${code}` })),
  ];
  const urls = {
    gateway: urlOf(gateway),
    province: urlOf(province),
    analytics: urlOf(analytics),
    platforms: Object.fromEntries(platformPorts.map(([code, at]) => [code, urlOf(at)])),
  };
  const ports = { gateway, province, analytics, mongod, postgres, yichang: yichangPort, platforms };
  return { ...ports, codes, planned, urls };
}

export interface PlanInput {
  readonly ports: NetPorts;
  readonly dataDir: string;
  readonly scale: number;
  readonly simulatePerSecond: number;
  readonly mongodbUri: string;
  /** Yichang's database, if it is Python on PostgreSQL here; else it is one of the reference platforms. */
  readonly yichangDatabase?: string | undefined;
  readonly clickhouseUrl?: string | undefined;
  readonly dashboardDir?: string | undefined;
  readonly hostsNone?: boolean | undefined;
  readonly sandbox?: boolean | undefined;
  readonly sandboxUrl?: string | undefined;
  /** Where alerts are told. */
  readonly notify?: string | undefined;
  readonly gatewayUrl?: string | undefined;
  readonly trustedProxies?: readonly string[] | undefined;
  readonly local?: 'open' | 'refuse' | undefined;
}

/** The parts in waves: those of one wave start side by side, when the wave before is ready. */
export function partPlans(input: PlanInput): readonly (readonly PartPlan[])[] {
  return [
    [provincePlan(input), ...platformsPlan(input)],
    // Before analytics: owners verify its calls by the keys that the gateway publishes.
    [gatewayPlan(input)],
    [analyticsPlan(input)],
  ];
}

function provincePlan(input: PlanInput): PartPlan {
  const { ports, dataDir, mongodbUri, hostsNone = false, sandbox = false } = input;
  const args = flags({
    port: ports.province,
    'mongodb-uri': mongodbUri,
    'platform-base-port': ports.platforms,
    'analytics-url': ports.urls.analytics,
    'operator-token-file': operatorTokenFile(dataDir),
    keys: keysDir(dataDir),
    'gateway-url': input.gatewayUrl ?? ports.urls.gateway,
    'first-sign-in': firstSignInFile(dataDir),
    'sandbox-url': input.sandboxUrl,
    // No other platform is in a sandbox, and none can be brought into it from another machine.
    ...(sandbox && { platforms: ports.codes.join(','), 'allow-host': host }),
  });
  return {
    name: 'province',
    main: 'subgraphs/province/src/main.ts',
    // Every part of the reference net is on this machine, and platforms that join it may be.
    args: [
      ...args,
      '--development',
      sandbox ? '--sandbox' : '--reference-clients',
      ...(hostsNone ? ['--registered-only'] : []),
    ],
    readyUrls: [ready(ports.urls.province)],
  };
}

/** The reference platforms, in one process; none where Yichang in Python is the only platform. */
function platformsPlan(input: PlanInput): readonly PartPlan[] {
  const { ports, mongodbUri, scale, simulatePerSecond, yichangDatabase } = input;
  const codes = ports.codes.filter((code) => yichangDatabase === undefined || code !== yichang);
  if (codes.length === 0) return [];
  return [
    {
      name: 'platforms',
      main: 'subgraphs/platform/src/main.ts',
      args: flags({
        'mongodb-uri': mongodbUri,
        'base-port': ports.platforms,
        platforms: codes.join(','),
        scale,
        simulate: simulatePerSecond - yichangShare(input),
        ...guardFlags(input),
      }),
      readyUrls: codes.map((code) => ready(ports.urls.platforms[code] ?? '')),
    },
  ];
}

/** Simulated events a second that fall to Yichang's own simulation. */
export function yichangShare({ ports, simulatePerSecond, yichangDatabase }: PlanInput): number {
  if (yichangDatabase === undefined) return 0;
  return simulatePerSecond * activityShare(yichang, ports.codes);
}

/** What stands before Yichang's server: it is all that the net sees of it. */
export function sidecarPlan(input: PlanInput): PartPlan {
  const { ports, yichangDatabase } = input;
  return {
    name: `sidecar-${yichang}`,
    main: 'subgraphs/sidecar/src/main.ts',
    args: flags({
      code: yichang,
      upstream: `${urlOf(ports.yichang)}/graphql`,
      outbox: yichangDatabase,
      port: ports.platforms + offsetOf(yichang),
      ...guardFlags(input),
    }),
    readyUrls: [ready(ports.urls.platforms[yichang] ?? '')],
  };
}

function analyticsPlan(input: PlanInput): PartPlan {
  const { ports, dataDir, mongodbUri, clickhouseUrl, notify } = input;
  return {
    name: 'analytics',
    main: 'analytics/src/main.ts',
    args: flags({
      port: ports.analytics,
      data: join(dataDir, 'analytics'),
      'mongodb-uri': mongodbUri,
      'province-url': ports.urls.province,
      'gateway-url': ports.urls.gateway,
      // Also when it is none: what the environment names may be another net's.
      'clickhouse-url': clickhouseUrl ?? '',
      notify,
      keys: keysDir(dataDir),
    }),
    readyUrls: [ready(ports.urls.analytics)],
  };
}

function gatewayPlan(input: PlanInput): PartPlan {
  const { ports, dataDir, mongodbUri, dashboardDir, local, trustedProxies = [] } = input;
  return {
    name: 'gateway',
    main: 'gateway/src/main.ts',
    args: [
      ...flags({
        port: ports.gateway,
        'province-url': ports.urls.province,
        dashboard: dashboardDir,
        state: join(dataDir, 'gateway'),
        'mongodb-uri': mongodbUri,
        keys: keysDir(dataDir),
        local,
      }),
      ...trustedProxies.flatMap((proxy) => ['--trusted-proxy', proxy]),
    ],
    readyUrls: [ready(ports.urls.gateway)],
  };
}

/**
 * Owners take what the net signs, and calls of this machine: whoever runs the net may ask them too.
 * What they have granted, the province tells this machine without a token.
 */
function guardFlags({ ports }: PlanInput) {
  return {
    trust: `${ports.urls.gateway}/.well-known/jwks.json`,
    unsigned: 'loopback',
    province: ports.urls.province,
  };
}

/** Whoever may read it acts as the operator of the net that has this data. */
export function operatorTokenFile(dataDir: string): string {
  return join(dataDir, 'operator-token');
}

/** Gets name and password of the first person, at the first start. */
export function firstSignInFile(dataDir: string): string {
  return join(dataDir, 'first-sign-in');
}

/** The private keys of the net's parts. */
function keysDir(dataDir: string): string {
  return join(dataDir, 'keys');
}

/** `--name value` for each flag that has a value. */
function flags(values: Readonly<Record<string, string | number | undefined>>): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
}

function ready(url: string): string {
  return `${url}/health/ready`;
}

function offsetOf(code: string): number {
  const platform = platformByCode(code);
  if (platform === undefined) throw new Error(`No platform ${code}.`);
  return platform.portOffset;
}

function urlOf(port: number): string {
  return `http://${host}:${port}`;
}
