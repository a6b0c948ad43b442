/**
 * `npm test`: the static checks, then the tests, of every kind side by side; ends with `N passed, N failed`
 * on a line of its own. `npm test -- <vitest's arguments>` runs vitest alone with those.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { staticChecks } from './static-checks.ts';
import { runSteps, summarize, type CheckStep, type StepResult } from './steps.ts';

const usage = `npm test: the static checks, then all tests.
npm test -- <vitest's arguments>: vitest alone with those, such as a path (gateway/src).`;

const args = process.argv.slice(2);
if (args.includes('--help')) {
  console.log(usage);
  process.exit();
}
const scratch = await mkdtemp(join(tmpdir(), 'onenet-results-'));
const counted = join(scratch, 'tests.json');
try {
  const results = await runSteps([...(args.length > 0 ? [] : staticChecks), vitest(args)]);
  const { passed, failed } = await countTests(results);
  console.log(`\n${summarize(results)}\n\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await rm(scratch, { recursive: true });
}

function vitest(vitestArgs: readonly string[]): CheckStep {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${counted}`];
  return {
    name: 'tests',
    program: 'node_modules/vitest/vitest.mjs',
    args: ['run', ...reporters, ...vitestArgs],
    live: true,
  };
}

/** A step that failed without a failed test (a check, a leftover process) counts as one failure. */
async function countTests(results: readonly StepResult[]) {
  const text = await readFile(counted, 'utf8').catch(() => '{}');
  const { numPassedTests: passed = 0, numFailedTests = 0 } = JSON.parse(text) as {
    numPassedTests?: number;
    numFailedTests?: number;
  };
  const stepsFailed = results.filter(({ ok }) => !ok).length;
  return { passed, failed: Math.max(stepsFailed, numFailedTests) };
}
