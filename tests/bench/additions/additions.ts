/** `additions`: what the supergraph costs with the additions of 0, 1, 50 and 340 owners. */
import { composeSupergraph, netSubgraphs } from '@onenet/province';
import { parse } from 'graphql';
import { round, type BenchResult } from '../table.ts';
import { madeUpAdditions } from './made-up.ts';

const counts = [0, 1, 50, 340];
/** Another count: what was composed lately is not composed again. */
const warmUp = 2;

/** CPU milliseconds, which neighbours on the machine do not change much; the first run warms up. */
export async function benchAdditions(say: (line: string) => void): Promise<BenchResult> {
  const sides: Record<string, Record<string, number>> = {};
  for (const count of [warmUp, ...counts]) {
    const owners = Array.from({ length: count }, (_, i) => madeUpAdditions(String(500_000 + i)));
    const beforeMerge = cpuMs();
    const subgraphs = netSubgraphs(owners);
    const beforeCompose = cpuMs();
    const supergraph = composeSupergraph(subgraphs);
    const beforeParse = cpuMs();
    parse(supergraph, { noLocation: true });
    if (count === warmUp) continue;
    sides[`${count} owners`] = {
      mergeMs: round(beforeCompose - beforeMerge),
      composeMs: round(beforeParse - beforeCompose),
      parseMs: round(cpuMs() - beforeParse),
      kilobytes: round(supergraph.length / 1024),
      rssMb: Math.round(process.memoryUsage().rss / 2 ** 20),
    };
    say(`${count} owners composed`);
  }
  return { bench: 'additions', sides, ratios: {} };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
