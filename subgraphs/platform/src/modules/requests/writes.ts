/** Reference requests as documents and events. */
import type { EventData, EventTypeName } from '@onenet/contract';
import type { ReferenceRecord, RequestStepRecord, ServiceRequestRecord } from '@onenet/platforms';
import type { Write } from '../../load.ts';
import { maskedName, maskedPhone } from '../../mask.ts';
import { documentWrite, eventWrite } from '../../writes.ts';
import { requestFacets, serviceRequests } from './store.ts';

/** What a record of the module becomes. */
export function* requestWrites(record: ReferenceRecord): Generator<Write> {
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
  yield documentWrite(serviceRequests, {
    _id: id,
    ...fields,
    closedAt: closedAt(record),
    maskedApplicantName: maskedName(applicantName),
    maskedApplicantPhone: maskedPhone(applicantPhone),
    facets: requestFacets(record),
    personal: { applicantName, applicantPhone, description, person },
    history,
  });
  for (const step of history) {
    const told = stepEvent(record, step);
    if (!told) continue;
    const [type, data] = told;
    yield eventWrite(
      record,
      type,
      step.at,
      { place: record.placeCode, category: record.category, channel: record.channel, ...data },
      type === 'onenet.request.submitted' ? person : null,
    );
  }
}

/** When it was last resolved or rejected, unless it was reopened since. */
function closedAt({ status, history }: ServiceRequestRecord): Date | null {
  if (status !== 'RESOLVED' && status !== 'REJECTED' && status !== 'RATED') return null;
  const closing = history.findLast(
    (step) => step.step === 'STATUS' && (step.to === 'RESOLVED' || step.to === 'REJECTED'),
  );
  return closing?.at ?? null;
}

function stepEvent(
  { submittedAt, dueAt }: ServiceRequestRecord,
  step: RequestStepRecord,
): readonly [EventTypeName, Omit<EventData, 'firsts'>] | undefined {
  const minutes = Math.round((step.at.getTime() - submittedAt.getTime()) / 60_000);
  switch (step.step) {
    case 'FEEDBACK':
      return ['onenet.request.feedback', {}];
    case 'RATING':
      return ['onenet.request.rated', { value: step.rating }];
    case 'SUPERVISION':
      return ['onenet.request.supervised', {}];
    case 'STATUS':
      break;
  }
  const closing = { value: minutes, ...(dueAt && { onTime: step.at <= dueAt }) };
  switch (step.to) {
    case 'SUBMITTED':
      return ['onenet.request.submitted', {}];
    case 'VERIFIED':
      return ['onenet.request.verified', {}];
    case 'DISPATCHED':
      return ['onenet.request.dispatched', {}];
    case 'ACCEPTED':
      return step.from === 'DISPATCHED'
        ? ['onenet.request.accepted', { value: minutes }]
        : ['onenet.request.reopened', {}];
    case 'RESOLVED':
      return ['onenet.request.resolved', closing];
    case 'REJECTED':
      return ['onenet.request.rejected', closing];
    // The rating beside it is the event.
    case 'RATED':
    case 'TRANSFERRED':
      return undefined;
  }
}
