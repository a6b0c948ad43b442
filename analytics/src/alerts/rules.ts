/** The rules of alerts, as data: one list, for all that judges, explains, sets and shows them. Long, because it is one list. */
import { knownMetric, nearest } from '../known.ts';
import { computed } from '../metrics/metric.ts';
import type { Metric } from '../metrics/metric.ts';
import { NetError } from '@onenet/contract';
import { rulesOfAnyMetric } from './any-metric.ts';
import type { Quiet } from './quiet.ts';
import type { AlertDirection, AlertPeriod, AttentionKind, Rule, Severity } from './rule.ts';

/** Nobody is called at night, nor on a day off, for what is not to be looked at now. */
const offHours: Quiet = { from: '22:00', to: '07:00', daysOff: true, gravestWaits: false };

/** How many the on-time rate is of: for the rule only, no published metric. */
const timed: Metric = {
  ...knownMetric('onTimeRate'),
  name: 'endedTimed',
  kind: 'FLOW',
  ...computed({ terms: [{ column: 'timed_count', types: knownMetric('onTimeRate').types }] }),
};

const minuteMs = 60_000;

/** In reading order. */
export const rules: readonly Rule[] = [
  threshold('OVERDUE', 'requestsOverdue', {
    period: 'LAST_7_DAYS',
    direction: 'ABOVE',
    bounds: [1, 1_000_000],
    hysteresis: 0.2,
    bound: 10,
    graverBound: 50,
    severity: 1,
    label: '一周内求助超期',
    labelEn: 'Requests overdue within a week',
    explanation: '近7天（含今天）超过办理期限时仍未办结的求助件数；其中有的此后可能已办结。',
    explanationEn:
      'Requests that passed their deadline in the last seven days, today included; some may have ended since.',
  }),
  {
    ...threshold('BACKLOG_GROWS', 'requestsBacklog', {
      period: 'LAST_7_DAYS',
      direction: 'ABOVE',
      bounds: [0.01, 100],
      hysteresis: 0.2,
      bound: 0.1,
      graverBound: 0.3,
      minimumSample: 10,
      severity: 1,
      label: '在办求助一周增加',
      labelEn: 'Open requests grow within a week',
      explanation:
        '在办求助比7天前增加的比例，（现在 − 7天前）÷ 7天前（不足1按1计）；样本是增加的件数。',
      explanationEn:
        'By which share more requests are open than seven days ago: (now − then) ÷ then (at least 1). The sample is by how many.',
    }),
    subject: { of: 'METRIC', metric: knownMetric('requestsBacklog'), figure: 'GROWTH' },
    comparison: 'PREVIOUS_PERIOD',
    unit: '%',
    unitEn: '%',
  },
  threshold('LOW_ON_TIME', 'onTimeRate', {
    period: 'LAST_7_DAYS',
    direction: 'BELOW',
    bounds: [0.01, 1],
    hysteresis: 0.03,
    bound: 0.8,
    graverBound: 0.6,
    sample: timed,
    minimumSample: 10,
    severity: 1,
    label: '按期办结率偏低',
    labelEn: 'Low on-time rate',
    explanation: '近7天（含今天）办结或不予受理的求助中按期的比例；样本是其中有期限的件数。',
    explanationEn:
      'Share of the requests ended in the last seven days, today included, that ended within their deadline. The sample is how many had one.',
  }),
  threshold('LOW_AVAILABILITY', 'ownerAvailability', {
    period: 'HOUR',
    direction: 'BELOW',
    bounds: [0.01, 1],
    hysteresis: 0.02,
    bound: 0.95,
    graverBound: 0.8,
    sample: knownMetric('apiOwnerCalls'),
    minimumSample: 50,
    severity: 2,
    label: '平台可用率偏低',
    labelEn: 'Low availability',
    explanation: '上一整点小时内网关向平台发出的调用中得到有效答复的比例；样本是调用次数。',
    explanationEn:
      'Share of the gateway’s calls to the platform in the last whole hour that got its part. The sample is the calls.',
  }),
  unusual('DAY', 'requestsSubmitted', 20, 10),
  unusual('DAY', 'signUps', 20, 10),
  unusual('DAY', 'reads', 100, 50),
  unusual('DAY', 'cardUses', 50, 25),
  unusual('HOUR', 'requestsSubmitted', 15, 10),
  feed('FEED_BEHIND', 'BEHIND', {
    bound: 120,
    graverBound: 3600,
    severity: 2,
    label: '数据滞后',
    labelEn: 'Feed behind',
    explanation: '平台已有、省级尚未读入的事件滞后的秒数。',
    explanationEn: 'For how many seconds events that the platform has are not in.',
  }),
  feed('UNREACHABLE', 'UNREACHABLE', {
    bound: 60,
    graverBound: null,
    severity: 3,
    label: '平台无法访问',
    labelEn: 'Unreachable',
    explanation: '平台事件流没有答复的秒数。',
    explanationEn: 'For how many seconds the platform’s feed has not answered.',
  }),
  feed('FEED_BROKEN', 'BROKEN', {
    bound: 10,
    graverBound: null,
    severity: 3,
    label: '数据校验不通过',
    labelEn: 'Feed broken',
    explanation: '事件流的哈希链校验不通过的秒数；在此期间不再读入。',
    explanationEn: 'For how many seconds the feed’s chain has not verified; nothing is read on.',
  }),
  {
    name: 'SELF_CHECK',
    attention: 'SELF_CHECK',
    kind: 'THRESHOLD',
    subject: { of: 'SELF_CHECK' },
    period: 'NOW',
    comparison: 'NONE',
    direction: 'ABOVE',
    unit: '项',
    unitEn: 'sums',
    leastBound: 1,
    mostBound: 1000,
    hysteresis: 0.2,
    closeAfterMs: 0,
    defaults: defaults({ bound: 1, graverBound: null, severity: 3 }),
    label: '账目自检不一致',
    labelEn: 'Self-check differs',
    explanation: '原始数据、汇总与平台自报合计不一致的项数。',
    explanationEn: 'How many sums of raw, rollups and the platform’s own totals differ.',
  },
  {
    name: 'REJECTED_LINES',
    attention: 'REJECTED_LINES',
    kind: 'THRESHOLD',
    subject: { of: 'REJECTED' },
    period: 'NOW',
    comparison: 'NONE',
    direction: 'ABOVE',
    unit: '条',
    unitEn: 'lines',
    leastBound: 1,
    mostBound: 1_000_000,
    hysteresis: 0.2,
    closeAfterMs: 0,
    defaults: defaults({ bound: 1, graverBound: 100, severity: 1 }),
    label: '事件被拒收',
    labelEn: 'Lines rejected',
    explanation: '近24小时内平台写入、因不合规则而不计入任何数字的事件条数。',
    explanationEn:
      'Lines that the platform wrote in the last 24 hours and that count nowhere, since they break a rule of the feed.',
  },
  {
    name: 'MONTH_OPEN',
    attention: 'MONTH_OPEN',
    kind: 'THRESHOLD',
    subject: { of: 'MONTH' },
    period: 'NOW',
    comparison: 'NONE',
    direction: 'ABOVE',
    unit: '天',
    unitEn: 'days',
    leastBound: 3,
    mostBound: 60,
    hysteresis: 0,
    closeAfterMs: 0,
    defaults: defaults({ bound: 10, graverBound: 20, severity: 2 }),
    label: '月度统计未关账',
    labelEn: 'A month is not closed',
    explanation: '最早一个未关账的月份结束以来的天数；次月十日过后仍未关账即报警。',
    explanationEn:
      'Days since the end of the first month whose statistics are not closed: it should be by the tenth of the next.',
  },
  ...rulesOfAnyMetric(offHours),
];

const byName = new Map(rules.map((rule) => [rule.name, rule]));

/** A rule by its name. */
export function ruleByName(name: string): Rule | undefined {
  return byName.get(name);
}

/** The same; an unknown one is the caller's error. */
export function knownRule(name: string): Rule {
  const rule = ruleByName(name);
  if (rule) return rule;
  const names = [...byName.keys()];
  throw new NetError(
    'BAD_INPUT',
    `\`rule: "${name.slice(0, 50)}"\` is no rule of alerts.${nearest(name, names) || ` Take one of ${names.join(', ')}.`}`,
  );
}

/** Whether a rule asks for a sample. */
export function hasSample({ kind, subject }: Rule): boolean {
  if (subject.of !== 'METRIC') return false;
  return kind === 'CHANGE' || subject.figure === 'GROWTH' || subject.sample !== undefined;
}

interface Words {
  readonly label: string;
  readonly labelEn: string;
  readonly explanation: string;
  readonly explanationEn: string;
}

interface Defaults {
  readonly bound: number;
  readonly graverBound: number | null;
  readonly severity: Severity;
  readonly minimumSample?: number;
  readonly minimumDifference?: number;
}

function defaults({ minimumSample = 0, minimumDifference = 0, ...of }: Defaults): Rule['defaults'] {
  return { enabled: true, ...of, minimumSample, minimumDifference, quiet: offHours };
}

function threshold(
  name: AttentionKind,
  metricName: string,
  of: Words &
    Defaults & {
      readonly period: AlertPeriod;
      readonly direction: AlertDirection;
      readonly bounds: readonly [number, number];
      readonly hysteresis: number;
      readonly sample?: Metric;
    },
): Rule {
  const { bound, graverBound, severity, minimumSample = 0, sample, bounds, ...rest } = of;
  const metric = knownMetric(metricName);
  return {
    name,
    attention: name,
    kind: 'THRESHOLD',
    subject: { of: 'METRIC', metric, figure: 'VALUE', ...(sample && { sample }) },
    comparison: 'NONE',
    unit: metric.unit,
    unitEn: metric.unitEn,
    leastBound: bounds[0],
    mostBound: bounds[1],
    closeAfterMs: 0,
    defaults: defaults({ bound, graverBound, severity, minimumSample }),
    ...rest,
  };
}

/** A count of the last whole day or hour against the same weekday, and hour, of the eight weeks before. */
function unusual(
  period: 'DAY' | 'HOUR',
  metricName: string,
  minimumSample: number,
  minimumDifference: number,
): Rule {
  const metric = knownMetric(metricName);
  const isDay = period === 'DAY';
  return {
    name: `UNUSUAL_${period}_${metricName}`,
    attention: isDay ? 'UNUSUAL_DAY' : 'UNUSUAL_HOUR',
    kind: 'CHANGE',
    subject: { of: 'METRIC', metric, figure: 'VALUE' },
    period,
    comparison: 'WEEKDAY',
    // At night an hour without anything is nothing: an hour is unusual by too much alone.
    direction: isDay ? 'BOTH' : 'ABOVE',
    unit: '',
    unitEn: '',
    leastBound: 2,
    mostBound: 100,
    hysteresis: 0.2,
    closeAfterMs: 0,
    defaults: defaults({
      bound: 5,
      graverBound: 15,
      severity: 1,
      minimumSample,
      minimumDifference,
    }),
    label: `${metric.label}${isDay ? '单日' : '一小时内'}异常变化`,
    labelEn: `${metric.labelEn}: an unusual ${isDay ? 'day' : 'hour'}`,
    explanation: `上一整${isDay ? '日' : '小时'}与前8周同一星期几${isDay ? '' : '同一小时'}相比：（数值 − 中位数）÷ 离散度；离散度由绝对中位差估计，且不小于中位数的平方根和1。法定节假日和调休的日子不比较，也不作为比较对象；不足5周不判断。样本是数值与中位数中较大者。`,
    explanationEn: `The last whole ${isDay ? 'day' : 'hour'} against the same weekday${isDay ? '' : ' and hour'} of the 8 weeks before: (value − median) ÷ spread, which comes from the median absolute deviation and is at least the root of the median, and 1. Holidays and days worked in their stead are neither compared nor compared with; of fewer than 5 weeks nothing is said. The sample is the larger of value and median.`,
  };
}

function feed(
  name: AttentionKind,
  state: 'BEHIND' | 'UNREACHABLE' | 'BROKEN',
  { label, labelEn, explanation, explanationEn, ...of }: Words & Defaults,
): Rule {
  return {
    name,
    attention: name,
    kind: 'THRESHOLD',
    subject: { of: 'FEED', state },
    period: 'NOW',
    comparison: 'NONE',
    direction: 'ABOVE',
    unit: '秒',
    unitEn: 'seconds',
    leastBound: 10,
    mostBound: 86_400,
    hysteresis: 0.5,
    // A feed that goes and comes is one trouble.
    closeAfterMs: 2 * minuteMs,
    defaults: defaults(of),
    label,
    labelEn,
    explanation,
    explanationEn,
  };
}
