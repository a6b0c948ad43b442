/** `gatewayProfile`: on which modules OneNet's gateway spends its CPU under the same load. */
import type { Profiler } from 'node:inspector';
import type { BenchResult } from '../table.ts';
import { round } from '../table.ts';
import { queries } from './gateway.ts';
import { runLoad } from './load.ts';
import { startOwners, startSide } from './processes.ts';
import { checkWhole } from './rows.ts';

const requests = 2000;
/** Functions that are listed. */
const shown = 25;
/** Modules below this are left out. */
const leastPercent = 0.3;

/** Percent of CPU by module, and the functions that take most of it. */
export async function benchGatewayProfile(say: (line: string) => void): Promise<BenchResult> {
  using stack = new DisposableStack();
  const { urls } = stack.use(await startOwners());
  const side = stack.use(await startSide('onenet', { urls }));
  const load = { url: side.url, query: queries.onenet, differing: true, check: checkWhole };
  await runLoad({ ...load, requests });
  await side.ask('startProfile');
  await runLoad({ ...load, requests });
  const profile = await side.ask<Profiler.Profile>('endProfile');
  const functions = shares(
    profile,
    ({ functionName, url, lineNumber }) =>
      `${moduleOf(url, functionName)} ${functionName}:${lineNumber + 1}`,
  );
  for (const [name, percent] of functions.slice(0, shown)) say(`${percent.toFixed(1)} % ${name}`);
  const modules = shares(profile, ({ url, functionName }) => moduleOf(url, functionName));
  const sides = Object.fromEntries(
    modules
      .filter(([, percent]) => percent >= leastPercent)
      .map(([name, percent]) => [name, { percent: round(percent) }]),
  );
  return { bench: 'gatewayProfile', sides, ratios: {} };
}

/** Percent of the samples that were not idle, by what `nameOf` makes of a frame; greatest first. */
function shares(
  { nodes, samples = [] }: Profiler.Profile,
  nameOf: (frame: { functionName: string; url: string; lineNumber: number }) => string,
): [string, number][] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const counts = new Map<string, number>();
  for (const sample of samples) {
    const name = names.get(sample) ?? '';
    if (!name.startsWith('(idle)')) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts]
    .map(([name, count]): [string, number] => [name, (100 * count) / all])
    .toSorted(([, a], [, b]) => b - a);
}

/** A package, a folder of this repository, a part of Node, or the engine itself. */
function moduleOf(url: string, functionName: string): string {
  const packageName = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (packageName !== undefined) return packageName;
  const own = /\/(gateway\/src\/owners|gateway\/src|subgraphs\/\w+)\//.exec(url)?.[1];
  if (own !== undefined) return own;
  if (url.startsWith('node:')) return url.split('/').slice(0, 2).join('/');
  return functionName.startsWith('(') ? functionName : '(engine)';
}
