/** A threshold of any metric of the catalogue, above and below: two rules each, off until an administrator sets them, for all platforms or for one. */
import { knownMetric } from '../known.ts';
import { metrics } from '../metrics.ts';
import type { ListedMetric } from '../metrics.ts';
import { computed } from '../metrics/metric.ts';
import type { Metric } from '../metrics/metric.ts';
import type { AlertPeriod, Rule, RuleSettings } from './rule.ts';

const directions = ['ABOVE', 'BELOW'] as const;

/** In the order of the catalogue. */
export function rulesOfAnyMetric(quiet: RuleSettings['quiet']): readonly Rule[] {
  return metrics.flatMap((metric) =>
    directions.map((direction) => ruleOf(metric, direction, quiet)),
  );
}

function ruleOf(
  metric: ListedMetric,
  direction: (typeof directions)[number],
  quiet: RuleSettings['quiet'],
): Rule {
  const sample = sampleOf(metric);
  const isAbove = direction === 'ABOVE';
  // Of use only whole days are known to be in.
  const period: AlertPeriod = metric.source === undefined ? 'LAST_7_DAYS' : 'DAY';
  const when =
    period === 'DAY'
      ? { zh: '上一整日', en: 'of the last whole day' }
      : { zh: '近7天（含今天）', en: 'of the last seven days, today included' };
  const of = sample && {
    zh: '样本是其中的事件数或请求数。',
    en: ' The sample is how many it is of.',
  };
  return {
    name: `${direction}_${metric.name}`,
    attention: isAbove ? 'ABOVE_BOUND' : 'BELOW_BOUND',
    kind: 'THRESHOLD',
    subject: { of: 'METRIC', metric, figure: 'VALUE', ...(sample && { sample }) },
    period,
    comparison: 'NONE',
    direction,
    unit: metric.unit,
    unitEn: metric.unitEn,
    leastBound: 0.01,
    mostBound: 1_000_000_000_000,
    hysteresis: 0.05,
    closeAfterMs: 0,
    defaults: {
      enabled: false,
      // Of a share less than all: a share that is back closes at one.
      bound: metric.unit === '%' ? 0.5 : 1,
      graverBound: null,
      minimumSample: sample ? 10 : 0,
      minimumDifference: 0,
      severity: 1,
      quiet,
    },
    label: `${metric.label}${isAbove ? '过高' : '过低'}`,
    labelEn: `${metric.labelEn}: ${isAbove ? 'high' : 'low'}`,
    explanation: `${when.zh}的数值${isAbove ? '达到' : '低于'}界限。${metric.explanation}${of?.zh ?? ''}`,
    explanationEn: `The value ${when.en} is ${isAbove ? 'at or above' : 'below'} the bound. ${metric.explanationEn}${of?.en ?? ''}`,
  };
}

/** How many events or requests a value of a period is of; of a level at its end there is no such number. */
function sampleOf({ name, kind, source, types }: ListedMetric): Metric | undefined {
  if (source === 'requests') return knownMetric('apiRequests');
  if (source === 'calls') return knownMetric('apiOwnerCalls');
  if (source !== undefined || kind === 'STOCK' || kind === 'SHARE') return undefined;
  return {
    ...knownMetric('requestsSubmitted'),
    name: `${name}Sample`,
    types,
    ...computed({ terms: [{ column: 'total', types }] }),
  };
}
