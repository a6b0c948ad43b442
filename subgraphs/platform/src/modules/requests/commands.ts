/** What can be done with a request: each step is one transaction, with its event. Twelve steps side by side make it long. */
import { NetError, type Actor, type ActorKind, type EventData } from '@onenet/contract';
import type { Channel, RequestCategory } from '@onenet/platforms';
import {
  assertThisPlatform,
  badInput,
  checkedText,
  newId,
  optionalPhone,
  optionalText,
  servedPlace,
} from '../../checks.ts';
import { notFound, ownId, runCommand, type Agency, type Transaction } from '../../command.ts';
import { maskedName, maskedPhone } from '../../mask.ts';
import { assertOrganization } from '../organizations/store.ts';
import { assertStep, statusAfter } from '../../life-cycle.ts';
import { dueAfter } from './life-cycle.ts';
import {
  applyEffects,
  escalation,
  overdueEffect,
  reminder,
  requestEventData,
  statusStep,
  supervision,
  type RequestEffect,
} from './effects.ts';
import {
  requestIndexed,
  serviceRequests,
  type RequestStep,
  type ServiceRequestDoc,
  type StoredServiceRequest,
} from './store.ts';

export interface SubmitInput {
  readonly platform: string;
  readonly idempotencyKey?: string;
  readonly title: string;
  readonly description?: string | null | undefined;
  readonly category: RequestCategory;
  readonly channel: Channel;
  readonly placeCode: string;
  readonly applicantName?: string | null | undefined;
  readonly applicantPhone?: string | null | undefined;
}

/** Takes a new request. */
export function submitServiceRequest(
  agency: Agency,
  input: SubmitInput,
): Promise<ServiceRequestDoc> {
  return runCommand('submitServiceRequest', agency, input, async (transaction) => {
    const { platform, actor, now, simulated } = transaction;
    assertThisPlatform(platform, input.platform);
    const placeCode = servedPlace(platform, input.placeCode);
    const applicantName = optionalText('applicantName', input.applicantName, 100);
    const applicantPhone = optionalPhone('applicantPhone', input.applicantPhone);
    const status = 'SUBMITTED';
    const person = actor.kind === 'WORKER' ? actor.reference : null;
    const answer: Omit<ServiceRequestDoc, 'facets'> = {
      _id: newId(platform, 'request'),
      title: checkedText('title', input.title, 200),
      category: input.category,
      channel: input.channel,
      status,
      placeCode,
      submittedAt: now,
      updatedAt: now,
      organizationId: null,
      transferredToId: null,
      dueAt: dueAfter(now, input.category),
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
      maskedApplicantName: maskedName(applicantName),
      maskedApplicantPhone: maskedPhone(applicantPhone),
      simulated,
    };
    const stored: StoredServiceRequest = {
      ...answer,
      ...requestIndexed(platform, answer),
      personal: {
        applicantName,
        applicantPhone,
        description: optionalText('description', input.description, 5_000),
        person,
      },
      history: [statusStep(transaction, null, status)],
    };
    await collection(transaction).insertOne(stored, { session: transaction.session });
    transaction.emit('onenet.request.submitted', requestEventData(stored), person);
    return answer as ServiceRequestDoc;
  });
}

export interface StepInput {
  readonly id: string;
  readonly idempotencyKey?: string;
  /** Kept with the history as feedback; personal. */
  readonly note?: string | null | undefined;
}

export function verifyServiceRequest(agency: Agency, input: StepInput) {
  return takeStep('verifyServiceRequest', agency, input, () => ({
    event: 'onenet.request.verified',
  }));
}

/** To the organization, of the same platform, that will handle it. */
export function dispatchServiceRequest(
  agency: Agency,
  input: StepInput & { readonly organizationId: string },
) {
  return takeStep('dispatchServiceRequest', agency, input, async (_request, transaction) => {
    await assertOrganization(transaction, input.organizationId);
    return { event: 'onenet.request.dispatched', set: { organizationId: input.organizationId } };
  });
}

export function acceptServiceRequest(
  agency: Agency,
  input: StepInput & {
    readonly handler?: string | null | undefined;
    readonly dueAt?: Date | null | undefined;
  },
) {
  return takeStep('acceptServiceRequest', agency, input, (request, { now }) => {
    if (input.dueAt && input.dueAt <= now) {
      throw badInput(
        `\`dueAt: ${input.dueAt.toISOString()}\` is not after now, ${now.toISOString()}.`,
      );
    }
    return {
      event: 'onenet.request.accepted',
      set: {
        handler: optionalText('handler', input.handler, 200) ?? request.handler,
        dueAt: input.dueAt ?? request.dueAt ?? dueAfter(request.submittedAt, request.category),
      },
      data: { value: minutesBetween(request.submittedAt, now) },
    };
  });
}

export function resolveServiceRequest(agency: Agency, input: StepInput) {
  return takeStep('resolveServiceRequest', agency, input, (request, { now }) => ({
    event: 'onenet.request.resolved',
    set: { resolvedAt: now, closedAt: now },
    data: closingData(request, now),
  }));
}

export function rejectServiceRequest(agency: Agency, input: StepInput) {
  return takeStep('rejectServiceRequest', agency, input, (request, { now }) => ({
    event: 'onenet.request.rejected',
    set: { closedAt: now },
    data: closingData(request, now),
  }));
}

/** The worker's or the officer's word on it; changes no status. */
export function addServiceRequestFeedback(agency: Agency, input: StepInput) {
  return takeStep('addServiceRequestFeedback', agency, input, () => {
    if (input.note == null) throw badInput('`note` is missing: feedback is a text.');
    return { event: 'onenet.request.feedback' };
  });
}

export function rateServiceRequest(agency: Agency, input: StepInput & { readonly rating: number }) {
  return takeStep('rateServiceRequest', agency, input, (_request, { now, actor }) => {
    const { rating } = input;
    if (!Number.isInteger(rating) || rating < 1 || rating > 5) {
      throw badInput(`\`rating: ${rating}\` is out of range: from 1 to 5.`);
    }
    return {
      event: 'onenet.request.rated',
      set: { rating },
      steps: [{ step: 'RATING', at: now, actorKind: actor.kind, rating }],
      data: { value: rating },
    };
  });
}

/** Back to ACCEPTED: it is not resolved after all, and has its category's time again. */
export function reopenServiceRequest(agency: Agency, input: StepInput) {
  return takeStep('reopenServiceRequest', agency, input, (request, { now }) => ({
    event: 'onenet.request.reopened',
    set: {
      resolvedAt: null,
      closedAt: null,
      rating: null,
      reopenedCount: request.reopenedCount + 1,
      dueAt: dueAfter(now, request.category),
      overdueAt: null,
      remindedAt: null,
      escalatedAt: null,
    },
  }));
}

/** 督办: puts it under supervision. */
export function superviseServiceRequest(agency: Agency, input: StepInput) {
  return takeStep('superviseServiceRequest', agency, input, (_request, transaction) =>
    supervision(transaction),
  );
}

/** 催办: somebody waits for it; changes no status. */
export function remindServiceRequest(agency: Agency, input: StepInput) {
  return takeStep('remindServiceRequest', agency, input, reminder);
}

/** To the organization above the one that handles it. */
export function escalateServiceRequest(agency: Agency, input: StepInput) {
  return takeStep('escalateServiceRequest', agency, input, escalation);
}

function takeStep(
  name: string,
  agency: Agency,
  input: StepInput,
  effectOf: (
    request: ServiceRequestDoc,
    transaction: Transaction,
  ) => RequestEffect | Promise<RequestEffect>,
): Promise<ServiceRequestDoc> {
  return runCommand(name, agency, input, async (transaction) => {
    const { platform, session, actor, now } = transaction;
    const id = ownId(platform, input.id);
    const options = { session, projection: withApplicant };
    const found = await collection(transaction).findOne<Applied>({ _id: id }, options);
    if (!found) throw notFound(id, platform);
    const { personal, ...request } = found;
    assertOwnRequest(name, actor, personal?.person);
    const step = assertStep(platform, name, request.status);
    const to = statusAfter(step, request.status);
    const late = leavesDeadline.includes(to) ? overdueEffect(request, transaction) : undefined;
    const effect = await effectOf({ ...request, ...late?.set }, transaction);
    const moved: RequestEffect = {
      ...effect,
      set: { ...effect.set, status: to },
      steps: [
        ...(step.to === null ? [] : [statusStep(transaction, request.status, to)]),
        ...(effect.steps ?? []),
        ...noteStep(input.note, now, actor.kind),
      ],
    };
    return applyEffects(transaction, request, [...(late ? [late] : []), moved]);
  });
}

/** What is read of a request: whose it is, beside what everybody may know. */
const withApplicant = {
  facets: 0,
  history: 0,
  'personal.applicantName': 0,
  'personal.applicantPhone': 0,
  'personal.description': 0,
} as const;

interface Applied extends ServiceRequestDoc {
  readonly personal?: { readonly person?: string | null };
}

/** Closed, or with another deadline: that the old one has passed is said before. */
const leavesDeadline: readonly string[] = ['ACCEPTED', 'RESOLVED', 'REJECTED'];

/** A worker speaks for their own request; whose it is, is not known of one that came from elsewhere. */
function assertOwnRequest(name: string, actor: Actor, person: string | null | undefined): void {
  if (actor.kind !== 'WORKER' || person == null || person === actor.reference) return;
  throw new NetError(
    'ACTOR_NOT_ALLOWED',
    `${name} is for the worker whose request it is, and for no other worker.`,
  );
}

function noteStep(note: string | null | undefined, at: Date, actorKind: ActorKind): RequestStep[] {
  const text = optionalText('note', note, 2_000);
  return text === null ? [] : [{ step: 'FEEDBACK', at, actorKind, text }];
}

function closingData(request: ServiceRequestDoc, now: Date): Omit<EventData, 'firsts'> {
  return {
    value: minutesBetween(request.submittedAt, now),
    ...(request.dueAt && { onTime: now <= request.dueAt }),
  };
}

function collection({ platform }: Transaction) {
  return platform.db.collection<StoredServiceRequest>(serviceRequests);
}

function minutesBetween(from: Date, to: Date): number {
  return Math.max(0, Math.round((to.getTime() - from.getTime()) / 60_000));
}
