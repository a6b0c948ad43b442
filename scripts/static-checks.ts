/** What is checked without running the code, from the quickest to the slowest. */
import type { CheckStep } from './steps.ts';

export const staticChecks: readonly CheckStep[] = [
  { name: 'format', program: 'oxfmt/bin/oxfmt', args: ['--check', '.'] },
  { name: 'lint', program: 'oxlint/bin/oxlint', args: ['--type-aware', '.'] },
  { name: 'types', program: 'typescript/bin/tsc', args: ['-p', 'tsconfig.json'] },
  // Before the two that read what SvelteKit generates.
  { name: 'dashboard build', program: 'vite/bin/vite.js', args: ['build'], folder: 'dashboard' },
  {
    name: 'dashboard types',
    program: 'svelte-check/bin/svelte-check',
    args: ['--tsconfig', './tsconfig.json', '--fail-on-warnings'],
    folder: 'dashboard',
  },
  { name: 'unused', program: 'knip/bin/knip.js', args: [] },
];
