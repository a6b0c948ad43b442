/** Metrics of the net's own use: who asks, what of it fails, how long it takes, how fresh each owner is. */
import type { Metric } from './metric.ts';

/** Data and errors, or no data by no fault of who asked. */
const lacking = `sumIf(requests, result IN ('PARTIAL', 'FAILED'))`;
/** Not asked for want of a grant, or asked again because the connection broke: no calls of their own. */
const calls = `countIf(outcome NOT IN ('REFUSED', 'REPEATED'))`;
/** Who says that it does not offer something has answered. */
const isAnswered = `outcome IN ('OK', 'NOT_OFFERED')`;
const answered = `countIf(${isAnswered})`;
const fresh = `countIf(state IN ('OK', 'QUIET'))`;

export const usage: readonly Metric[] = [
  {
    name: 'apiRequests',
    ...ofRequests('FLOW', 'sum(requests)'),
    direction: 'NEUTRAL',
    unit: '次',
    unitEn: 'requests',
    label: '接口请求',
    labelEn: 'API requests',
    explanation:
      '期内网关答复（含拒绝）的请求次数；按平台看，是向该平台要过数据的请求；本机自身只统计要过平台数据的。',
    explanationEn:
      'Requests that the gateway answered or refused in the period; by platform, those for which it was asked. Of this machine’s own only those for which an owner was asked.',
  },
  {
    name: 'apiErrors',
    ...ofRequests('FLOW', lacking),
    direction: 'DOWN_IS_GOOD',
    unit: '次',
    unitEn: 'requests',
    label: '不完整或失败的请求',
    labelEn: 'Requests with errors',
    explanation: '期内答复缺少部分或全部数据、责任不在请求方的请求次数。',
    explanationEn: 'Requests whose answer lacked something by no fault of who asked.',
  },
  {
    name: 'apiRefused',
    ...ofRequests('FLOW', `sumIf(requests, result = 'REFUSED')`),
    direction: 'DOWN_IS_GOOD',
    unit: '次',
    unitEn: 'requests',
    label: '被拒绝的请求',
    labelEn: 'Requests refused',
    explanation: '期内因请求方的原因（凭证、权限、写法、配额）被拒绝的请求次数。',
    explanationEn: 'Requests refused by fault of who asked: credential, scope, form, quota.',
  },
  {
    name: 'apiErrorRate',
    ...ofRequests('RATIO', ratio(lacking, 'sum(requests)')),
    direction: 'DOWN_IS_GOOD',
    unit: '%',
    unitEn: '%',
    label: '请求出错率',
    labelEn: 'Error rate',
    explanation: '不完整或失败的请求 ÷ 全部请求（0 至 1）；没有请求则为空。',
    explanationEn: 'Requests with errors ÷ all requests (0 to 1); null when there were none.',
  },
  {
    name: 'apiLatencyMedian',
    ...ofRequests('DISTRIBUTION', quantile(0.5)),
    direction: 'DOWN_IS_GOOD',
    unit: '毫秒',
    unitEn: 'ms',
    label: '请求时长中位数',
    labelEn: 'Median request time',
    explanation: '网关从收到请求到答复完毕的时长，一半请求不超过此值；按平台看，是整个请求的时长。',
    explanationEn:
      'From request to answer at the gateway: half of the requests took no longer. By platform too, that of the whole request.',
  },
  {
    name: 'apiLatencyP90',
    ...ofRequests('DISTRIBUTION', quantile(0.9)),
    direction: 'DOWN_IS_GOOD',
    unit: '毫秒',
    unitEn: 'ms',
    label: '请求时长九成位数',
    labelEn: 'Request time, p90',
    explanation: '网关从收到请求到答复完毕的时长，九成请求不超过此值；按平台看，是整个请求的时长。',
    explanationEn:
      'From request to answer at the gateway: nine in ten took no longer. By platform too, that of the whole request.',
  },
  {
    name: 'apiRecords',
    source: 'calls',
    kind: 'FLOW',
    types: [],
    expression: 'sum(greatest(rows, 0))',
    direction: 'NEUTRAL',
    unit: '条',
    unitEn: 'records',
    label: '提供记录',
    labelEn: 'Records given',
    explanation: '期内各平台经网关给出的记录条数；条数不明的答复不计，因此是下限。',
    explanationEn:
      'Records that owners gave through the gateway in the period; answers whose records are not known count none, so this is a lower bound.',
  },
  {
    name: 'apiOwnerCalls',
    source: 'calls',
    kind: 'FLOW',
    types: [],
    expression: calls,
    direction: 'NEUTRAL',
    unit: '次',
    unitEn: 'calls',
    label: '平台调用',
    labelEn: 'Calls to owners',
    explanation: '期内网关为请求向各平台发出的调用次数；未获授权而未发出的、断线重发的不另计。',
    explanationEn:
      'Calls that the gateway made to owners; not those that were left out for want of a grant, nor a call that was sent again.',
  },
  {
    name: 'ownerAvailability',
    source: 'calls',
    kind: 'RATIO',
    types: [],
    expression: ratio(answered, calls),
    direction: 'UP_IS_GOOD',
    unit: '%',
    unitEn: '%',
    label: '平台可用率',
    labelEn: 'Owner availability',
    explanation:
      '得到平台有效答复的调用 ÷ 全部调用（0 至 1）；超时、断开、答复不合约定、维护都算未答复；没有调用则为空。',
    explanationEn:
      'Calls that got the owner’s part ÷ all calls (0 to 1); a timeout, a refused connection, an answer against the contract and maintenance are none. Null when there were no calls.',
  },
  {
    name: 'ownerLatencyMedian',
    ...ofAnswers(0.5),
    direction: 'DOWN_IS_GOOD',
    unit: '毫秒',
    unitEn: 'ms',
    label: '平台答复时长中位数',
    labelEn: 'Median owner time',
    explanation:
      '从向平台发出调用到得到答复的时长，一半调用不超过此值；未得到答复的不计，见平台可用率。',
    explanationEn:
      'From a call to the owner’s answer: half of them took no longer. Calls without its part are not in it; availability has them.',
  },
  {
    name: 'ownerLatencyP90',
    ...ofAnswers(0.9),
    direction: 'DOWN_IS_GOOD',
    unit: '毫秒',
    unitEn: 'ms',
    label: '平台答复时长九成位数',
    labelEn: 'Owner time, p90',
    explanation:
      '从向平台发出调用到得到答复的时长，九成调用不超过此值；未得到答复的不计，见平台可用率。',
    explanationEn:
      'From a call to the owner’s answer: nine in ten took no longer. Calls without its part are not in it; availability has them.',
  },
  {
    name: 'feedLagSeconds',
    source: 'feeds',
    kind: 'DISTRIBUTION',
    types: [],
    expression: 'quantileExact(0.9)(lag_seconds)',
    direction: 'DOWN_IS_GOOD',
    unit: '秒',
    unitEn: 's',
    label: '数据滞后',
    labelEn: 'Feed lag',
    explanation: '每分钟记一次各平台事件流的滞后秒数，期内九成分钟不超过此值；没有记录则为空。',
    explanationEn:
      'How far feeds were behind, noted every minute: in nine of ten minutes no further. Null where nothing was noted.',
  },
  {
    name: 'feedFreshShare',
    source: 'feeds',
    kind: 'RATIO',
    types: [],
    expression: ratio(fresh, 'count()'),
    direction: 'UP_IS_GOOD',
    unit: '%',
    unitEn: '%',
    label: '数据及时率',
    labelEn: 'Fresh share',
    explanation: '期内事件流正常或无新事件的分钟 ÷ 有记录的分钟（0 至 1）；没有记录则为空。',
    explanationEn:
      'Minutes in which the feed was in or quiet ÷ minutes that were noted (0 to 1); null where nothing was.',
  },
];

function ofRequests(
  kind: Metric['kind'],
  expression: string,
): Pick<Metric, 'source' | 'kind' | 'types' | 'expression'> {
  return { source: 'requests', kind, types: [], expression };
}

/** Null where no call was answered, or by gateways that did not note how long it took. */
function ofAnswers(share: number): Pick<Metric, 'source' | 'kind' | 'types' | 'expression'> {
  const of = `${isAnswered} AND duration_ms >= 0`;
  const expression = `if(countIf(${of}) > 0, quantileExactWeightedIf(${share})(duration_ms, 1, ${of}), NULL)`;
  return { source: 'calls', kind: 'DISTRIBUTION', types: [], expression };
}

/** Where one row stands for many that were refused alike, each took their mean. */
function quantile(share: number): string {
  return `quantileExactWeighted(${share})(duration_ms / requests, requests)`;
}

/** Null where there is nothing to divide by: then it is not zero. */
function ratio(above: string, below: string): string {
  return `if(${below} > 0, (${above}) / (${below}), NULL)`;
}
