/** The tests: `*.test.ts` beside the code, some of them over `http` too, `tests/*.e2e.ts` over several parts; `alone` those of the latter that load the machine. None is retried. */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/fixtures/longest-first.ts';

const gatewayRequire = createRequire(new URL('gateway/package.json', import.meta.url));

/** What loads the machine, or watches how much of it is used: side by side they would only measure each other. */
const alone = [
  'tests/assertion.e2e.ts',
  'tests/dashboard.e2e.ts',
  'tests/drills.e2e.ts',
  'tests/growth.e2e.ts',
  'tests/owners-fail.e2e.ts',
  'tests/registry-under-load.e2e.ts',
];
/** Inserts and refusals, copies and exports, one question of every metric, states, and what is forgotten. */
const overHttp = [
  'analytics/src/as-of.test.ts',
  'analytics/src/ingest/trouble.test.ts',
  'analytics/src/operation/operation.test.ts',
  'analytics/src/operation/retention.test.ts',
];
/** What puts something in the place of a module or of `fetch` has a worker of its own; the other unit tests share theirs, and put back what they change. */
const replacing = [
  'dashboard/src/routes/developer/credential.test.ts',
  'subgraphs/province/src/access/oauth/same-work.test.ts',
];
/** What a net of every part takes, with a browser before it. */
const bytesANet = 2.5 * 2 ** 30;
/**
 * For all tests but those alone, since they run side by side. One more than there are cores leaves none idle, and
 * lets nets run into their own deadlines: an owner that answers late is missing from an answer.
 */
const maxWorkers = Math.max(
  2,
  Math.min(availableParallelism(), Math.floor(process.availableMemory() / bytesANet)),
);
const unit = { testTimeout: 30_000, hookTimeout: 60_000, maxWorkers };
const endToEnd = { testTimeout: 180_000, hookTimeout: 180_000 };

export default defineConfig({
  // graphql's CommonJS build, which Node itself loads: two builds side by side refuse each other's schemas.
  resolve: { alias: [{ find: /^graphql$/, replacement: gatewayRequire.resolve('graphql') }] },
  test: {
    globalSetup: ['tests/fixtures/global-setup.ts'],
    retry: 0,
    // What is waited for ends the wait: the limit is for what never comes, and a busy machine needs more than the default second.
    expect: { poll: { timeout: 20_000 } },
    sequence: { sequencer: LongestFirst },
    // The vendor's modules look at it when they load.
    env: { APOLLO_TELEMETRY_DISABLED: '1' },
    projects: [
      {
        extends: true,
        test: {
          ...unit,
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: ['**/node_modules/**', ...replacing],
          // Each worker loads the packages once: for most files that takes longer than their tests.
          isolate: false,
        },
      },
      { extends: true, test: { ...unit, name: 'unit-replacing', include: replacing } },
      {
        extends: true,
        test: {
          ...unit,
          name: 'http',
          // What ClickHouse is asked, in each way once more with HTTP between: the rest would only take its time again.
          include: overHttp,
          env: { ONENET_TEST_CLICKHOUSE: 'http' },
        },
      },
      {
        extends: true,
        test: {
          ...endToEnd,
          name: 'e2e',
          include: ['tests/**/*.e2e.ts'],
          exclude: alone,
          maxWorkers,
        },
      },
      {
        extends: true,
        // Without parallelism: vitest runs them when all others have ended.
        test: { ...endToEnd, name: 'alone', include: alone, fileParallelism: false },
      },
    ],
  },
});
