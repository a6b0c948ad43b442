/** `npm run bench -- <name> [--json]`: a benchmark of tests/bench, in production mode. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const main = join(import.meta.dirname, '../tests/bench/main.ts');
const child = spawn(process.execPath, [main, ...process.argv.slice(2)], {
  stdio: 'inherit',
  // Libraries look at it when they load: the comparison would lie in development mode.
  env: { ...process.env, NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: '1' },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => child.kill(signal));
}
process.on('disconnect', () => child.kill('SIGTERM'));
process.channel?.unref();
const [code] = await once(child, 'exit');
process.exitCode = typeof code === 'number' ? code : 1;
