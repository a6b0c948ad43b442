/** `growth`: what grows with the net, at 17, 340 and 1,700 owners, a fifth of them with additions. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { NetSnapshot } from '@onenet/contract';
import { startChild, type Usage } from '../child.ts';
import { mongoForBench } from '../mongo.ts';
import { median, round, type BenchResult } from '../table.ts';
import { additionsOf, codesOf, netOf, supergraphOf } from './made-up-net.ts';
import { operations, startPlanner } from './plans.ts';
import { measureRegistry } from './registry.ts';
import { startTold, type Told } from './told.ts';

const sizes = [17, 340, 1700];
const runs = 5;
const warmUp = 40;
const ownerProcesses = 4;

export async function benchGrowth(say: (line: string) => void): Promise<BenchResult> {
  const sides: Record<string, Record<string, number>> = {};
  // The first composition and plan pay for the compiler.
  await using warm = await startPlanner(supergraphOf(17));
  for (let n = 0; n < warmUp; n++) {
    for (const operation of operations) await warm.plan(`# ${n}\n${operation}`);
  }
  await using mongo = await mongoForBench(say);
  for (const size of sizes) {
    const figures = {
      withAdditions: additionsOf(size).length,
      ...(await measurePlanning(size)),
      ...(await measureGateway(size)),
      ...(await measureRegistry(size, mongo.uri)),
    };
    sides[`${size} owners`] = Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [name, round(value)]),
    );
    say(`${size} owners measured`);
  }
  return { bench: 'growth', sides, ratios: ratios(sides) };
}

async function measurePlanning(size: number) {
  const composing = await timed(() => supergraphOf(size));
  const loading = await timed(() => startPlanner(composing.value));
  await using planner = loading.value;
  // What a plan costs that is not there yet: the first of the planner, then a few more.
  const first = await timed(async () => {
    for (const operation of operations) await planner.plan(operation);
  });
  let [nodes, fetches, waves] = [0, 0, 0];
  for (const operation of operations) {
    const plan = await planner.plan(operation);
    nodes += plan.nodes;
    fetches += plan.fetches;
    waves += plan.waves;
  }
  const planMs: number[] = [];
  for (let n = 0; n < runs; n++) {
    const again = await timed(async () => {
      // Another name is another operation to the planner's cache.
      for (const operation of operations) await planner.plan(`# ${n}\n${operation}`);
    });
    planMs.push(again.ms / operations.length);
  }
  return {
    composeMs: composing.ms,
    supergraphKb: composing.value.length / 1024,
    plannerLoadMs: loading.ms,
    firstPlanMs: first.ms / operations.length,
    planMs: median(planMs),
    planNodes: nodes,
    planFetches: fetches,
    planWaves: waves,
  };
}

async function measureGateway(size: number) {
  using stack = new DisposableStack();
  const urls: string[] = [];
  for (let n = 0; n < ownerProcesses; n++) {
    const owners = stack.use(startChild(new URL('owners.ts', import.meta.url)));
    urls.push((await owners.ask<{ url: string }>('url')).url);
  }
  const [plain, changed] = [
    supergraphOf(size),
    supergraphOf(size, 'extend type Query { m: String }'),
  ];
  const net = netOf(size, plain, (code, n) => `${urls[n % urls.length]}/${code}/graphql`);
  const province = await startTold(net);
  stack.defer(() => province.close());
  const gateway = stack.use(startChild(new URL('gateway.ts', import.meta.url)));
  const { url, startMs } = await gateway.ask<{ url: string; startMs: number }>({
    provinceUrl: province.url,
  });
  const ask = async (query: string, check: (answer: string) => boolean): Promise<void> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, extensions: { onenet: { deadlineMs: 30_000 } } }),
    });
    const text = await response.text();
    if (!check(text))
      throw new Error(`${size} owners: ${query} was answered ${text.slice(0, 600)}`);
  };
  const last = codesOf(size).at(-1) ?? '';
  const routed = (): Promise<void> =>
    ask(`{ serviceRequest(id: "${last}:R-0") { title status } }`, (text) =>
      text.includes('"RESOLVED"'),
    );
  const gathered = (): Promise<void> =>
    ask(
      '{ serviceRequests(first: 20) { edges { node { id title status } } completeness { asked answered } } }',
      (text) => text.includes(`"asked":${size},"answered":${size}`),
    );
  for (const warming of [routed, routed, gathered, gathered]) await warming();
  const routedMs = await medianMs(40, routed);
  const gatheredMs = await medianMs(runs, gathered);

  // An address changes; then a supergraph does. The routed look-up goes on meanwhile.
  const { swapMs: addressMs } = await swap(province, { owners: [...net.owners] });
  await gateway.ask('stall');
  const { swapMs } = await swap(province, { supergraph: changed });
  const stallMs = await gateway.ask<number>('stall');
  const { rssBytes } = await gateway.ask<Usage>('usage');
  return {
    netKb: JSON.stringify(net).length / 1024,
    startMs,
    addressSwapMs: addressMs,
    swapMs,
    swapStallMs: stallMs,
    routedMs,
    gatheredMs,
    gatewayRssMb: rssBytes / 2 ** 20,
  };

  /** From the province's word until the gateway answers by it. */
  async function swap(told: Told, change: Partial<NetSnapshot>): Promise<{ swapMs: number }> {
    const begin = performance.now();
    const revision = told.tell(change);
    const generations = change.supergraph === undefined ? 1 : 2;
    for (;;) {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      const isThere = [
        `onenet_net_revision ${revision}\n`,
        `onenet_generations_total ${generations}\n`,
      ].every((line) => metrics.includes(line));
      if (isThere) return { swapMs: performance.now() - begin };
      await routed();
      await sleep(2);
    }
  }
}

/** How much more the largest net costs than the smallest. */
function ratios(sides: Readonly<Record<string, Record<string, number>>>): Record<string, number> {
  const [least = {}, most = {}] = [sides['17 owners'], sides['1700 owners']];
  return Object.fromEntries(
    Object.keys(least).map((name) => [name, round((most[name] ?? NaN) / (least[name] ?? NaN))]),
  );
}

async function medianMs(times: number, act: () => Promise<void>): Promise<number> {
  const all: number[] = [];
  for (let n = 0; n < times; n++) all.push((await timed(act)).ms);
  return all.toSorted((a, b) => a - b)[times >> 1] ?? Number.NaN;
}

async function timed<T>(act: () => T | Promise<T>): Promise<{ value: T; ms: number }> {
  const begin = performance.now();
  const value = await act();
  return { value, ms: performance.now() - begin };
}
