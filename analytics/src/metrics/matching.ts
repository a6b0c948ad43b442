/** Metrics of comparison with departments’ data. */
import { balance, counted } from './metric.ts';
import type { Metric } from './metric.ts';

export const matching: readonly Metric[] = [
  {
    name: 'departmentsMatched',
    ...balance('STOCK', ['onenet.matching.connected'], []),
    direction: 'UP_IS_GOOD',
    unit: '个',
    unitEn: 'departments',
    label: '比对部门',
    labelEn: 'Departments compared with',
    explanation: '期末已有过数据比对的部门；两个平台与同一部门比对计两次。',
    explanationEn:
      'Departments with which data was ever compared up to the end; two platforms and one department count twice.',
  },
  {
    name: 'comparisons',
    ...counted('onenet.matching.compared'),
    direction: 'NEUTRAL',
    unit: '次',
    unitEn: 'comparisons',
    label: '数据比对',
    labelEn: 'Comparisons',
    explanation: '期内完成的数据比对次数，双向均计。',
    explanationEn: 'Comparisons with departments completed in the period, whoever asked.',
  },
  {
    name: 'comparedPeople',
    ...balance('FLOW', ['onenet.matching.compared'], [], 'value_sum'),
    direction: 'NEUTRAL',
    unit: '人次',
    unitEn: 'person-times',
    label: '比对人次',
    labelEn: 'People compared',
    explanation: '期内比对的人次；一人比对两次计两次。',
    explanationEn: 'People asked about in the period; who is asked about twice counts twice.',
  },
  {
    name: 'matchedPeople',
    ...balance('FLOW', ['onenet.matching.matched'], [], 'value_sum'),
    direction: 'NEUTRAL',
    unit: '人次',
    unitEn: 'person-times',
    label: '比中人次',
    labelEn: 'People matched',
    explanation: '期内比对一致的人次。',
    explanationEn: 'People who matched in the period, in person-times.',
  },
  {
    name: 'lookups',
    ...counted('onenet.lookup.asked'),
    direction: 'NEUTRAL',
    unit: '次',
    unitEn: 'look-ups',
    label: '人员查询',
    labelEn: 'Look-ups',
    explanation: '期内第三方系统按加密散列查询人员的次数；同时问多个平台的，每个平台计一次。',
    explanationEn:
      'Look-ups of people by third parties’ systems in the period; one that asks several platforms counts at each.',
  },
  {
    name: 'lookedUpPeople',
    ...balance('FLOW', ['onenet.lookup.asked'], [], 'value_sum'),
    direction: 'NEUTRAL',
    unit: '人次',
    unitEn: 'person-times',
    label: '查询人次',
    labelEn: 'People looked up',
    explanation: '期内第三方系统查询的人次；同时问多个平台的，每个平台计一次。',
    explanationEn: 'People asked about by look-ups in the period, at each platform that was asked.',
  },
];
