/** Runs one benchmark by its name: a table for people, or with `--json` one line for programs. */
import { parseArgs } from 'node:util';
import { benchGateway } from './gateway/gateway.ts';
import { printTable, type BenchResult } from './table.ts';

type Bench = (say: (line: string) => void) => Promise<BenchResult>;

const benches: Readonly<Record<string, Bench>> = {
  gateway: benchGateway,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const bench = benches[positionals[0] ?? ''];
if (bench === undefined) {
  console.error(
    `npm run bench -- <name> [--json]\n\nBenchmarks: ${Object.keys(benches).join(', ')}`,
  );
  process.exit(2);
}
const result = await bench((line) => console.error(line));
printTable(result);
if (values.json) console.log(JSON.stringify(result));
