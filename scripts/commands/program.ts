/** A command that is a program of another package, whose options and `--help` are its own; it ends with this process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const watchParent = new URL('../watch-parent.ts', import.meta.url).href;

/** A person from a platform of the reference kind. */
export function erase(args: readonly string[]): Promise<number> {
  return runProgram('subgraphs/platform/src/erase/main.ts', args);
}

/** The key to which others seal what such a platform alone may read. */
export function sealingKey(args: readonly string[]): Promise<number> {
  return runProgram('subgraphs/platform/src/sealing/main.ts', args);
}

export function sidecar(args: readonly string[]): Promise<number> {
  return runProgram('subgraphs/sidecar/src/main.ts', args);
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
