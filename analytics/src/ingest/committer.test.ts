/** How often inserts begin: over real feeds, the real engine and real positions. */
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { testNet } from '../fixture-net.ts';
import type { TestNet } from '../fixture-net.ts';
import { testSnapshot, tierTotals } from '../fixture.ts';
import type { Position } from './positions.ts';

// The engine shares the machine with the other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const codes = ['420100', '420500', '420600'];
const cleanUp = new AsyncDisposableStack();
let net: TestNet;

beforeAll(async () => {
  net = cleanUp.use(await testNet(inject('mongodbUri'), codes));
  net.ingest.use(testSnapshot(net.platforms.map(({ owner }) => owner)));
});
afterAll(() => cleanUp.disposeAsync());

/** Of events of one day an insert is two blocks of cells, of the year and of the day's minutes: the count that the last one left. */
async function blocksSoFar(): Promise<number> {
  const positions = await net.db.collection<Position>('positions').find().toArray();
  return Math.max(...positions.map(({ blocks }) => blocks));
}

test('what many feeds have to say as it happens goes into few inserts', async () => {
  const { platforms, ingest, clickhouse } = net;
  const time = new Date();
  const happened = () =>
    Promise.all(platforms.map((each) => each.happened([{ type: 'onenet.card.used', time }])));
  await happened();
  await net.allIn();
  const before = await blocksSoFar();
  const began = performance.now();
  const rounds = 12;
  for (let round = 0; round < rounds; round++) {
    await happened();
  }
  await net.allIn();
  const tookMs = performance.now() - began;
  const inserts = ((await blocksSoFar()) - before) / 2;
  expect(inserts).toBeGreaterThan(0);
  expect(inserts).toBeLessThanOrEqual(Math.ceil(tookMs / 300));
  expect(await tierTotals(clickhouse, 'hour', ingest.currentEpochs())).toEqual(
    Object.fromEntries(
      codes.map((code) => [`${code} onenet.card.used`, `${rounds + 1} lines, ${rounds + 1}`]),
    ),
  );
});
