/** What an alert says in words, in Chinese and English, and the message of it that goes out. No person is in it: a rule, a platform and figures. */
import type { NetOwner } from '@onenet/contract';
import { shanghaiMs } from '../periods.ts';
import type { AlertEvent } from './outbox.ts';
import type { Rule } from './rule.ts';
import type { StoredAlert } from './store.ts';

/** In two languages. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** The `data` of a webhook's body. */
export interface Notice {
  readonly id: string;
  readonly rule: string;
  readonly kind: string;
  /** Null: the net as a whole. */
  readonly platform: string | null;
  readonly platformName: Words;
  readonly severity: number;
  readonly metric: string | null;
  readonly value: number;
  readonly bound: number;
  readonly expected: number | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly openedAt: string;
  readonly closedAt: string | null;
  readonly closedBecause: string | null;
  readonly title: Words;
  readonly text: Words;
  /** Where to look; null where none is set. */
  readonly link: string | null;
}

/** The whole message: `type`, `timestamp` and `data`, as Standard Webhooks recommend. */
export interface Message {
  readonly type: AlertEvent;
  /** RFC 3339: when it happened, not when it was sent. */
  readonly timestamp: string;
  readonly data: Notice;
}

const grades: Readonly<Record<number, Words>> = {
  1: { zh: '今日处理', en: 'look today' },
  2: { zh: '尽快处理', en: 'look soon' },
  3: { zh: '立即处理', en: 'look now' },
};

export function messageOf(
  event: AlertEvent,
  rule: Rule,
  alert: StoredAlert,
  owner: NetOwner | undefined,
  link: string | null,
): Message {
  const { _id: id, platform, severity, value, bound, expected, from, to } = alert;
  const name = nameOf(platform, owner);
  const grade = grades[severity] ?? { zh: '', en: '' };
  const state = event === 'alert.closed' ? { zh: '已解除', en: 'over' } : grade;
  const text = textOf(rule, alert);
  const more = moreOf(event, alert);
  const at = { opened: alert.openedAt, graver: alert.graverAt, closed: alert.closedAt };
  const time = at[event.slice('alert.'.length) as keyof typeof at] ?? alert.openedAt;
  return {
    type: event,
    timestamp: time.toISOString(),
    data: {
      id,
      rule: rule.name,
      kind: rule.kind,
      platform: platform === '' ? null : platform,
      platformName: name,
      severity,
      metric: metricOf(rule),
      value,
      bound,
      expected,
      from,
      to,
      openedAt: alert.openedAt.toISOString(),
      closedAt: alert.closedAt?.toISOString() ?? null,
      closedBecause: alert.closedBecause,
      title: {
        zh: `【${state.zh}】${name.zh}：${rule.label}`,
        en: `[${state.en}] ${name.en}: ${rule.labelEn}`,
      },
      text: {
        zh: `${name.zh}：${text.zh}${more.zh}`,
        en: `${name.en}: ${text.en}${more.en}`,
      },
      link,
    },
  };
}

/** The metric that a rule is of; null: of none. */
export function metricOf({ subject }: Rule): string | null {
  return subject.of === 'METRIC' ? subject.metric.name : null;
}

/** What was found, in a sentence. */
export function textOf(rule: Rule, alert: StoredAlert): Words {
  const { figure, bound, expected, sample } = alert;
  const value = valueOf(rule, alert);
  const period = periodOf(alert);
  if (rule.kind === 'CHANGE') {
    const off = round(figure);
    return {
      zh: `${rule.label}：${value.zh}，同一星期几通常为 ${number(expected ?? 0)}，偏离 ${off} 个离散度（界限 ${bound}）${period.zh}。`,
      en: `${rule.labelEn}: ${value.en}, where ${number(expected ?? 0)} is usual for the weekday: off by ${off} spreads (bound ${bound})${period.en}.`,
    };
  }
  const limit = { zh: amount(bound, rule.unit), en: amount(bound, rule.unitEn) };
  const below = rule.direction === 'BELOW';
  const grown = rule.comparison === 'PREVIOUS_PERIOD';
  const share = grown ? amount(figure, '%') : '';
  const found = {
    zh: grown ? `${value.zh}（${share}）` : value.zh,
    en: grown ? `${value.en} (${share})` : value.en,
  };
  const of = below && sample > 0 ? { zh: `，样本 ${sample}`, en: `, of ${sample}` } : none;
  return {
    zh: `${rule.label}：${found.zh}，界限为${below ? '低于' : '达到'} ${limit.zh}${of.zh}${period.zh}。`,
    en: `${rule.labelEn}: ${found.en}, where the bound is ${below ? 'below' : 'from'} ${limit.en}${of.en}${period.en}.`,
  };
}

const none: Words = { zh: '', en: '' };

/** What has become of it since it was told. */
function moreOf(event: AlertEvent, alert: StoredAlert): Words {
  if (event === 'alert.opened') return none;
  if (event === 'alert.graver') {
    return { zh: ' 比此前更严重，级别已提高。', en: ' It is graver than it was.' };
  }
  const { zh, en } = overBecause(alert);
  return { zh: ` ${zh}`, en: ` ${en}` };
}

function overBecause({ closedBecause }: StoredAlert): Words {
  switch (closedBecause) {
    case 'RULE_OFF':
      return { zh: '规则已停用，报警解除。', en: 'The rule was switched off.' };
    case 'NOT_CONNECTED':
      return { zh: '平台已不再接入，报警解除。', en: 'The platform is no longer connected.' };
    case 'CLEARED':
    case null:
      return { zh: '已恢复，报警解除。', en: 'It is over.' };
  }
}

function nameOf(platform: string, owner: NetOwner | undefined): Words {
  if (platform === '') return { zh: '一张网', en: 'OneNet' };
  return { zh: owner?.name ?? platform, en: owner?.nameEn ?? platform };
}

/** The value is in the metric's unit, where the figure is another. */
function valueOf({ subject, unit, unitEn }: Rule, { value }: StoredAlert): Words {
  const of = subject.of === 'METRIC' ? subject.metric : { unit, unitEn };
  return { zh: amount(value, of.unit), en: amount(value, of.unitEn) };
}

function amount(value: number, unit: string): string {
  return unit === '%' ? `${round(value * 100)}%` : `${number(value)} ${unit}`.trim();
}

function number(value: number): string {
  return round(value).toLocaleString('en-US');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function periodOf({ about, from, to }: StoredAlert): Words {
  if (about !== null) return { zh: `（${about}）`, en: ` (${about})` };
  if (from === null || to === null) return none;
  const days = `${dayOf(from)} – ${dayOf(to)}`;
  return { zh: `（${days}）`, en: ` (${days})` };
}

/** In Asia/Shanghai. */
function dayOf(time: string): string {
  return new Date(Date.parse(time) + shanghaiMs).toISOString().slice(0, 10);
}
