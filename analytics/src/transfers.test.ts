/** A transfer, at every moment: the record is counted once, here, on its way or there. */
import type { EventTypeName } from '@onenet/contract';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { testNet, type TestNet } from './fixture-net.ts';
import { testSnapshot } from './fixture.ts';
import type { TestPlatform } from './fixture.ts';
import { hourMs } from './periods.ts';
import { metricSeries } from './series.ts';
import type { MetricsInput } from './series.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const cleanUp = new AsyncDisposableStack();
const nowMs = Date.now();
let platforms: { readonly source: TestPlatform; readonly target: TestPlatform };
let net: TestNet<readonly ['420100', '420500']>;

beforeAll(async () => {
  net = cleanUp.use(await testNet(inject('mongodbUri'), ['420100', '420500']));
  const [source, target] = net.platforms;
  platforms = { source, target };
  net.ingest.use(testSnapshot([source.owner, target.owner]));
});
afterAll(() => cleanUp.disposeAsync());

type Step = readonly [at: 'source' | 'target', type: EventTypeName];

/** What is counted of both platforms before, between and after the steps, which are an hour apart. */
async function counted(live: string, onItsWay: string, steps: readonly Step[]): Promise<unknown[]> {
  const beginMs = nowMs - 24 * hourMs;
  const places = { source: '420100', target: '420500' };
  const happened = steps.map(([at, type], index) => {
    const time = new Date(beginMs + (index + 1) * hourMs);
    return { at, event: { type, time, data: { place: places[at] } } };
  });
  for (const at of ['source', 'target'] as const) {
    const own = happened.filter((step) => step.at === at);
    await platforms[at].happened(own.map(({ event }) => event));
  }
  await net.allIn();
  const moments = Array.from({ length: steps.length + 1 }, (_, index) => beginMs + index * hourMs);
  const found: string[] = [];
  for (const moment of moments) {
    const input: MetricsInput = {
      metrics: [live, onItsWay],
      period: 'CUSTOM',
      from: new Date(beginMs - hourMs).toISOString(),
      to: new Date(moment + hourMs / 2).toISOString(),
      simulated: true,
      compareWith: 'NONE',
    };
    const subjects = { of: 'platforms', codes: Object.values(places) } as const;
    const series = await metricSeries(net, input, subjects, nowMs);
    const of = (code: string) => (series.get(code) ?? []).map(({ value }) => value).join(' + ');
    found.push(`${of(places.source)} | ${of(places.target)}`);
  }
  return found;
}

test('a member: offered, accepted, completed', async () => {
  const moments = await counted('members', 'membersInTransfer', [
    ['source', 'onenet.member.accepted'],
    ['source', 'onenet.member.offered'],
    ['target', 'onenet.member.received'],
    ['source', 'onenet.member.departed'],
    ['target', 'onenet.member.left'],
  ]);
  expect(moments).toEqual([
    '0 + 0 | 0 + 0',
    '1 + 0 | 0 + 0',
    '0 + 1 | 0 + 0', // on its way, at the source
    '0 + 1 | 1 + 0', // live at the target; the source has still to say that it is gone
    '0 + 0 | 1 + 0',
    '0 + 0 | 0 + 0',
  ]);
});

test('a request: offered and withdrawn, offered again and moved, resolved there', async () => {
  const moments = await counted('requestsBacklog', 'requestsInTransfer', [
    ['source', 'onenet.request.submitted'],
    ['source', 'onenet.request.offered'],
    ['source', 'onenet.request.returned'],
    ['source', 'onenet.request.offered'],
    ['target', 'onenet.request.received'],
    ['source', 'onenet.request.departed'],
    ['target', 'onenet.request.resolved'],
  ]);
  expect(moments).toEqual([
    '0 + 0 | 0 + 0',
    '1 + 0 | 0 + 0',
    '0 + 1 | 0 + 0',
    '1 + 0 | 0 + 0',
    '0 + 1 | 0 + 0',
    '0 + 1 | 1 + 0',
    '0 + 0 | 1 + 0',
    '0 + 0 | 0 + 0',
  ]);
});
