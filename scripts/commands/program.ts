/** A command that is a program of another package, whose options and `--help` are its own; it ends with this process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { NoPython } from '../python.ts';
import { runYichang, yichang, yichangPython } from '../yichang.ts';

const watchParent = new URL('../watch-parent.ts', import.meta.url).href;

/** Yichang's database where the net starts it. */
const yichangDatabase = `postgres://onenet@127.0.0.1:4004/onenet_${yichang}`;

/** A person from a platform of the reference kind, or from Yichang's. */
export function erase(args: readonly string[]): Promise<number> {
  if (isOfYichang(args)) return yichangProgram('erase', args);
  return runProgram('subgraphs/platform/src/erase/main.ts', args);
}

/** The key to which others seal what such a platform alone may read. */
export function sealingKey(args: readonly string[]): Promise<number> {
  if (isOfYichang(args)) return yichangProgram('sealing-key', args);
  return runProgram('subgraphs/platform/src/sealing/main.ts', args);
}

export function sidecar(args: readonly string[]): Promise<number> {
  return runProgram('subgraphs/sidecar/src/main.ts', args);
}

/** Whether it is Yichang in Python that is meant: with a MongoDB it is the reference platform in its place. */
function isOfYichang(args: readonly string[]): boolean {
  const options = { platform: { type: 'string' }, 'mongodb-uri': { type: 'string' } } as const;
  const { values } = parseArgs({ args: [...args], options, strict: false });
  return values.platform === yichang && values['mongodb-uri'] === undefined;
}

async function yichangProgram(name: string, args: readonly string[]): Promise<number> {
  try {
    const python = await yichangPython((line) => console.error(line));
    const database = process.env['DATABASE_URL'] ?? yichangDatabase;
    return await runYichang(python, [name, ...args], database);
  } catch (error) {
    if (!(error instanceof NoPython)) throw error;
    console.error(
      `${name}: Yichang's platform is Python, and ${error.message}. Where the net runs the reference platform in its place, name its database: --mongodb-uri.`,
    );
    return 1;
  }
}

/** Runs a program, its path seen from the root; resolves with its exit code. */
async function runProgram(path: string, args: readonly string[]): Promise<number> {
  const program = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const child = spawn(process.execPath, ['--import', watchParent, program, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
  }
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
