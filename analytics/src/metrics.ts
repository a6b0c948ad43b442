/**
 * The one list of metrics: what each is called, means and is computed by. Everything else comes from here.
 * Long, because it is one list.
 */
import type { EventTypeName } from '@onenet/contract';

/** How a metric adds up over time and owners. */
export type MetricKind = 'FLOW' | 'STOCK' | 'RATIO' | 'DISTRIBUTION' | 'PEOPLE';
export type MetricDirection = 'UP_IS_GOOD' | 'DOWN_IS_GOOD' | 'NEUTRAL';

/** `MetricDefinition` of analytics.graphql, and how it is computed. */
export interface Metric {
  readonly name: string;
  readonly kind: MetricKind;
  readonly direction: MetricDirection;
  /** With `%` the value is a share from 0 to 1. */
  readonly unit: string;
  readonly unitEn: string;
  readonly label: string;
  readonly labelEn: string;
  readonly explanation: string;
  readonly explanationEn: string;
  /** The event types that it is made of. */
  readonly types: readonly EventTypeName[];
  /**
   * One clause of a SELECT over cells (`type`, `total`, `value_sum`, `on_time_count`, …); of a
   * distribution, over raw. `{{firsts}}` stands for the column of people's period.
   */
  readonly expression: string;
}

const submitted = 'onenet.request.submitted';
const resolved = 'onenet.request.resolved';
const rejected = 'onenet.request.rejected';
const reopened = 'onenet.request.reopened';
const rated = 'onenet.request.rated';
const accepted = 'onenet.member.accepted';
const read = 'onenet.article.read';
const shared = 'onenet.article.shared';
const liked = 'onenet.article.liked';
const commented = 'onenet.article.commented';

/** The sum of `count` over a type's events. */
function total(type: EventTypeName): string {
  return sum('total', type);
}

function sum(column: string, type: EventTypeName): string {
  return `sumIf(${column}, type = '${type}')`;
}

/** Null where there is nothing to divide by: then it is not zero. */
function ratio(above: string, below: string): string {
  return `if(${below} > 0, (${above}) / (${below}), NULL)`;
}

/** Metrics whose value is the number of one type's events. */
function counted(type: EventTypeName): Pick<Metric, 'kind' | 'types' | 'expression'> {
  return { kind: 'FLOW', types: [type], expression: total(type) };
}

export const metrics: readonly Metric[] = [
  {
    name: 'requestsSubmitted',
    ...counted(submitted),
    direction: 'NEUTRAL',
    unit: '件',
    unitEn: 'requests',
    label: '求助提交',
    labelEn: 'Requests submitted',
    explanation: '期内提交的求助件数。',
    explanationEn: 'Requests submitted in the period.',
  },
  {
    name: 'requestsResolved',
    ...counted(resolved),
    direction: 'UP_IS_GOOD',
    unit: '件',
    unitEn: 'requests',
    label: '求助办结',
    labelEn: 'Requests resolved',
    explanation: '期内办结的求助件数，不含不予受理。',
    explanationEn: 'Requests resolved in the period, without rejected ones.',
  },
  {
    name: 'requestsBacklog',
    kind: 'STOCK',
    types: [submitted, reopened, resolved, rejected],
    expression: `${total(submitted)} + ${total(reopened)} - ${total(resolved)} - ${total(rejected)}`,
    direction: 'DOWN_IS_GOOD',
    unit: '件',
    unitEn: 'requests',
    label: '在办求助',
    labelEn: 'Open requests',
    explanation: '期末尚未办结的求助：期初 + 提交 + 重开 − 办结 − 不予受理。',
    explanationEn:
      'Requests open at the end: opening balance + submitted + reopened − resolved − rejected.',
  },
  {
    name: 'onTimeRate',
    kind: 'RATIO',
    types: [resolved, rejected],
    expression: ratio(
      `${sum('on_time_count', resolved)} + ${sum('on_time_count', rejected)}`,
      `(${sum('timed_count', resolved)} + ${sum('timed_count', rejected)})`,
    ),
    direction: 'UP_IS_GOOD',
    unit: '%',
    unitEn: '%',
    label: '按期办结率',
    labelEn: 'On-time rate',
    explanation:
      '期内办结或不予受理的求助中，在期限内完成的比例（0 至 1）；没有有期限的办结则为空。',
    explanationEn:
      'Share (0 to 1) of the requests ended in the period that ended within their deadline; null when none had one.',
  },
  {
    name: 'resolveHoursMedian',
    kind: 'DISTRIBUTION',
    types: [resolved],
    expression: `quantileExactIf(0.5)(value, type = '${resolved}') / 60`,
    direction: 'DOWN_IS_GOOD',
    unit: '小时',
    unitEn: 'hours',
    label: '办结时长（中位）',
    labelEn: 'Time to resolve, median',
    explanation: '期内办结的求助从提交到办结的小时数，一半不超过此数；由原始事件计算。',
    explanationEn:
      'Hours from submission to resolution that half of the requests resolved in the period did not exceed; from raw events.',
  },
  {
    name: 'resolveHoursP90',
    kind: 'DISTRIBUTION',
    types: [resolved],
    expression: `quantileExactIf(0.9)(value, type = '${resolved}') / 60`,
    direction: 'DOWN_IS_GOOD',
    unit: '小时',
    unitEn: 'hours',
    label: '办结时长（九成）',
    labelEn: 'Time to resolve, 90th percentile',
    explanation: '期内办结的求助从提交到办结的小时数，九成不超过此数；由原始事件计算。',
    explanationEn:
      'Hours from submission to resolution that nine in ten requests resolved in the period did not exceed; from raw events.',
  },
  {
    name: 'satisfaction',
    kind: 'RATIO',
    types: [rated],
    expression: ratio(sum('value_sum', rated), sum('value_count', rated)),
    direction: 'UP_IS_GOOD',
    unit: '分',
    unitEn: 'points',
    label: '满意度',
    labelEn: 'Satisfaction',
    explanation: '期内评价的平均分，1 至 5 分；没有评价则为空。',
    explanationEn: 'Mean of the ratings given in the period, 1 to 5; null when there are none.',
  },
  {
    name: 'ratedShare',
    kind: 'RATIO',
    types: [rated, resolved],
    expression: ratio(total(rated), total(resolved)),
    direction: 'UP_IS_GOOD',
    unit: '%',
    unitEn: '%',
    label: '评价率',
    labelEn: 'Rated share',
    explanation: '期内评价件数与期内办结件数之比；评价可能属于更早的办结，因此可超过 1。',
    explanationEn:
      'Ratings in the period per request resolved in it; a rating may belong to an earlier one, so it can exceed 1.',
  },
  {
    name: 'requestsReopened',
    ...counted(reopened),
    direction: 'DOWN_IS_GOOD',
    unit: '件',
    unitEn: 'requests',
    label: '求助重开',
    labelEn: 'Requests reopened',
    explanation: '期内办结后又重新打开的求助件数。',
    explanationEn: 'Requests that were reopened in the period after they had ended.',
  },
  {
    name: 'membersApplied',
    ...counted('onenet.member.applied'),
    direction: 'UP_IS_GOOD',
    unit: '人',
    unitEn: 'people',
    label: '入会申请',
    labelEn: 'Membership applications',
    explanation: '期内提交的入会申请数。',
    explanationEn: 'Applications for membership in the period.',
  },
  {
    name: 'signUps',
    ...counted(accepted),
    direction: 'UP_IS_GOOD',
    unit: '人',
    unitEn: 'people',
    label: '新入会',
    labelEn: 'Sign-ups',
    explanation: '期内入会申请获得通过的人数。',
    explanationEn: 'Applications for membership that were accepted in the period.',
  },
  {
    name: 'members',
    kind: 'STOCK',
    types: [accepted, 'onenet.member.left'],
    expression: `${total(accepted)} - ${total('onenet.member.left')}`,
    direction: 'UP_IS_GOOD',
    unit: '人',
    unitEn: 'people',
    label: '网上会员',
    labelEn: 'Members',
    explanation: '期末会员数：期初 + 入会 − 退出。',
    explanationEn: 'Members at the end: opening balance + accepted − left.',
  },
  {
    name: 'articlesPublished',
    ...counted('onenet.article.published'),
    direction: 'UP_IS_GOOD',
    unit: '条',
    unitEn: 'articles',
    label: '文章发布',
    labelEn: 'Articles published',
    explanation: '期内发布的文章数。',
    explanationEn: 'Articles published in the period.',
  },
  {
    name: 'reads',
    ...counted(read),
    direction: 'UP_IS_GOOD',
    unit: '人次',
    unitEn: 'person-times',
    label: '阅读',
    labelEn: 'Reads',
    explanation: '期内文章阅读人次。',
    explanationEn: 'Reads of articles in the period, in person-times.',
  },
  {
    name: 'shares',
    ...counted(shared),
    direction: 'UP_IS_GOOD',
    unit: '人次',
    unitEn: 'person-times',
    label: '转发',
    labelEn: 'Shares',
    explanation: '期内文章转发人次。',
    explanationEn: 'Shares of articles in the period, in person-times.',
  },
  {
    name: 'likes',
    ...counted(liked),
    direction: 'UP_IS_GOOD',
    unit: '人次',
    unitEn: 'person-times',
    label: '点赞',
    labelEn: 'Likes',
    explanation: '期内文章点赞人次。',
    explanationEn: 'Likes of articles in the period, in person-times.',
  },
  {
    name: 'comments',
    ...counted(commented),
    direction: 'UP_IS_GOOD',
    unit: '条',
    unitEn: 'comments',
    label: '评论',
    labelEn: 'Comments',
    explanation: '期内文章评论数。',
    explanationEn: 'Comments on articles in the period.',
  },
  {
    name: 'followers',
    kind: 'STOCK',
    types: ['onenet.channel.followed'],
    expression: total('onenet.channel.followed'),
    direction: 'UP_IS_GOOD',
    unit: '人',
    unitEn: 'people',
    label: '关注者',
    labelEn: 'Followers',
    explanation: '期末各渠道关注数之和：期初 + 新关注；一人关注两个渠道计两次。',
    explanationEn:
      'Followers of all channels at the end: opening balance + new ones; who follows two counts twice.',
  },
  {
    name: 'engagement',
    kind: 'FLOW',
    types: [read, shared, liked, commented],
    expression: `${total(read)} + ${total(shared)} + ${total(liked)} + ${total(commented)}`,
    direction: 'UP_IS_GOOD',
    unit: '人次',
    unitEn: 'person-times',
    label: '互动',
    labelEn: 'Engagement',
    explanation: '期内阅读、转发、点赞与评论之和。',
    explanationEn: 'Reads, shares, likes and comments in the period, added up.',
  },
  {
    name: 'activePeople',
    kind: 'PEOPLE',
    types: [submitted, read, shared, liked, commented],
    expression: `sumIf({{firsts}}, type IN ('${submitted}', '${read}', '${shared}', '${liked}', '${commented}'))`,
    direction: 'UP_IS_GOOD',
    unit: '人',
    unitEn: 'people',
    label: '活跃人数',
    labelEn: 'Active people',
    explanation:
      '期内至少参与一次（求助、阅读、转发、点赞、评论）的人数。单个平台的自然日、周、月、季、年为准确数；其他区间为各日（全部：各年）之和，多个平台为各平台之和，均为上限。按地区看时，每人只计入其期内首次参与的地区。按类别或渠道筛选时为空。',
    explanationEn:
      'People who asked for help, read, shared, liked or commented at least once. Exact for one platform over a calendar day, week, month, quarter or year; any other range is the sum of its days (ALL: of its years), and several platforms are added up: both are upper bounds. By place, everybody counts only where the first of their events lay. Null when filtered by category or channel.',
  },
  {
    name: 'organizations',
    kind: 'STOCK',
    types: ['onenet.organization.founded', 'onenet.organization.dissolved'],
    expression: `${total('onenet.organization.founded')} - ${total('onenet.organization.dissolved')}`,
    direction: 'UP_IS_GOOD',
    unit: '家',
    unitEn: 'organizations',
    label: '组织',
    labelEn: 'Organizations',
    explanation: '期末组织数（工会、企业、事业单位、园区）：期初 + 成立 − 撤销。',
    explanationEn:
      'Organizations (unions, enterprises, institutions, zones) at the end: opening balance + founded − dissolved.',
  },
  {
    name: 'stations',
    kind: 'STOCK',
    types: ['onenet.station.opened', 'onenet.station.closed'],
    expression: `${total('onenet.station.opened')} - ${total('onenet.station.closed')}`,
    direction: 'UP_IS_GOOD',
    unit: '个',
    unitEn: 'stations',
    label: '服务站点',
    labelEn: 'Service stations',
    explanation: '期末服务站点数：期初 + 启用 − 关闭。',
    explanationEn: 'Service stations at the end: opening balance + opened − closed.',
  },
];

/** The four figures of the overview, in reading order. */
export const overviewMetrics = [
  'requestsResolved',
  'requestsBacklog',
  'signUps',
  'engagement',
] as const;

const byName = new Map(metrics.map((metric) => [metric.name, metric]));

/** A metric by its name. */
export function metricByName(name: string): Metric | undefined {
  return byName.get(name);
}
