/** Wuhan's platform on MongoDB, Yichang's on PostgreSQL and the province, each a process of its own that can be killed and started again. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { exportLines } from '@onenet/platform';
import { platformByCode, type PlatformDefinition } from '@onenet/platforms';
import { loadYichang, makeDatabase, yichang, yichangPython } from '@onenet/scripts/yichang';
import { freePort, freePortRange } from '../fixtures/ports.ts';
import type { TestKeys } from '../fixtures/keys.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = fileURLToPath(new URL('../../subgraphs/examples/python', import.meta.url));

export const wuhan = '420100';

function definitionOf(code: string): PlatformDefinition {
  const definition = platformByCode(code);
  if (!definition) throw new Error(`There is no platform ${code}.`);
  return definition;
}

/** One or several processes that are one part of the net. */
export class Part {
  readonly url: string;
  readonly #start: () => readonly ChildProcess[];
  #running: readonly ChildProcess[] = [];

  constructor(url: string, start: () => readonly ChildProcess[]) {
    this.url = url;
    this.#start = start;
  }

  /** Resolves when it is ready to answer. */
  async start(): Promise<void> {
    this.#running = this.#start();
    for (;;) {
      const ready = await fetch(`${this.url}/health/ready`).catch(() => undefined);
      await ready?.arrayBuffer();
      if (ready?.ok) return;
      if (this.#running.some(({ exitCode }) => exitCode !== null)) {
        throw new Error(`A process of ${this.url} ended before it was ready.`);
      }
      await delay(50);
    }
  }

  /** SIGKILL to all its processes; resolves when they are gone. */
  async kill(): Promise<void> {
    const gone = this.#running.map((child) => once(child, 'exit'));
    for (const child of this.#running) child.kill('SIGKILL');
    await Promise.all(gone);
    this.#running = [];
  }
}

export interface Parts {
  readonly mongo: Part;
  readonly python: Part;
  readonly province: Part;
  /** Where the province believes the platforms: a proxy has to listen there. */
  readonly platformPorts: Readonly<Record<string, number>>;
  /** Yichang's database, to be dropped. */
  readonly database: string;
}

/** Starts the two platforms, empty, and makes the province ready to be started. */
export async function startParts(options: {
  readonly mongodbUri: string;
  readonly postgresUri: string;
  readonly prefix: string;
  readonly keys: TestKeys;
}): Promise<Parts> {
  const { mongodbUri, postgresUri, prefix, keys } = options;
  const trust = [`--trust=${keys.jwksFile}`, '--unsigned=loopback'];
  const [mongoPort, serverPort, sidecarPort, provincePort] = await Promise.all([
    freePort(),
    freePort(),
    freePort(),
    freePort(),
  ]);
  const base = await freePortRange(64);
  const database = await makeDatabase(postgresUri, `${prefix}yichang`);
  const python = await yichangPython((line) => console.log(line));

  const mongo = new Part(at(mongoPort), () => [
    node('subgraphs/platform/src/main.ts', [
      `--mongodb-uri=${mongodbUri}`,
      `--database-prefix=${prefix}`,
      `--platform=${wuhan}`,
      `--port=${mongoPort}`,
      ...trust,
    ]),
  ]);
  const sidecar = (): ChildProcess =>
    node('subgraphs/sidecar/src/main.ts', [
      `--code=${yichang}`,
      `--upstream=${at(serverPort)}/graphql`,
      `--outbox=${database}`,
      `--port=${sidecarPort}`,
      ...trust,
    ]);
  const server = (): ChildProcess =>
    spawn(
      python,
      ['-m', 'yichang', '--database', database, '--port', String(serverPort), '--sweep', '0'],
      {
        cwd: example,
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
      },
    );
  const yichangs = new Part(at(sidecarPort), () => [sidecar(), server()]);
  const province = new Part(at(provincePort), () => [
    node('subgraphs/province/src/main.ts', [
      `--mongodb-uri=${mongodbUri}`,
      `--database=${prefix}province`,
      `--port=${provincePort}`,
      `--platform-base-port=${base}`,
      '--analytics-url=http://127.0.0.1:9',
      `--keys=${keys.dir}`,
    ]),
  ]);
  await makeTables(sidecar, at(sidecarPort), python, database);
  await Promise.all([mongo.start(), yichangs.start()]);
  return {
    mongo,
    python: yichangs,
    province,
    platformPorts: Object.fromEntries(
      [wuhan, yichang].map((code) => [code, base + definitionOf(code).portOffset]),
    ),
    database,
  };
}

/** The outbox is the sidecar's to make, the other tables the server's. */
async function makeTables(
  sidecar: () => ChildProcess,
  url: string,
  python: string,
  database: string,
): Promise<void> {
  const child = sidecar();
  const gone = once(child, 'exit');
  try {
    while (!(await fetch(`${url}/health/live`).catch(() => undefined))?.ok) await delay(50);
    await loadYichang(python, database, exportLines(definitionOf(yichang), []));
  } finally {
    child.kill('SIGKILL');
    await gone;
  }
}

function node(program: string, flags: readonly string[]): ChildProcess {
  return spawn(process.execPath, [`${root}${program}`, ...flags], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function at(port: number): string {
  return `http://127.0.0.1:${port}`;
}
