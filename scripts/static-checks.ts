/** What is checked without running the code, each before what it makes possible. */
import type { CheckStep } from './steps.ts';

export const staticChecks: readonly CheckStep[] = [
  { name: 'format', program: 'node_modules/oxfmt/bin/oxfmt', args: ['--check', '.'] },
  // Before those that read what SvelteKit generates.
  { name: 'dashboard build', program: 'scripts/build.ts', args: [] },
  { name: 'lint', program: 'node_modules/oxlint/bin/oxlint', args: ['--type-aware', '.'] },
  { name: 'types', program: 'node_modules/typescript/bin/tsc', args: ['-p', 'tsconfig.json'] },
  {
    name: 'dashboard types',
    program: 'node_modules/svelte-check/bin/svelte-check',
    args: ['--tsconfig', './tsconfig.json', '--fail-on-warnings'],
    folder: 'dashboard',
  },
  { name: 'unused', program: 'node_modules/knip/bin/knip.js', args: [] },
];
