/**
 * `npm test`: the static checks, then the tests, unit before e2e; ends with `N passed, N failed`
 * on a line of its own. `npm test -- <vitest's arguments>` runs vitest alone with those.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { staticChecks } from './static-checks.ts';
import { runSteps, summarize, type CheckStep, type StepResult } from './steps.ts';

const usage = `npm test: the static checks, then all tests, unit before e2e.
npm test -- <vitest's arguments>: vitest alone with those, such as a path (gateway/src).`;

const args = process.argv.slice(2);
if (args.includes('--help')) {
  console.log(usage);
  process.exit();
}
const scratch = await mkdtemp(join(tmpdir(), 'onenet-results-'));
try {
  const tests = args.length > 0 ? [vitest('tests', args)] : allTests();
  const results = await runSteps(args.length > 0 ? tests : [...staticChecks, ...tests]);
  const { passed, failed } = await countTests(results);
  console.log(`\n${summarize(results)}\n\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await rm(scratch, { recursive: true });
}

function allTests(): readonly CheckStep[] {
  return [
    vitest('unit tests', ['--project', 'unit', '--project', 'unit-replacing', '--project', 'http']),
    vitest('e2e tests', ['--project', 'e2e']),
    vitest('e2e tests, one by one', ['--project', 'alone']),
  ];
}

function vitest(name: string, vitestArgs: readonly string[]): CheckStep {
  const reporters = [
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${resultOf(name)}`,
  ];
  return {
    name,
    program: 'node_modules/vitest/vitest.mjs',
    args: ['run', ...reporters, ...vitestArgs],
    live: true,
  };
}

function resultOf(name: string): string {
  return join(scratch, `${name.replaceAll(/\W+/g, '-')}.json`);
}

/** A step that failed without a failed test (a check, a leftover process) counts as one failure. */
async function countTests(results: readonly StepResult[]) {
  let passed = 0;
  let failed = 0;
  for (const { name, ok } of results) {
    const text = await readFile(resultOf(name), 'utf8').catch(() => '{}');
    const counts = JSON.parse(text) as { numPassedTests?: number; numFailedTests?: number };
    passed += counts.numPassedTests ?? 0;
    failed += ok ? 0 : Math.max(1, counts.numFailedTests ?? 0);
  }
  return { passed, failed };
}
