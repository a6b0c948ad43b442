/**
 * Today's figures of the overview, asked for with every look; what of the day was before this hour is kept
 * (kept-rows.ts). It does not wait for inserts under way: what has been counted half, the next look has whole.
 */
import { knownMetric } from '../known.ts';
import { overviewMetrics } from '../metrics.ts';
import { rangeOf } from '../periods.ts';
import { answer } from '../query.ts';
import { epochsIn } from '../scope.ts';
import type { Sources } from '../series.ts';
import type { Total } from './picture.ts';

const metrics = overviewMetrics.map(knownMetric);

/** Null where no feed has ever come in: that is not zero. */
export async function totalsOfToday(sources: Sources, nowMs: number): Promise<readonly Total[]> {
  const epochs = epochsIn(sources.ingest, {});
  if (epochs.size === 0) return metrics.map(({ name }) => ({ metric: name, value: null }));
  const found = await answer(sources, {
    metrics,
    range: rangeOf('TODAY', nowMs),
    group: { by: 'all' },
    filter: {
      epochs,
      place: undefined,
      categories: undefined,
      channels: undefined,
      simulated: true,
    },
    nowMs,
  });
  const figures = found.get('');
  return metrics.map(({ name }) => ({ metric: name, value: figures?.get(name)?.value ?? 0 }));
}
