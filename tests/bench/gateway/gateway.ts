/** `gateway`: CPU, throughput, latency and memory of a fan-out over 17 owners, against stock Federation and the floor. */
import type { Usage } from '../child.ts';
import { mongoForBench, usageForBench } from '../mongo.ts';
import type { BenchResult } from '../table.ts';
import { medians, round } from '../table.ts';
import { contractQuery, ownerQuery, stockQuery } from './codes.ts';
import { runLoad } from './load.ts';
import { startOwners, startSide, type RunningSide } from './processes.ts';
import { checkWhole } from './rows.ts';
import type { SideName } from './side.ts';

/** What each side is asked. */
export const queries: Readonly<Record<SideName, string>> = {
  stock: stockQuery,
  stockPooled: stockQuery,
  onenet: contractQuery,
  floor: ownerQuery,
};
const names = Object.keys(queries) as SideName[];
const rounds = 5;
const requestsPerRun = 400;
/** Until the compiler has seen what runs often. */
const warmUp = 1000;

/** Runs every side in turn, five times, with queries that differ and with identical ones. */
export async function benchGateway(say: (line: string) => void): Promise<BenchResult> {
  await using mongo = await mongoForBench(say);
  await using usage = await usageForBench(mongo.uri);
  using stack = new DisposableStack();
  const { urls } = stack.use(await startOwners());
  const sides = new Map<SideName, RunningSide>();
  for (const name of names) sides.set(name, stack.use(await startSide(name, urls, usage)));
  const runs = new Map<string, Record<string, number>[]>();
  for (const [name, { url }] of sides) {
    say(`warming up ${name}: ${warmUp} requests`);
    const query = queries[name];
    await runLoad({ url, query, requests: warmUp, differing: true, check: checkWhole });
  }
  for (let n = 1; n <= rounds; n++) {
    for (const differing of [true, false]) {
      for (const [name, side] of sides) {
        const { answerBytes, ...run } = await runSide(side, queries[name], differing);
        const key = differing ? name : `${name}Identical`;
        const size = Math.round(answerBytes / 1024);
        say(`round ${n}/${rounds} ${key}: ${round(run.cpuMsPerRequest)} ms CPU, ${size} KB`);
        runs.set(key, [...(runs.get(key) ?? []), run]);
      }
    }
  }
  const figures = Object.fromEntries([...runs].map(([key, each]) => [key, medians(each)]));
  return {
    bench: 'gateway',
    sides: figures,
    ratios: { ...ratios(figures, ''), ...ratios(figures, 'Identical') },
  };
}

async function runSide(side: RunningSide, query: string, differing: boolean) {
  const { url } = side;
  const before = await side.ask<Usage>('usage');
  const load = await runLoad({
    url,
    query,
    requests: requestsPerRun,
    differing,
    check: checkWhole,
  });
  const after = await side.ask<Usage>('usage');
  const cpuMsPerRequest = (after.cpuMicros - before.cpuMicros) / 1000 / requestsPerRun;
  return { cpuMsPerRequest, ...load, rssMb: after.rssBytes / 2 ** 20 };
}

function ratios(
  sides: Readonly<Record<string, Record<string, number>>>,
  suffix: string,
): Record<string, number> {
  const cpu = (name: SideName) => sides[`${name}${suffix}`]?.['cpuMsPerRequest'] ?? Number.NaN;
  return {
    [`stockOverOnenet${suffix}`]: round(cpu('stock') / cpu('onenet')),
    [`pooledOverOnenet${suffix}`]: round(cpu('stockPooled') / cpu('onenet')),
    [`onenetOverFloor${suffix}`]: round(cpu('onenet') / cpu('floor')),
  };
}
