/** Metrics of supervision: what was asked of owners, and their answers. */
import { balance, counted, hours, onTime } from './metric.ts';
import type { Metric } from './metric.ts';

export const supervision: readonly Metric[] = [
  {
    name: 'supervisionsAsked',
    ...counted('onenet.supervision.asked'),
    direction: 'NEUTRAL',
    unit: '件',
    unitEn: 'questions',
    label: '督办发起',
    labelEn: 'Supervisions asked',
    explanation: '期内发起的督办件数；退回重答不另计。',
    explanationEn:
      'Questions asked of owners in the period; one whose answer was returned counts once.',
  },
  {
    name: 'supervisionsAnswered',
    ...counted('onenet.supervision.answered'),
    direction: 'UP_IS_GOOD',
    unit: '件',
    unitEn: 'answers',
    label: '督办答复',
    labelEn: 'Supervisions answered',
    explanation: '期内收到的督办答复数；退回后再答的再计一次。',
    explanationEn: 'Answers to supervisions in the period; an answer after a return counts again.',
  },
  {
    name: 'supervisionsOpen',
    ...balance(
      'STOCK',
      ['onenet.supervision.asked', 'onenet.supervision.returned'],
      ['onenet.supervision.answered', 'onenet.supervision.dropped'],
    ),
    direction: 'DOWN_IS_GOOD',
    unit: '件',
    unitEn: 'questions',
    label: '待答督办',
    labelEn: 'Supervisions awaiting an answer',
    explanation: '期末等待答复的督办：期初 + 发起 + 退回 − 答复 − 撤销。',
    explanationEn:
      'Supervisions that wait for an answer at the end: opening balance + asked + returned − answered − dropped.',
  },
  {
    name: 'supervisionOnTimeRate',
    ...onTime('onenet.supervision.answered'),
    direction: 'UP_IS_GOOD',
    unit: '%',
    unitEn: '%',
    label: '督办按期答复率',
    labelEn: 'Supervisions answered on time',
    explanation: '期内的督办答复中，在期限内作出的比例（0 至 1）；没有答复则为空。',
    explanationEn:
      'Share (0 to 1) of the answers of the period that came within their deadline; null when there are none.',
  },
  {
    name: 'supervisionAnswerHoursMedian',
    ...hours(0.5, 'onenet.supervision.answered'),
    direction: 'DOWN_IS_GOOD',
    unit: '小时',
    unitEn: 'hours',
    label: '督办答复时长（中位）',
    labelEn: 'Time to answer, median',
    explanation: '期内督办答复距发起（或退回重答）的小时数，一半不超过此数；由原始事件计算。',
    explanationEn:
      'Hours from the question, or from its return, to the answer that half of the answers of the period did not exceed; from raw events.',
  },
];
