/** `gateway`: CPU, throughput, latency and memory of a fan-out over 17 owners, against stock Federation and the floor. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { BenchResult } from '../table.ts';
import { medians, round } from '../table.ts';
import { contractQuery, ownerQuery, stockQuery } from './codes.ts';
import { runLoad } from './load.ts';
import type { SideName, SideUsage } from './side.ts';

const queries: Readonly<Record<SideName, string>> = {
  stock: stockQuery,
  stockPooled: stockQuery,
  onenet: contractQuery,
  floor: ownerQuery,
};
const names = Object.keys(queries) as SideName[];
const rounds = 5;
const requestsPerRun = 400;
const warmUp = 300;

/** Runs every side in turn, five times, with queries that differ and with identical ones. */
export async function benchGateway(say: (line: string) => void): Promise<BenchResult> {
  const owners = start('./owners.ts', []);
  const { urls } = await reply<{ urls: Record<string, string> }>(owners);
  const sides = new Map<SideName, { child: ChildProcess; url: string }>();
  for (const name of names) {
    const child = start('./side.ts', [name]);
    child.send({ urls });
    sides.set(name, { child, ...(await reply<{ url: string }>(child)) });
  }
  const runs = new Map<string, Record<string, number>[]>();
  for (let round_ = 0; round_ < rounds; round_++) {
    for (const [name, { child, url }] of sides) {
      for (const differing of [true, false]) {
        const query = queries[name];
        if (round_ === 0) await runLoad({ url, query, requests: warmUp, differing });
        const before = await usage(child);
        const { answerBytes, ...load } = await runLoad({
          url,
          query,
          requests: requestsPerRun,
          differing,
        });
        const after = await usage(child);
        const cpuMsPerRequest = (after.cpuMicros - before.cpuMicros) / 1000 / requestsPerRun;
        const key = differing ? name : `${name}Identical`;
        say(
          `round ${round_ + 1}/${rounds} ${key}: ${round(cpuMsPerRequest)} ms CPU, ${Math.round(answerBytes / 1024)} KB`,
        );
        const run = { cpuMsPerRequest, ...load, rssMb: after.rssBytes / 2 ** 20 };
        runs.set(key, [...(runs.get(key) ?? []), run]);
      }
    }
  }
  for (const { child } of [...sides.values(), { child: owners }]) child.disconnect();
  const figures = Object.fromEntries([...runs].map(([key, each]) => [key, medians(each)]));
  return {
    bench: 'gateway',
    sides: figures,
    ratios: { ...ratios(figures, ''), ...ratios(figures, 'Identical') },
  };
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

function start(file: string, args: readonly string[]): ChildProcess {
  return fork(new URL(file, import.meta.url), args, {
    env: { ...process.env, NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: '1' },
    // The gateway logs a line a request: it is paid for, and not shown.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

async function usage(child: ChildProcess): Promise<SideUsage> {
  child.send('usage');
  return reply<SideUsage>(child);
}

async function reply<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, 'message')) as [T];
  return message;
}
