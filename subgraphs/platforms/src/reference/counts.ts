/** Counts what reference records are as events, without simulation: what published figures are checked against. */
import { eventTypes } from '@onenet/contract';
import type { EventType, EventTypeName } from '@onenet/contract';
import type { FigureCount, PublishedFigure } from '../definition.ts';
import type { EngagementRecord, MemberRecord, ReferenceRecord } from '../records.ts';
import type { RequestStatus, RequestStepRecord, ServiceRequestRecord } from '../records.ts';

/** Measure, and ` value` for the sum of its values → category ('' without one) → how much, opening balances included. */
export type Counts = Map<string, Map<string, number>>;

/** What a figure is by these counts, in its unit. */
export function figureOf(counts: Counts, { unit, demo }: PublishedFigure): number {
  const sum = (of: readonly FigureCount[]) =>
    of.reduce((total, count) => total + countOf(counts, count), 0);
  const total = sum(demo?.counts ?? []) / (demo?.of ? sum(demo.of) : 1);
  // To a ten thousandth: shares are divisions of floats.
  return Math.round((unit === '%' ? total * 100 : total) * 1e4) / 1e4;
}

/** How much of a measure there is: of all categories when `category` is null; money in yuan. */
export function countOf(counts: Counts, { measure, category, sum }: FigureCount): number {
  const found = counts.get(keyOf(measure, sum)) ?? new Map<string, number>();
  const total =
    category === null
      ? found.values().reduce((all, count) => all + count, 0)
      : (found.get(category) ?? 0);
  return sum && isMoney(measure) ? total / 100 : total;
}

function keyOf(measure: EventTypeName, sum: 'value' | undefined): string {
  return sum ? `${measure} ${sum}` : measure;
}

function isMoney(measure: EventTypeName): boolean {
  const { value }: EventType = eventTypes[measure];
  return value === 'fen';
}

export function countRecord(record: ReferenceRecord, counts: Counts): void {
  const add = (measure: EventTypeName, category: string | null, count = 1, sum?: 'value') => {
    const key = keyOf(measure, sum);
    let found = counts.get(key);
    if (!found) counts.set(key, (found = new Map()));
    found.set(category ?? '', (found.get(category ?? '') ?? 0) + count);
  };
  if (record.type === 'Opening') {
    add(record.measure, record.category, record.value, record.of);
    return;
  }
  if (record.type === 'MediaChannel') {
    add('onenet.channel.followed', null, record.follows.filter((each) => !each.simulated).length);
    return;
  }
  if (record.simulated) return;
  switch (record.type) {
    case 'Record':
      for (const { type, data } of record.events) {
        add(type, data.category ?? null, data.count);
        if (data.value !== undefined) add(type, data.category ?? null, data.value, 'value');
      }
      return;
    case 'Organization':
      add('onenet.organization.founded', record.kind);
      return;
    case 'Station':
      add('onenet.station.opened', null);
      return;
    case 'ServiceRequest':
      for (const measure of requestMeasures(record)) add(measure, record.category);
      return;
    case 'Member':
      for (const measure of memberMeasures(record)) add(measure, record.kind);
      return;
    case 'Article':
      add('onenet.article.published', record.column);
      for (const { kind, count } of record.engagement) {
        add(engagementMeasures[kind], record.column, count);
      }
      return;
  }
}

const statusMeasures: Readonly<Partial<Record<RequestStatus, EventTypeName>>> = {
  SUBMITTED: 'onenet.request.submitted',
  VERIFIED: 'onenet.request.verified',
  DISPATCHED: 'onenet.request.dispatched',
  ACCEPTED: 'onenet.request.accepted',
  RESOLVED: 'onenet.request.resolved',
  REJECTED: 'onenet.request.rejected',
};

const engagementMeasures: Readonly<Record<EngagementRecord['kind'], EventTypeName>> = {
  READ: 'onenet.article.read',
  SHARE: 'onenet.article.shared',
  LIKE: 'onenet.article.liked',
  COMMENT: 'onenet.article.commented',
};

function requestMeasures({ history }: ServiceRequestRecord): readonly EventTypeName[] {
  return history.flatMap((step) => stepMeasure(step) ?? []);
}

function stepMeasure(step: RequestStepRecord): EventTypeName | undefined {
  switch (step.step) {
    case 'FEEDBACK':
      return 'onenet.request.feedback';
    case 'RATING':
      return 'onenet.request.rated';
    case 'SUPERVISION':
      return 'onenet.request.supervised';
    case 'REMINDER':
      return 'onenet.request.reminded';
    case 'OVERDUE':
      return 'onenet.request.overdue';
    case 'ESCALATION':
      return 'onenet.request.escalated';
    // An event of the module transfers.
    case 'TRANSFER':
      return undefined;
    case 'STATUS':
      if (step.to === 'ACCEPTED' && step.from !== 'DISPATCHED') return 'onenet.request.reopened';
      return statusMeasures[step.to];
  }
}

function memberMeasures(record: MemberRecord): readonly EventTypeName[] {
  const measures: EventTypeName[] = ['onenet.member.applied'];
  if (record.joinedAt) measures.push('onenet.member.accepted');
  if (record.status === 'REFUSED') measures.push('onenet.member.refused');
  if (record.leftAt) measures.push('onenet.member.left');
  return measures;
}
