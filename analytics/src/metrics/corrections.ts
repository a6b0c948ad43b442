/** Metrics of corrections: what departments said of records, and what the owners made of it. */
import { total } from './formula.ts';
import { balance, computed, counted, onTime } from './metric.ts';
import type { Metric } from './metric.ts';

export const corrections: readonly Metric[] = [
  {
    name: 'correctionsFiled',
    ...counted('onenet.correction.filed'),
    direction: 'NEUTRAL',
    unit: '件',
    unitEn: 'corrections',
    label: '校核与回流',
    labelEn: 'Corrections filed',
    explanation: '期内部门提出的数据疑义和回流的数据件数。',
    explanationEn: 'Doubts about records, and data returned, by departments in the period.',
  },
  {
    name: 'correctionsOpen',
    ...balance(
      'STOCK',
      ['onenet.correction.filed'],
      ['onenet.correction.confirmed', 'onenet.correction.rejected'],
    ),
    direction: 'DOWN_IS_GOOD',
    unit: '件',
    unitEn: 'corrections',
    label: '待答校核',
    labelEn: 'Corrections awaiting an answer',
    explanation: '期末等待平台答复的校核与回流件数。',
    explanationEn: 'Corrections that wait for the owner’s answer at the end.',
  },
  {
    name: 'correctionsConfirmedShare',
    kind: 'RATIO',
    types: ['onenet.correction.confirmed', 'onenet.correction.rejected'],
    ...computed({
      terms: [total('onenet.correction.confirmed')],
      by: [total('onenet.correction.confirmed'), total('onenet.correction.rejected')],
    }),
    direction: 'NEUTRAL',
    unit: '%',
    unitEn: '%',
    label: '校核采纳率',
    labelEn: 'Corrections confirmed',
    explanation: '期内答复的校核与回流中，平台更正或采纳的比例（0 至 1）；没有答复则为空。',
    explanationEn:
      'Share (0 to 1) of the corrections answered in the period for which the owner corrected the record or took the data over; null when none was answered.',
  },
  {
    name: 'correctionOnTimeRate',
    ...onTime('onenet.correction.confirmed', 'onenet.correction.rejected'),
    direction: 'UP_IS_GOOD',
    unit: '%',
    unitEn: '%',
    label: '校核按期答复率',
    labelEn: 'Corrections answered on time',
    explanation: '期内答复的校核与回流中，在 15 个工作日内答复的比例（0 至 1）；没有答复则为空。',
    explanationEn:
      'Share (0 to 1) of the corrections answered in the period that were answered within 15 working days; null when none was answered.',
  },
  {
    name: 'correctionsOverdue',
    ...counted('onenet.correction.overdue'),
    direction: 'DOWN_IS_GOOD',
    unit: '件',
    unitEn: 'corrections',
    label: '校核超期',
    labelEn: 'Corrections overdue',
    explanation: '期内超过答复期限的校核与回流件数。',
    explanationEn: 'Corrections that passed their deadline without an answer in the period.',
  },
];
