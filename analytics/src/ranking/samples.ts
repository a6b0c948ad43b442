/** How many single things a ranked value was made of, computed like a metric, from the same events. */
import { metricByName } from '../metrics.ts';
import { sum } from '../metrics/formula.ts';
import { computed } from '../metrics/metric.ts';
import type { Metric } from '../metrics/metric.ts';
import type { SampleName } from './formula.ts';

/** The counts by name, with what they are called where one is too small. */
export const samples: Readonly<Record<SampleName, Metric>> = {
  endedWithDeadline: sampleOf('onTimeRate', {
    name: 'endedWithDeadline',
    ...computed({
      terms: [
        sum('timed_count', 'onenet.request.resolved'),
        sum('timed_count', 'onenet.request.rejected'),
      ],
    }),
    label: '有期限的办结',
    labelEn: 'requests ended that had a deadline',
    unit: '件',
  }),
  ratingsGiven: sampleOf('satisfaction', {
    name: 'ratingsGiven',
    ...computed({ terms: [sum('value_count', 'onenet.request.rated')] }),
    label: '评价',
    labelEn: 'ratings',
    unit: '件',
  }),
  resolvedWithDuration: sampleOf('resolveHoursMedian', {
    name: 'resolvedWithDuration',
    ...computed({ terms: [sum('value_count', 'onenet.request.resolved')] }),
    label: '办结',
    labelEn: 'requests resolved',
    unit: '件',
  }),
};

/** A count of what a metric is made of: no metric of the list, since nobody asks for it by itself. */
function sampleOf(
  metric: string,
  of: Pick<Metric, 'name' | 'formula' | 'expression' | 'label' | 'labelEn' | 'unit'>,
): Metric {
  const whole = metricByName(metric);
  if (!whole) throw new Error(`${metric} is no metric to take a sample of.`);
  return { ...whole, ...of, kind: 'FLOW' };
}
