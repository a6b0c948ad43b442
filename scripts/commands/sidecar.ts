/** `./onenet sidecar`: the sidecar's own program, whose options and `--help` are its own; it ends with this process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../subgraphs/sidecar/src/main.ts', import.meta.url));
const watchParent = new URL('../watch-parent.ts', import.meta.url).href;

/** Resolves with the program's exit code. */
export async function sidecar(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, ['--import', watchParent, program, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
  }
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
