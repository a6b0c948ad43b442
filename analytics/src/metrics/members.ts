/** Metrics of members. */
import { balance, counted } from './metric.ts';
import type { Metric } from './metric.ts';

export const members: readonly Metric[] = [
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
    ...counted('onenet.member.accepted'),
    direction: 'UP_IS_GOOD',
    unit: '人',
    unitEn: 'people',
    label: '新入会',
    labelEn: 'Sign-ups',
    explanation: '期内入会申请获得通过的人数；转入的会员不计。',
    explanationEn:
      'Applications for membership that were accepted in the period, without members transferred in.',
  },
  {
    name: 'members',
    ...balance(
      'STOCK',
      ['onenet.member.accepted', 'onenet.member.received', 'onenet.member.returned'],
      ['onenet.member.left', 'onenet.member.offered'],
    ),
    direction: 'UP_IS_GOOD',
    unit: '人',
    unitEn: 'people',
    label: '网上会员',
    labelEn: 'Members',
    explanation:
      '期末会员数：期初 + 入会 + 转入 + 转出撤回 − 退出 − 提请转出。转会途中的会员不在其内。',
    explanationEn:
      'Members at the end: opening balance + accepted + received + returned − left − offered. Those on their way to another platform are not among them.',
  },
  {
    name: 'membersInTransfer',
    ...balance(
      'STOCK',
      ['onenet.member.offered'],
      ['onenet.member.returned', 'onenet.member.departed'],
    ),
    direction: 'NEUTRAL',
    unit: '人',
    unitEn: 'people',
    label: '转会途中',
    labelEn: 'Members in transfer',
    explanation: '期末已提请转往其他平台、尚未转完的会员，计在转出平台：提请 − 撤回 − 转完。',
    explanationEn:
      'Members offered to another platform and not there for good at the end, counted where they come from: offered − returned − departed.',
  },
  {
    name: 'membersTransferredIn',
    ...counted('onenet.member.received'),
    direction: 'NEUTRAL',
    unit: '人',
    unitEn: 'people',
    label: '转入会员',
    labelEn: 'Members transferred in',
    explanation: '期内由其他平台转入的会员数。',
    explanationEn: 'Members who came from other platforms in the period.',
  },
];
