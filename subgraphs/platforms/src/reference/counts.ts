/** Counts what reference records are as events, without simulation: what published figures are checked against. */
import type { EventTypeName } from '@onenet/contract';
import type { EngagementRecord, MemberRecord, ReferenceRecord } from '../records.ts';
import type { RequestStatus, RequestStepRecord, ServiceRequestRecord } from '../records.ts';

/** Measure → category ('' without one) → the sum of the counts, opening balances included. */
export type Counts = Map<EventTypeName, Map<string, number>>;

/** How much of a measure there is; of all categories when `category` is null. */
export function countOf(counts: Counts, measure: EventTypeName, category: string | null): number {
  const found = counts.get(measure) ?? new Map<string, number>();
  if (category !== null) return found.get(category) ?? 0;
  return found.values().reduce((sum, count) => sum + count, 0);
}

export function countRecord(record: ReferenceRecord, counts: Counts): void {
  const add = (measure: EventTypeName, category: string | null, count = 1) => {
    let found = counts.get(measure);
    if (!found) counts.set(measure, (found = new Map()));
    found.set(category ?? '', (found.get(category ?? '') ?? 0) + count);
  };
  if (record.type === 'Opening') {
    add(record.measure, record.category, record.value);
    return;
  }
  if (record.type === 'MediaChannel') {
    add('onenet.channel.followed', null, record.follows.filter((each) => !each.simulated).length);
    return;
  }
  if (record.simulated) return;
  switch (record.type) {
    case 'Record':
      for (const { type, data } of record.events) add(type, data.category ?? null, data.count);
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
