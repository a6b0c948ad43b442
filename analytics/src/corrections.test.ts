/** Values that were corrected: sums and distributions have what is right, once, however it came to be so. */
import { expect, inject, test, vi } from 'vitest';
import { distribution } from './distribution.ts';
import { testNet } from './fixture-net.ts';
import { testSnapshot } from './fixture.ts';
import { hourMs } from './periods.ts';
import { metricSeries } from './series.ts';

// The engine shares the machine with the other tests.
vi.setConfig({ testTimeout: 120_000 });

test('what corrections come to counts, in sums and in distributions alike', async () => {
  await using net = await testNet(inject('mongodbUri'), ['420100']);
  const [wuhan] = net.platforms;
  const nowMs = Date.now();
  const resolved = (hours: number, corrects?: number) => ({
    type: 'onenet.request.resolved' as const,
    time: new Date(nowMs - hourMs),
    data: { value: hours * 60, ...(corrects !== undefined && { count: Math.sign(hours) }) },
    ...(corrects !== undefined && { corrects: String(corrects).padStart(20, '0') }),
  });
  const counted = async (): Promise<unknown[]> => {
    await net.allIn();
    const asked = { period: 'LAST_7_DAYS', simulated: true } as const;
    const metrics = ['requestsResolved', 'resolveHoursP90'];
    const input = { ...asked, metrics, compareWith: 'NONE' } as const;
    const series = (await metricSeries(net, input, { of: 'net' }, nowMs)).get('') ?? [];
    const { n, meanHours } = await distribution(net, { ...asked, of: 'TIME_TO_RESOLVE' }, nowMs);
    return [...series.map(({ value }) => value), n, meanHours];
  };
  net.ingest.use(testSnapshot([wuhan.owner]));
  await wuhan.happened([resolved(1), resolved(2), resolved(3)]);
  expect(await counted()).toEqual([3, 3, 3, 2]);
  await wuhan.happened([resolved(-3, 3)]);
  expect(await counted()).toEqual([2, 2, 2, 1.5]);
  await wuhan.happened([resolved(3, 4)]);
  expect(await counted()).toEqual([3, 3, 3, 2]);
  // And so on: each takes back the one before it.
  await wuhan.happened([resolved(-3, 5)]);
  expect(await counted()).toEqual([2, 2, 2, 1.5]);
  await wuhan.happened([resolved(3, 6)]);
  expect(await counted()).toEqual([3, 3, 3, 2]);
  // Two corrections of one line, of which one is taken back: the other holds.
  await wuhan.happened([resolved(-1, 1), resolved(-1, 1), resolved(1, 9)]);
  expect(await counted()).toEqual([2, 3, 2, 2.5]);
  // The second is put right: it was not two hours, but eight.
  await wuhan.happened([resolved(-2, 2), resolved(8, 2)]);
  expect(await counted()).toEqual([2, 8, 2, 5.5]);
  // And again, by what corrects the correction: six.
  await wuhan.happened([resolved(-8, 12), resolved(6, 13)]);
  expect(await counted()).toEqual([2, 6, 2, 4.5]);
  // The new value first, and what it takes the place of after it.
  await wuhan.happened([resolved(4, 14), resolved(-6, 14)]);
  expect(await counted()).toEqual([2, 4, 2, 3.5]);
  // What is taken back without its value takes it along; what is put in without one puts none in.
  await wuhan.happened([
    { ...resolved(-1, 15), data: { count: -1 } },
    { ...resolved(1, 15), data: { count: 1 } },
  ]);
  expect((await counted()).slice(1)).toEqual([3, 1, 3]);
});
