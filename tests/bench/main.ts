/** Runs one benchmark by its name: a table for people, or with `--json` also one line for programs. */
import { parseArgs } from 'node:util';
import { printTable, type BenchResult } from './table.ts';

interface Bench {
  readonly help: string;
  run(say: (line: string) => void, scale: number, only: RegExp, runs: number): Promise<BenchResult>;
}

// Each loads its parts only when it runs.
const benches: Readonly<Record<string, Bench>> = {
  gateway: {
    help: 'a fan-out over 17 owners: OneNet and what each of its guards adds, stock Federation, and the floor (5 minutes)',
    run: async (say) => (await import('./gateway/gateway.ts')).benchGateway(say),
  },
  gatewayProfile: {
    help: 'percent of the CPU of OneNet’s side of `gateway`, by module',
    run: async (say) => (await import('./gateway/profile.ts')).benchGatewayProfile(say),
  },
  access: {
    help: 'a thousand clients at their limits, and one that floods (1 minute)',
    run: async (say) => (await import('./access/access.ts')).benchAccess(say),
  },
  additions: {
    help: 'composing the supergraph with the additions of up to 340 owners (half a minute)',
    run: async (say) => (await import('./additions/additions.ts')).benchAdditions(say),
  },
  growth: {
    help: 'composition, planning, start, swap, look-ups, memory at 17, 340 and 1,700 owners (2 minutes)',
    run: async (say) => (await import('./growth/growth.ts')).benchGrowth(say),
  },
  ingest: {
    help: 'feeds over HTTP into raw and rollups, beside the bare INSERT (2 minutes)',
    run: async (say) => (await import('./ingest/ingest.ts')).benchIngest(say),
  },
  analytics: {
    help: 'the dashboard’s queries over 100 million events, tiers, ingest and live (15 minutes; --scale 0.01 for a million)',
    run: async (say, scale, only) =>
      (await import('./analytics/analytics.ts')).benchAnalytics(say, scale, only),
  },
  live: {
    help: 'from event to /live at 500 and 2,000 events/s, and the CPU of each part (4 minutes)',
    run: async (say) => (await import('./live/live.ts')).benchLiveRates(say),
  },
  platform: {
    help: 'every query of the contract at full size, beside the bare driver (half an hour; --scale 0.01 for a trial)',
    run: async (say, scale, only) =>
      (await import('./platform/platform.ts')).benchPlatform(say, scale, only),
  },
  dashboard: {
    help: 'Lighthouse on every page, and its first figure on a slow machine, two years behind it (an hour; --runs 1 --scale 0.01 for a trial)',
    run: async (say, scale, only, runs) =>
      (await import('./dashboard/dashboard.ts')).benchDashboard(say, scale, only, runs),
  },
  figures: {
    help: 'the whole net at full scale shows every published figure (an hour; --scale 0.001 for a trial)',
    run: async (say, scale) => (await import('./figures/figures.ts')).benchFigures(say, scale),
  },
};

const help = `npm run bench -- <name> [--json]

  --json   prints the result as JSON in the last line
  --scale  of \`platform\`, \`figures\`, \`analytics\` and \`dashboard\`: share of the large figures, above 0, at most 1 (1)
  --only   of \`platform\` and \`analytics\`: operations whose name this pattern finds, e.g. 'members .* status';
           of \`dashboard\`: pages, e.g. '^/(requests)?$'
  --runs   of \`dashboard\`: how often Lighthouse looks at each page, of which the median counts; odd (5)
  --help

Benchmarks:
${Object.entries(benches)
  .map(([name, bench]) => `  ${name.padEnd(16)}${bench.help}`)
  .join('\n')}`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    scale: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    runs: { type: 'string', default: '5' },
    help: { type: 'boolean', default: false },
  },
});
const [name = ''] = positionals;
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (values.help) {
  console.log(help);
} else if (bench === undefined) {
  console.error(name === '' ? help : `There is no benchmark ${name}.\n\n${help}`);
  process.exitCode = 2;
} else {
  const scale = Number(values.scale);
  if (!(scale > 0 && scale <= 1))
    throw new RangeError(`--scale ${values.scale}: above 0, at most 1.`);
  const runs = Number(values.runs);
  if (!(runs > 0 && runs % 2 === 1)) throw new RangeError(`--runs ${values.runs}: an odd number.`);
  const only = new RegExp(values.only);
  const result = await bench.run((line) => console.error(line), scale, only, runs);
  printTable(result);
  if (result.failures?.length) process.exitCode = 1;
  if (values.json) console.log(JSON.stringify(result));
}
