/** The tests: `*.test.ts` beside the code, `tests/*.e2e.ts` over several parts. None is retried. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['tests/fixtures/global-setup.ts'],
    retry: 0,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['tests/**/*.e2e.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Each starts whole nets: side by side they would only measure each other.
          fileParallelism: false,
        },
      },
    ],
  },
});
