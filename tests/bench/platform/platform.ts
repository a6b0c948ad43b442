/** `platform`: every query of the contract at a platform of full size, beside the bare driver doing the same reads. */
import { randomUUID } from 'node:crypto';
import { fieldModule } from '@onenet/contract';
import { databaseName } from '@onenet/platform';
import { platformByCode, type PlatformDefinition } from '@onenet/platforms';
import { BSON, MongoClient, type Db } from 'mongodb';
import { startChild, type Child, type Usage } from '../child.ts';
import { largeMongoForBench } from '../mongo.ts';
import { round, type BenchResult } from '../table.ts';
import { loadFast } from './load.ts';
import { connect, type Measured, type Server } from './measure.ts';
import { operationsOf, type Operation } from './operations.ts';
import { profiled, type Profile } from './reads.ts';
import type { Question } from './side.ts';

/** Xiangyang's worker records and hardship workers, Wuhan's cards. */
const codes = ['420600', '420100'] as const;

/** The driver's reads without HTTP, to see what HTTP is of the rest. */
const bareTimes = 10;

interface Row {
  readonly operation: Operation;
  readonly page: Measured;
  readonly total: Measured | undefined;
  readonly driver: Measured;
  readonly bareCpuMs: number;
  readonly profile: Profile;
  readonly totalFaults: readonly string[];
}

export async function benchPlatform(
  say: (line: string) => void,
  scale: number,
  only: RegExp,
): Promise<BenchResult> {
  await using mongo = await largeMongoForBench(say);
  await using client = await MongoClient.connect(mongo.uri, { ignoreUndefined: true });
  const prefix = `bench_${randomUUID().slice(0, 8)}_`;
  const rows: [string, Row][] = [];
  const failures: string[] = [];
  for (const code of codes) {
    const db = client.db(databaseName(code, prefix));
    try {
      const began = performance.now();
      const documents = await loadFast(client, code, { prefix, scale, say });
      say(`${code}: ${documents.toLocaleString('en')} documents in ${seconds(began)} s`);
      const where = { db, uri: mongo.uri, prefix, say };
      for (const [name, row] of await benchOne(code, only, where)) {
        if (typeof row === 'string') failures.push(`${code} ${name}: ${row}`);
        else rows.push([`${code} ${name}`, row]);
      }
    } finally {
      await db.dropDatabase();
    }
  }
  return resultOf(rows, failures);
}

interface Where {
  readonly db: Db;
  readonly uri: string;
  readonly prefix: string;
  readonly say: (line: string) => void;
}

/** What was measured of each operation, or why it was refused. */
async function benchOne(
  code: string,
  only: RegExp,
  { db, uri, prefix, say }: Where,
): Promise<[string, Row | string][]> {
  const definition = platformByCode(code);
  if (!definition) throw new Error(`There is no platform ${code}.`);
  const began = performance.now();
  const program = new URL('side.ts', import.meta.url);
  await using platform = startChild(program, ['platform', uri, code, prefix]);
  await using driver = startChild(program, ['driver', uri, code, prefix]);
  // Answers when the indexes are there.
  await using server = await connect(platform);
  await using bare = await connect(driver);
  say(`${code}: indexes in ${seconds(began)} s`);
  const all = await operationsOf(definition, offersOf(definition), (query, variables) =>
    dataOf(server, query, variables),
  );
  const operations = all.filter(({ name }) => only.test(name));
  const rows: [string, Row | string][] = [];
  for (const [index, operation] of operations.entries()) {
    const measured = measure(operation, db, { server, bare, driver });
    // One that fails must not take half an hour's others with it.
    rows.push([operation.name, await measured.catch((error: unknown) => String(error))]);
    if (index % 25 === 0) say(`${code}: ${index} of ${operations.length} operations`);
  }
  return rows;
}

async function measure(
  operation: Operation,
  db: Db,
  {
    server,
    bare,
    driver,
  }: { readonly server: Server; readonly bare: Server; readonly driver: Child },
): Promise<Row> {
  const body = (total: boolean) =>
    JSON.stringify({
      query: operation.query,
      variables: operation.isList ? { ...operation.variables, total } : operation.variables,
    });
  const profile = await profiled(db, () => checked(server, body(false)));
  const reads = BSON.EJSON.stringify(profile.reads, { relaxed: false });
  const bareCpuMs = await bareCpu(driver, reads);
  const page = await server.measure(body(false));
  const beside = await bare.measure();
  if (!operation.isList) {
    return {
      operation,
      page,
      total: undefined,
      driver: beside,
      bareCpuMs,
      profile,
      totalFaults: [],
    };
  }
  const { faults } = await profiled(db, () => checked(server, body(true)));
  const total = await server.measure(body(true));
  return { operation, page, total, driver: beside, bareCpuMs, profile, totalFaults: faults };
}

/** CPU of the reads alone; the first time sets them, and warms up. */
async function bareCpu(driver: Child, reads: string): Promise<number> {
  const read = (times: number) =>
    driver.ask<Usage>({ ask: 'read', reads, times } satisfies Question);
  const before = await read(3);
  const after = await read(bareTimes);
  return (after.cpuMicros - before.cpuMicros) / 1_000 / bareTimes;
}

async function checked(server: Server, body: string): Promise<Readonly<Record<string, unknown>>> {
  const { data, errors } = JSON.parse(await server.ask(body)) as {
    data?: Record<string, unknown>;
    errors?: unknown;
  };
  if (!data || errors) throw new Error(`${body}: ${JSON.stringify(errors)}`);
  return data;
}

function dataOf(server: Server, query: string, variables: object = {}) {
  return checked(server, JSON.stringify({ query, variables }));
}

function offersOf({ modules }: PlatformDefinition): (field: string) => boolean {
  return (field) => modules.includes(fieldModule('Query', field));
}

function resultOf(rows: readonly [string, Row][], failures: readonly string[]): BenchResult {
  const sum = (of: (row: Row) => number) => rows.reduce((all, [, row]) => all + of(row), 0);
  const faults = rows.flatMap(([name, { profile, totalFaults }]) =>
    [...profile.faults, ...totalFaults].map((fault) => `${name}: ${fault}`),
  );
  return {
    bench: 'platform',
    sides: Object.fromEntries(rows.map(([name, row]) => [name, figuresOf(row)])),
    ratios: {
      operations: rows.length,
      cpuOverDriver: round(sum(({ page }) => page.cpuMs) / sum(({ driver }) => driver.cpuMs)),
      cpuOverBareReads: round(sum(({ page }) => page.cpuMs) / sum(({ bareCpuMs }) => bareCpuMs)),
      worstKeysPerRow: round(Math.max(...rows.map(([, { profile }]) => profile.keysPerRow))),
    },
    failures: [...failures, ...faults],
  };
}

function figuresOf({ page, total, driver, profile }: Row): Readonly<Record<string, number>> {
  return {
    p50Ms: round(page.p50Ms),
    p95Ms: round(page.p95Ms),
    ...(total && { totalP50Ms: round(total.p50Ms), totalP95Ms: round(total.p95Ms) }),
    cpuMs: round(page.cpuMs),
    driverCpuMs: round(driver.cpuMs),
    ratio: round(page.cpuMs / driver.cpuMs),
    keysPerRow: round(profile.keysPerRow),
  };
}

function seconds(began: number): number {
  return Math.round((performance.now() - began) / 1_000);
}
