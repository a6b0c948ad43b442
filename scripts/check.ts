/** `npm run check`: all that is checked without running the code. */
import { staticChecks } from './static-checks.ts';
import { runSteps, summarize } from './steps.ts';

const results = await runSteps(staticChecks);
console.log(`\n${summarize(results)}`);
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
