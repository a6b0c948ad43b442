/** Yichang in the net: where it can be what it is (Python on PostgreSQL), its parts are started in order. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { NoPostgres } from './find-postgres.ts';
import { newLog, startPart, untilReady, type Part } from './parts.ts';
import { sidecarPlan, yichangShare, type PlanInput } from './plans.ts';
import { startPostgres } from './postgres.ts';
import { step, type Say } from './progress.ts';
import { NoPython } from './python.ts';
import {
  isYichangLoaded,
  loadYichang,
  makeDatabase,
  startYichang,
  yichang,
  yichangPython,
} from './yichang.ts';

/** What Yichang runs on here. */
export interface YichangBase {
  readonly python: string;
  readonly database: string;
}

interface BaseOptions {
  readonly dataDir: string;
  readonly port: number;
  /** A server to use instead of one started here. */
  readonly postgresUri?: string | undefined;
  readonly say: Say;
  /** Told of the server that was started. */
  readonly add: (part: Part) => Part;
}

/** Python and a database; undefined, and the reason said, where this machine has not both. */
export async function yichangBase(options: BaseOptions): Promise<YichangBase | undefined> {
  const { say } = options;
  try {
    const python = await yichangPython(say);
    const server = options.postgresUri ?? (await ownPostgres(options));
    return { python, database: await makeDatabase(server, `onenet_${yichang}`) };
  } catch (error) {
    if (!(error instanceof NoPython) && !(error instanceof NoPostgres)) throw error;
    say(`  Yichang (${yichang}) runs the reference platform here, not its own in Python:`);
    say(`  ${error.message}`);
    return undefined;
  }
}

async function ownPostgres({ dataDir, port, say, add }: BaseOptions): Promise<string> {
  const logFile = await newLog(join(dataDir, 'logs'), 'postgres');
  const server = await startPostgres({ dataDir: join(dataDir, 'postgresql'), port, logFile, say });
  add(server);
  return server.uri;
}

/** The sidecar, which makes the outbox; then the records, once; then the server behind it. */
export async function startYichangParts(
  base: YichangBase,
  input: PlanInput,
  { say, add }: Pick<BaseOptions, 'say' | 'add'>,
): Promise<void> {
  const { python, database } = base;
  const logsDir = join(input.dataDir, 'logs');
  const plan = sidecarPlan(input);
  const sidecar = add(await startPart(plan, logsDir));
  await untilReady(
    sidecar,
    plan.readyUrls.map((url) => url.replace('/ready', '/live')),
  );
  await step(say, "Yichang's records", async () => {
    if (await isYichangLoaded(database)) return;
    const { lines, ended } = exportRecords(input.scale);
    await loadYichang(python, database, lines);
    await ended;
  });
  await step(say, "Yichang's server", async () => {
    const server = await startYichang({
      python,
      database,
      port: input.ports.yichang,
      simulatePerSecond: yichangShare(input),
      logFile: await newLog(logsDir, 'yichang'),
    });
    add(server);
    await untilReady(sidecar, plan.readyUrls);
  });
}

/** Its reference records, as a platform in another language is given them. */
function exportRecords(scale: number) {
  const main = join(import.meta.dirname, '../subgraphs/platform/src/export/main.ts');
  const args = [main, '--platform', yichang, '--scale', String(scale)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit').then(([code]) => {
    if (code !== 0) throw new Error(`The export of Yichang's records ended with ${String(code)}.`);
  });
  return { lines: child.stdout, ended };
}
