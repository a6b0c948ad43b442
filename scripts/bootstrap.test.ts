import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

test.for([
  [{ platform: 'win32', arch: 'x64' }, 'WSL 2'],
  [{ platform: 'freebsd', arch: 'x64' }, 'OneNet does not run on freebsd x64'],
  [{ platform: 'linux', arch: 'ia32' }, 'OneNet does not run on linux ia32'],
] as const)('a system that cannot work is refused by name: %j', async ([system, reason]) => {
  await expect(bootstrap(['start', '--help'], system)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining(reason),
  });
});

test('an unknown command names those that there are', async () => {
  await expect(bootstrap(['strat'])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('"strat" is no command; there are start, test,'),
  });
});

test('arguments and the exit code pass through', async () => {
  await expect(bootstrap(['start', '--port', 'x'])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--port is "x"'),
  });
  expect((await bootstrap(['onenet', '--help'])).stdout).toContain('./onenet <command>');
});

/** Runs it as on another system: its view of `process` is changed before it loads. */
async function bootstrap(args: readonly string[], system: Readonly<Record<string, string>> = {}) {
  const changes = Object.entries(system).map(
    ([name, value]) =>
      `Object.defineProperty(process, ${JSON.stringify(name)}, { value: ${JSON.stringify(value)} });`,
  );
  const preload = `data:text/javascript,${encodeURIComponent(changes.join(''))}`;
  const script = join(import.meta.dirname, 'bootstrap.mjs');
  return await run(process.execPath, ['--import', preload, script, ...args]);
}
