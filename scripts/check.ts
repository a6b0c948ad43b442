/** `npm run check`: all that is checked without running the code. */
import { staticChecks } from './static-checks.ts';
import { runSteps, summarize } from './steps.ts';

if (process.argv.length > 2) {
  const names = staticChecks.map(({ name }) => name).join(', ');
  console.log(`npm run check: all that is checked without running the code (${names}).`);
  process.exit(process.argv[2] === '--help' ? 0 : 2);
}
const results = await runSteps(staticChecks);
console.log(`\n${summarize(results)}`);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
