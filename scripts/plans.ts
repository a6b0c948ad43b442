/** What runs where: the net's ports by one rule, and each part's program with its flags. */
import { join } from 'node:path';
import { platformByCode } from '@onenet/platforms';
import type { PlannedPort } from './free-ports.ts';
import type { PartPlan } from './parts.ts';

/** Offsets from the first port; the platforms' own follow theirs. */
const offsets = { gateway: 0, province: 1, analytics: 2, mongod: 3, platforms: 10 };
const host = '127.0.0.1';

export interface NetPorts {
  readonly gateway: number;
  readonly province: number;
  readonly analytics: number;
  readonly mongod: number;
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

/** The ports of a net whose first is `port`, and which hosts the platforms `codes`. */
export function portPlan(port: number, codes: readonly string[], ownMongod: boolean): NetPorts {
  const gateway = port + offsets.gateway;
  const province = port + offsets.province;
  const analytics = port + offsets.analytics;
  const mongod = port + offsets.mongod;
  const platforms = port + offsets.platforms;
  const platformPorts = codes.map((code): [string, number] => [code, platforms + offsetOf(code)]);
  const planned = [
    { port: gateway, part: 'gateway' },
    { port: province, part: 'province' },
    { port: analytics, part: 'analytics' },
    ...(ownMongod ? [{ port: mongod, part: 'mongod' }] : []),
    ...platformPorts.map(([code, own]) => ({ port: own, part: `platform ${code}` })),
  ];
  const urls = {
    gateway: urlOf(gateway),
    province: urlOf(province),
    analytics: urlOf(analytics),
    platforms: Object.fromEntries(platformPorts.map(([code, own]) => [code, urlOf(own)])),
  };
  return { gateway, province, analytics, mongod, platforms, codes, planned, urls };
}

export interface PlanInput {
  readonly ports: NetPorts;
  readonly dataDir: string;
  readonly scale: number;
  readonly simulatePerSecond: number;
  readonly mongodbUri: string;
  readonly clickhouseUrl?: string | undefined;
  readonly dashboardDir?: string | undefined;
}

/** The parts in waves: those of one wave start side by side, when the wave before is ready. */
export function partPlans(input: PlanInput): readonly (readonly PartPlan[])[] {
  return [
    [provincePlan(input), platformsPlan(input)],
    [analyticsPlan(input)],
    [gatewayPlan(input)],
  ];
}

function provincePlan({ ports, mongodbUri }: PlanInput): PartPlan {
  return {
    name: 'province',
    main: 'subgraphs/province/src/main.ts',
    args: flags({
      port: ports.province,
      'mongodb-uri': mongodbUri,
      'platform-base-port': ports.platforms,
      'analytics-url': ports.urls.analytics,
    }),
    readyUrls: [ready(ports.urls.province)],
  };
}

function platformsPlan({ ports, mongodbUri, scale, simulatePerSecond }: PlanInput): PartPlan {
  return {
    name: 'platforms',
    main: 'subgraphs/platform/src/main.ts',
    args: flags({
      'mongodb-uri': mongodbUri,
      'base-port': ports.platforms,
      platforms: ports.codes.join(','),
      scale,
      simulate: simulatePerSecond,
    }),
    readyUrls: Object.values(ports.urls.platforms).map(ready),
  };
}

function analyticsPlan({ ports, dataDir, mongodbUri, clickhouseUrl }: PlanInput): PartPlan {
  return {
    name: 'analytics',
    main: 'analytics/src/main.ts',
    args: flags({
      port: ports.analytics,
      data: join(dataDir, 'analytics'),
      'mongodb-uri': mongodbUri,
      'province-url': ports.urls.province,
      'clickhouse-url': clickhouseUrl,
    }),
    readyUrls: [ready(ports.urls.analytics)],
  };
}

function gatewayPlan({ ports, dataDir, dashboardDir }: PlanInput): PartPlan {
  return {
    name: 'gateway',
    main: 'gateway/src/main.ts',
    args: flags({
      port: ports.gateway,
      'province-url': ports.urls.province,
      dashboard: dashboardDir,
      state: join(dataDir, 'gateway'),
    }),
    readyUrls: [ready(ports.urls.gateway)],
  };
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
