/** What is checked without running the code, each before what it makes possible; those after the build side by side. */
import type { CheckStep } from './steps.ts';

export const staticChecks: readonly CheckStep[] = [
  { name: 'format', program: 'node_modules/oxfmt/bin/oxfmt', args: ['--check', '.'] },
  // Before those that read what SvelteKit generates.
  { name: 'dashboard build', program: 'scripts/build.ts', args: [] },
  { name: 'types', program: 'node_modules/typescript-7/bin/tsc', args: ['-p', 'tsconfig.json'] },
  {
    name: 'lint',
    program: 'node_modules/oxlint/bin/oxlint',
    args: ['--type-aware', '.'],
    beside: true,
  },
  {
    name: 'dashboard types',
    program: 'node_modules/svelte-check/bin/svelte-check',
    args: ['--tsconfig', './tsconfig.json', '--fail-on-warnings'],
    folder: 'dashboard',
    beside: true,
  },
  { name: 'unused', program: 'node_modules/knip/bin/knip.js', args: [], beside: true },
];
