/** Today's figures of the overview. They do not wait for inserts under way: what has been counted half, the next look has whole. */
import { knownMetric } from '../known.ts';
import { overviewMetrics } from '../metrics.ts';
import { rangeOf } from '../periods.ts';
import { answer } from '../query.ts';
import { epochsIn } from '../scope.ts';
import type { Sources } from '../series.ts';
import type { Total } from './picture.ts';

const metrics = overviewMetrics.map(knownMetric);

/** Null where no feed has ever come in: that is not zero. */
export async function todaysTotals(
  { clickhouse, ingest }: Sources,
  nowMs: number,
): Promise<readonly Total[]> {
  const epochs = epochsIn(ingest, {});
  if (epochs.size === 0) return metrics.map(({ name }) => ({ metric: name, value: null }));
  const filter = {
    epochs,
    place: undefined,
    categories: undefined,
    channels: undefined,
    simulated: true,
  };
  const range = rangeOf('TODAY', nowMs);
  const question = { metrics, range, group: { by: 'all' }, filter, nowMs } as const;
  const figures = (await answer(clickhouse, question)).get('');
  return metrics.map(({ name }) => ({ metric: name, value: figures?.get(name)?.value ?? null }));
}
