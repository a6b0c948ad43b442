/** `figures`: the whole net at full scale, where every figure is records and none an opening balance. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { platforms } from '@onenet/platforms';
import { feedsIn, selfChecked } from '../../figures/feeds.ts';
import { figuresByMetrics, figuresByRecords } from '../../figures/figures.ts';
import { testNet } from '../../fixtures/net.ts';
import { largeMongoForBench } from '../mongo.ts';
import { round, type BenchResult } from '../table.ts';

/** Loads, waits, compares; fails at the first difference. At scale 1 nothing is an opening balance. */
export async function benchFigures(
  say: (line: string) => void,
  scale: number,
): Promise<BenchResult> {
  await using mongo = await largeMongoForBench(say);
  const began = performance.now();
  const seconds = () => round((performance.now() - began) / 1000);
  await using net = await testNet({ scale, say, mongodbUri: mongo.uri });
  const loadSeconds = seconds();
  say(`loaded in ${loadSeconds} s`);
  const feeds = await feedsIn(net.urls.gateway);
  const events = feeds.reduce((sum, { sequence }) => sum + Number(sequence), 0);
  const ingestedSeconds = seconds();
  say(`${events} events are in after ${ingestedSeconds} s`);
  const found = await figuresByMetrics(net.urls.gateway);
  const byMetrics = found.length;
  say(`${byMetrics} figures read by metrics after ${seconds()} s`);
  // Where nothing is an opening balance, lists hold all of the larger figures too.
  found.push(...(await figuresByRecords(net.urls.gateway, scale === 1 ? Infinity : undefined)));
  say(`${found.length - byMetrics} figures read by records after ${seconds()} s`);
  const wrong = found.filter(
    ({ expected, found: has, opening }) =>
      expected !== has || (scale === 1 && (opening ?? 0) !== 0),
  );
  if (wrong.length > 0) throw new Error(`Figures differ: ${JSON.stringify(wrong, null, 2)}`);
  const connected = platforms.filter(({ connection }) => connection === 'CONNECTED').length;
  const check = await selfChecked(net.urls.gateway, connected);
  if (!check.ok) throw new Error(`The self-check differs: ${JSON.stringify(check, null, 2)}`);
  const all = {
    byMetrics,
    byRecords: found.length - byMetrics,
    events,
    loadSeconds,
    ingestedSeconds,
    seconds: seconds(),
  };
  const processes = { ...net.processes, ...(mongo.pid !== undefined && { mongod: mongo.pid }) };
  const rss = await Promise.all(
    Object.entries(processes).map(async ([name, pid]) => [name, { rssMb: await rssMb(pid) }]),
  );
  return { bench: 'figures', sides: { all, ...Object.fromEntries(rss) }, ratios: {} };
}

async function rssMb(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Math.round(Number(stdout) / 1024);
}
