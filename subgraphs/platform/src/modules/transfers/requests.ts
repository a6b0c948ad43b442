/** Requests, as they are transferred. */
import { actorKinds, requestWorkingDays } from '@onenet/contract';
import { channels, type RequestCategory, type RequestStatus } from '@onenet/platforms';
import { optionalPhone } from '../../checks.ts';
import { maskedName, maskedPhone } from '../../mask.ts';
import { applyEffects, overdueEffect } from '../requests/effects.ts';
import { openStatuses } from '../requests/life-cycle.ts';
import {
  requestIndexed,
  serviceRequests,
  type RequestStep,
  type StoredServiceRequest,
} from '../requests/store.ts';
import type { SealedFields } from './sealed-fields.ts';
import type { Subject } from './subject.ts';

export const requests: Subject<StoredServiceRequest> = {
  kind: 'SERVICE_REQUEST',
  type: 'ServiceRequest',
  module: 'requests',
  collection: serviceRequests,
  idPrefix: 'request',
  events: {
    offered: 'onenet.request.offered',
    returned: 'onenet.request.returned',
    departed: 'onenet.request.departed',
    received: 'onenet.request.received',
  },
  offeredIn: openStatuses,

  indexed: requestIndexed,

  category: ({ category }) => category,

  async beforeOffer(transaction, request) {
    const late = overdueEffect(request, transaction);
    if (late) await applyEffects(transaction, request, [late]);
  },

  contents: (request, status) => ({
    title: request.title,
    category: request.category,
    channel: request.channel,
    status,
    placeCode: request.placeCode,
    submittedAt: request.submittedAt,
    dueAt: request.dueAt,
    supervised: request.supervised,
    reopenedCount: request.reopenedCount,
    remindedCount: request.remindedCount,
    applicantName: request.personal.applicantName,
    applicantPhone: request.personal.applicantPhone,
    description: request.personal.description,
    history: request.history,
    simulated: request.simulated,
  }),

  received(fields, { id, from, placeCode }, { now, actor, platform }) {
    const applicantName = fields.optional('applicantName', (field) => fields.text(field, 100));
    const applicantPhone = fields.optional('applicantPhone', (field) =>
      optionalPhone(field, fields.text(field, 50)),
    );
    const status = fields.oneOf('status', openStatuses) === 'SUBMITTED' ? 'SUBMITTED' : 'VERIFIED';
    const history = fields.objects('history', mostSteps).map(stepOf);
    const request = {
      _id: id,
      title: fields.text('title', 200),
      category: fields.oneOf('category', categories),
      channel: fields.oneOf('channel', channels),
      status,
      placeCode,
      submittedAt: fields.time('submittedAt'),
      updatedAt: now,
      organizationId: null,
      transferredToId: null,
      dueAt: fields.optional('dueAt', (field) => fields.time(field)),
      resolvedAt: null,
      closedAt: null,
      handler: null,
      supervised: fields.flag('supervised'),
      reopenedCount: countOf(fields, 'reopenedCount'),
      rating: null,
      remindedCount: countOf(fields, 'remindedCount'),
      ...clockOf(history),
      maskedApplicantName: maskedName(applicantName),
      maskedApplicantPhone: maskedPhone(applicantPhone),
      simulated: fields.flag('simulated'),
    } as const;
    return {
      ...request,
      ...requestIndexed(platform, request),
      personal: {
        applicantName,
        applicantPhone,
        description: fields.optional('description', (field) => fields.text(field, 5_000)),
        person: null,
      },
      history: [
        ...history,
        { step: 'TRANSFER', at: now, actorKind: actor.kind, fromPlatform: from },
      ],
    };
  },

  tombstone: (request, transferredToId, now) => ({
    _id: request._id,
    title: request.title,
    category: request.category,
    channel: request.channel,
    status: 'TRANSFERRED',
    placeCode: request.placeCode,
    submittedAt: request.submittedAt,
    updatedAt: now,
    organizationId: null,
    transferredToId,
    dueAt: null,
    resolvedAt: null,
    closedAt: null,
    handler: null,
    supervised: false,
    reopenedCount: 0,
    rating: null,
    overdueAt: null,
    remindedAt: null,
    remindedCount: 0,
    escalationLevel: 0,
    escalatedAt: null,
    maskedApplicantName: null,
    maskedApplicantPhone: null,
    simulated: request.simulated,
    facets: [],
    clockAt: null,
    personal: { applicantName: null, applicantPhone: null, description: null, person: null },
    history: [],
  }),
};

const mostSteps = 10_000;
const categories = Object.keys(requestWorkingDays) as RequestCategory[];
const statuses = [
  ...openStatuses,
  'RESOLVED',
  'REJECTED',
  'RATED',
] as const satisfies readonly RequestStatus[];

function countOf(fields: SealedFields, name: string): number {
  return fields.optional(name, (field) => fields.integer(field, 0, mostSteps)) ?? 0;
}

function stepOf(fields: SealedFields): RequestStep {
  const base = { at: fields.time('at'), actorKind: fields.oneOf('actorKind', actorKinds) };
  const step = fields.oneOf('step', [
    'STATUS',
    'FEEDBACK',
    'RATING',
    'SUPERVISION',
    'REMINDER',
    'OVERDUE',
    'ESCALATION',
    'TRANSFER',
  ]);
  switch (step) {
    case 'STATUS': {
      const from = fields.optional('from', (field) => fields.oneOf(field, statuses));
      return { ...base, step, from, to: fields.oneOf('to', statuses) };
    }
    case 'FEEDBACK':
      return { ...base, step, text: fields.text('text', 5_000) };
    case 'RATING':
      return { ...base, step, rating: fields.integer('rating', 1, 5) };
    case 'SUPERVISION':
    case 'REMINDER':
    case 'OVERDUE':
      return { ...base, step };
    case 'ESCALATION':
      return { ...base, step, level: fields.integer('level', 1, mostSteps) };
    case 'TRANSFER':
      return { ...base, step, fromPlatform: fields.text('fromPlatform', 32) };
  }
}

type Clock = Pick<
  StoredServiceRequest,
  'overdueAt' | 'remindedAt' | 'escalationLevel' | 'escalatedAt'
>;

/** What the clock has done by its history, so that it does not do it again here. */
function clockOf(history: readonly RequestStep[]): Clock {
  let clock: Clock = { overdueAt: null, remindedAt: null, escalationLevel: 0, escalatedAt: null };
  for (const step of history) {
    if (isReopening(step)) {
      clock = { ...clock, overdueAt: null, remindedAt: null, escalatedAt: null };
    } else if (step.step === 'OVERDUE') {
      clock = { ...clock, overdueAt: step.at };
    } else if (step.step === 'REMINDER') {
      clock = { ...clock, remindedAt: step.at };
    } else if (step.step === 'ESCALATION') {
      const byClock = step.actorKind === 'SYSTEM' && clock.overdueAt !== null;
      clock = {
        ...clock,
        escalationLevel: step.level,
        escalatedAt: byClock ? step.at : clock.escalatedAt,
      };
    }
  }
  return clock;
}

function isReopening(step: RequestStep): boolean {
  if (step.step !== 'STATUS' || step.from === null) return false;
  return step.from === 'RESOLVED' || step.from === 'REJECTED' || step.from === 'RATED';
}
