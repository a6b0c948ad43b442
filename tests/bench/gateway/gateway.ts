/** `gateway`: CPU, throughput, latency and memory of a fan-out over 17 owners, against stock Federation and the floor. */
import { scopeNames } from '@onenet/contract';
import { someClient } from '../../../gateway/src/callers/credentials.fixture.ts';
import type { Usage } from '../child.ts';
import { databaseForBench, mongoForBench } from '../mongo.ts';
import type { BenchResult } from '../table.ts';
import { medians, round } from '../table.ts';
import { contractQuery, ownerQuery, stockQuery } from './codes.ts';
import { runLoad } from './load.ts';
import { startOwners, startSide, type RunningSide } from './processes.ts';
import { checkWhole } from './rows.ts';
import type { SideName } from './side.ts';
import { verification } from './verification.ts';

/** What each side is asked. */
export const queries: Readonly<Record<SideName, string>> = {
  stock: stockQuery,
  stockPooled: stockQuery,
  onenetBare: contractQuery,
  onenetSigned: contractQuery,
  onenet: contractQuery,
  onenetClient: contractQuery,
  onenetShared: contractQuery,
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
  await using database = await databaseForBench(mongo.uri);
  const stores = { usage: database, quota: database };
  const clients = [someClient({ scopes: scopeNames() })];
  using stack = new DisposableStack();
  const { urls } = stack.use(await startOwners());
  const sides = new Map<SideName, RunningSide>();
  for (const name of names)
    sides.set(name, stack.use(await startSide(name, { urls, stores, clients })));
  const runs = new Map<string, Record<string, number>[]>();
  for (const [name, side] of sides) {
    say(`warming up ${name}: ${warmUp} requests`);
    await runLoad({ ...loadOf(name, side), requests: warmUp, differing: true });
  }
  for (let n = 1; n <= rounds; n++) {
    for (const differing of [true, false]) {
      for (const [name, side] of sides) {
        const { answerBytes, ...run } = await runSide(name, side, differing);
        const key = differing ? name : `${name}Identical`;
        const size = Math.round(answerBytes / 1024);
        say(`round ${n}/${rounds} ${key}: ${round(run.cpuMsPerRequest)} ms CPU, ${size} KB`);
        runs.set(key, [...(runs.get(key) ?? []), run]);
      }
    }
  }
  const figures = Object.fromEntries([...runs].map(([key, each]) => [key, medians(each)]));
  say('an owner’s verification');
  return {
    bench: 'gateway',
    // The owners above are canned and verify nothing.
    sides: { ...figures, ownerVerifies: medians(await verification(mongo.uri, rounds)) },
    ratios: { ...ratios(figures, ''), ...ratios(figures, 'Identical') },
  };
}

function loadOf(name: SideName, { url, tokens: [token] }: RunningSide) {
  return { url, query: queries[name], token, check: checkWhole };
}

async function runSide(name: SideName, side: RunningSide, differing: boolean) {
  const before = await side.ask<Usage>('usage');
  const load = await runLoad({ ...loadOf(name, side), requests: requestsPerRun, differing });
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
    [`signedOverBare${suffix}`]: round(cpu('onenetSigned') / cpu('onenetBare')),
    [`recordedOverSigned${suffix}`]: round(cpu('onenet') / cpu('onenetSigned')),
    [`clientOverRecorded${suffix}`]: round(cpu('onenetClient') / cpu('onenet')),
    [`sharedOverClient${suffix}`]: round(cpu('onenetShared') / cpu('onenetClient')),
    [`allOverBare${suffix}`]: round(cpu('onenetShared') / cpu('onenetBare')),
  };
}
