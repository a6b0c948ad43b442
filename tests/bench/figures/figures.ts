/** `figures`: the whole net at full scale, where every figure is records and none an opening balance. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { platforms } from '@onenet/platforms';
import { feedsIn, selfChecked } from '../../figures/feeds.ts';
import { figuresByMetrics, figuresByRecords } from '../../figures/figures.ts';
import { testNet } from '../../fixtures/net.ts';
import { round, type BenchResult } from '../table.ts';

/** At this one nothing is an opening balance. */
const scale = 1;

/** Loads, waits, compares; fails at the first difference. */
export async function benchFigures(say: (line: string) => void): Promise<BenchResult> {
  const began = performance.now();
  const seconds = () => round((performance.now() - began) / 1000);
  await using net = await testNet({ scale, say });
  const loadSeconds = seconds();
  say(`loaded in ${loadSeconds} s`);
  const feeds = await feedsIn(net.urls.gateway);
  const events = feeds.reduce((sum, { sequence }) => sum + Number(sequence), 0);
  const ingestedSeconds = seconds();
  say(`${events} events are in after ${ingestedSeconds} s`);
  const found = await figuresByMetrics(net.urls.gateway);
  // Nothing is an opening balance, so lists hold all of the larger figures too.
  found.push(...(await figuresByRecords(net.urls.gateway, Infinity)));
  const wrong = found.filter(
    ({ expected, found: has, opening }) => expected !== has || (opening ?? 0) !== 0,
  );
  if (wrong.length > 0) throw new Error(`Figures differ: ${JSON.stringify(wrong, null, 2)}`);
  const connected = platforms.filter(({ connection }) => connection === 'CONNECTED').length;
  const check = await selfChecked(net.urls.gateway, connected);
  if (!check.ok) throw new Error(`The self-check differs: ${JSON.stringify(check, null, 2)}`);
  const all = { figures: found.length, events, loadSeconds, ingestedSeconds, seconds: seconds() };
  const rss = await Promise.all(
    Object.entries(net.processes).map(async ([name, pid]) => [name, { rssMb: await rssMb(pid) }]),
  );
  return { bench: 'figures', sides: { all, ...Object.fromEntries(rss) }, ratios: {} };
}

async function rssMb(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Math.round(Number(stdout) / 1024);
}
