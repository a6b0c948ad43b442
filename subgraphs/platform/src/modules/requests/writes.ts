/** Reference requests as documents and events. */
import type { EventData, EventTypeName } from '@onenet/contract';
import type {
  PlatformDefinition,
  ReferenceRecord,
  RequestStepRecord,
  ServiceRequestRecord,
} from '@onenet/platforms';
import type { Write } from '../../load.ts';
import { maskedName, maskedPhone } from '../../mask.ts';
import { documentWrite, eventWrite } from '../../writes.ts';
import { keepsDeadlines } from './life-cycle.ts';
import { isTold } from './steps.ts';
import { requestIndexed, serviceRequests } from './store.ts';

/** What a record of the module becomes. */
export function* requestWrites(
  record: ReferenceRecord,
  definition: PlatformDefinition,
): Generator<Write> {
  if (record.type !== 'ServiceRequest') return;
  const {
    type: _type,
    id,
    platformCode: _platform,
    overdue: _overdue,
    applicantName,
    applicantPhone,
    description,
    person,
    history,
    ...fields
  } = record;
  const platform = { definition };
  const told = keepsDeadlines(platform) ? history : history.filter((step) => isTold(step, '1.1'));
  const stored = {
    _id: id,
    ...fields,
    ...(!keepsDeadlines(platform) && untold),
    closedAt: closedAt(record),
    escalatedAt: escalatedAt(record),
    maskedApplicantName: maskedName(applicantName),
    maskedApplicantPhone: maskedPhone(applicantPhone),
  };
  yield documentWrite(serviceRequests, {
    ...stored,
    ...requestIndexed(platform, stored),
    personal: { applicantName, applicantPhone, description, person },
    history: told,
  });
  for (const step of told) {
    const event = stepEvent(record, step);
    if (!event) continue;
    const [type, data] = event;
    yield eventWrite(
      record,
      type,
      step.at,
      { place: record.placeCode, category: record.category, channel: record.channel, ...data },
      type === 'onenet.request.submitted' ? person : null,
    );
  }
}

/** What a platform that keeps contract 1.1 does not say of a request. */
const untold = { overdueAt: null, remindedAt: null, remindedCount: 0, escalationLevel: 0 } as const;

/** When it was last resolved or rejected, unless it was reopened since. */
function closedAt({ status, history }: ServiceRequestRecord): Date | null {
  if (status !== 'RESOLVED' && status !== 'REJECTED' && status !== 'RATED') return null;
  const closing = history.findLast(
    (step) => step.step === 'STATUS' && (step.to === 'RESOLVED' || step.to === 'REJECTED'),
  );
  return closing?.at ?? null;
}

/** When the clock took it a level up, unless it was reopened since. */
function escalatedAt({ history, overdueAt }: ServiceRequestRecord): Date | null {
  const escalation = history.findLast(
    ({ step, actorKind }) => step === 'ESCALATION' && actorKind === 'SYSTEM',
  );
  return escalation && overdueAt && escalation.at >= overdueAt ? escalation.at : null;
}

/** Whether it was closed in time: a deadline that was missed is in the history, one that holds in the record. */
function onTime({ history, dueAt }: ServiceRequestRecord, closing: RequestStepRecord): boolean {
  const before = history.slice(0, history.indexOf(closing));
  const opened = before.findLastIndex((step) => step.step === 'STATUS' && isReopening(step));
  if (before.slice(opened + 1).some(({ step }) => step === 'OVERDUE')) return false;
  const isLast = !history
    .slice(history.indexOf(closing))
    .some((step) => step.step === 'STATUS' && isReopening(step));
  return !isLast || dueAt === null || closing.at <= dueAt;
}

function isReopening({ from, to }: { readonly from: string | null; readonly to: string }): boolean {
  return to === 'ACCEPTED' && from !== 'DISPATCHED';
}

function stepEvent(
  record: ServiceRequestRecord,
  step: RequestStepRecord,
): readonly [EventTypeName, Omit<EventData, 'firsts'>] | undefined {
  const { submittedAt, dueAt } = record;
  const minutes = Math.round((step.at.getTime() - submittedAt.getTime()) / 60_000);
  switch (step.step) {
    case 'FEEDBACK':
      return ['onenet.request.feedback', {}];
    case 'RATING':
      return ['onenet.request.rated', { value: step.rating }];
    case 'SUPERVISION':
      return ['onenet.request.supervised', {}];
    case 'REMINDER':
      return ['onenet.request.reminded', {}];
    case 'OVERDUE':
      return ['onenet.request.overdue', {}];
    case 'ESCALATION':
      return ['onenet.request.escalated', {}];
    // The transfer is its target's event, and of the module transfers.
    case 'TRANSFER':
      return undefined;
    case 'STATUS':
      break;
  }
  const closing = { value: minutes, ...(dueAt && { onTime: onTime(record, step) }) };
  switch (step.to) {
    case 'SUBMITTED':
      return ['onenet.request.submitted', {}];
    case 'VERIFIED':
      return ['onenet.request.verified', {}];
    case 'DISPATCHED':
      return ['onenet.request.dispatched', {}];
    case 'ACCEPTED':
      return isReopening(step)
        ? ['onenet.request.reopened', {}]
        : ['onenet.request.accepted', { value: minutes }];
    case 'RESOLVED':
      return ['onenet.request.resolved', closing];
    case 'REJECTED':
      return ['onenet.request.rejected', closing];
    // The rating beside it is the event.
    case 'RATED':
    case 'TRANSFERRED':
    case 'IN_TRANSFER':
      return undefined;
  }
}
