/** What raw has no more is not answered as if it were all. */
import { expect, test } from 'vitest';
import type { Group } from './cells.ts';
import { metricByName } from './metrics.ts';
import { dayMs } from './periods.ts';
import { refuseForgotten } from './raw-kept.ts';

const nowMs = Date.parse('2026-11-29T04:00:00Z');
/** Midnight in Asia/Shanghai. */
const midnightMs = Date.parse('2026-11-28T16:00:00Z');
const ingest = { rawFromMs: () => midnightMs - 70 * dayMs };

function asking(
  name: string,
  daysAgo: number,
  { place, fromMs }: { readonly place?: string; readonly fromMs?: number } = {},
): () => void {
  const metric = metricByName(name);
  if (!metric) throw new Error(`No metric ${name}.`);
  const group: Group = { by: 'all' };
  const range = { fromMs: fromMs ?? midnightMs - daysAgo * dayMs, toMs: nowMs, endMs: nowMs };
  const filter = {
    epochs: new Map([['420100', 1]]),
    place,
    categories: undefined,
    channels: undefined,
    simulated: true,
  };
  return () =>
    refuseForgotten(ingest, {
      metrics: [metric],
      range: { ...range, calendar: undefined },
      group,
      filter,
      nowMs,
    });
}

test.for([
  ['whole days of a county come from the rollups', 'reads', 400, {}, false],
  ['a place below the county, later', 'reads', 60, { place: '420102001' }, false],
  ['a place below the county, earlier', 'reads', 80, { place: '420102001' }, true],
  ['a distribution has a table of its own', 'resolveHoursMedian', 80, {}, false],
  [
    'a stock below the county counts from the beginning',
    'requestsBacklog',
    5,
    { place: '420102001' },
    true,
  ],
  ['a stock of a county', 'requestsBacklog', 80, {}, false],
  ['an odd minute long ago', 'reads', 0, { fromMs: midnightMs - 80 * dayMs + 61_001 }, true],
] as const)('%s', ([, name, daysAgo, more, isRefused]) => {
  if (isRefused)
    expect(asking(name, daysAgo, more)).toThrow('single events are kept from 2026-09-19');
  else expect(asking(name, daysAgo, more)).not.toThrow();
});

test('where raw is kept for ever, nothing is refused', () => {
  expect(() =>
    refuseForgotten(
      { rawFromMs: () => 0 },
      {
        metrics: [],
        range: { fromMs: undefined, toMs: nowMs, endMs: nowMs, calendar: undefined },
        group: { by: 'all' },
        filter: {
          epochs: new Map(),
          place: '420102001',
          categories: undefined,
          channels: undefined,
          simulated: true,
        },
        nowMs,
      },
    ),
  ).not.toThrow();
});
