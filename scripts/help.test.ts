/** What the programs say of themselves: `--help` names every path that they serve. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, vi } from 'vitest';

vi.setConfig({ testTimeout: 120_000 });

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');

test.each([
  [
    'gateway/src/main.ts',
    '/graphql /q /exports /briefs /live /health/live /health/ready /metrics /events /schemas/envelope.v1.json /.well-known/jwks.json /oauth/token /session',
  ],
  [
    'analytics/src/main.ts',
    '/graphql /live /access /briefs /backup /operation /health/live /health/ready',
  ],
  ['subgraphs/sidecar/src/main.ts', '/graphql /events /access /health/live /health/ready'],
])('%s', async (program, paths) => {
  const { stdout } = await run(process.execPath, [join(root, program), '--help']);
  const named = new Set(stdout.match(/(?<![\w>/.])\/[\w./-]*\w/g));
  expect(paths.split(' ').filter((path) => !named.has(path))).toEqual([]);
});
