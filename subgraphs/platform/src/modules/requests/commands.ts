/** What can be done with a request: each step is one transaction, with its event. Ten steps side by side make it long. */
import type { ActorKind, EventData, EventTypeName } from '@onenet/contract';
import type { Channel, RequestCategory, RequestStatus } from '@onenet/platforms';
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
import { publicProjection } from '../../loaders.ts';
import { maskedName, maskedPhone } from '../../mask.ts';
import { assertOrganization } from '../organizations/store.ts';
import { assertStep, statusAfter } from '../../life-cycle.ts';
import { periodDays } from './life-cycle.ts';
import {
  requestFacets,
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
    const stored: StoredServiceRequest = {
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
      maskedApplicantName: maskedName(applicantName),
      maskedApplicantPhone: maskedPhone(applicantPhone),
      simulated,
      facets: requestFacets({ status, placeCode, organizationId: null }),
      personal: {
        applicantName,
        applicantPhone,
        description: optionalText('description', input.description, 5_000),
        person,
      },
      history: [{ step: 'STATUS', at: now, actorKind: actor.kind, from: null, to: status }],
    };
    await collection(transaction).insertOne(stored, { session: transaction.session });
    transaction.emit('onenet.request.submitted', eventData(stored), person);
    const { personal: _personal, history: _history, facets: _facets, ...answer } = stored;
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

/** Back to ACCEPTED: it is not resolved after all. */
export function reopenServiceRequest(agency: Agency, input: StepInput) {
  return takeStep('reopenServiceRequest', agency, input, (request) => ({
    event: 'onenet.request.reopened',
    set: {
      resolvedAt: null,
      closedAt: null,
      rating: null,
      reopenedCount: request.reopenedCount + 1,
    },
  }));
}

/** 督办: puts it under supervision. */
export function superviseServiceRequest(agency: Agency, input: StepInput) {
  return takeStep('superviseServiceRequest', agency, input, (_request, { now, actor }) => ({
    event: 'onenet.request.supervised',
    set: { supervised: true },
    steps: [{ step: 'SUPERVISION', at: now, actorKind: actor.kind }],
  }));
}

/** What a step does beyond the change of status. */
interface StepEffect {
  readonly event: EventTypeName;
  readonly set?: Partial<ServiceRequestDoc>;
  readonly steps?: readonly RequestStep[];
  /** Beside place, category and channel. */
  readonly data?: Omit<EventData, 'firsts'>;
}

function takeStep(
  name: string,
  agency: Agency,
  input: StepInput,
  effectOf: (
    request: ServiceRequestDoc,
    transaction: Transaction,
  ) => StepEffect | Promise<StepEffect>,
): Promise<ServiceRequestDoc> {
  return runCommand(name, agency, input, async (transaction) => {
    const { platform, session, actor, now } = transaction;
    const id = ownId(platform, input.id);
    const options = { session, projection: publicProjection };
    const request = await collection(transaction).findOne<ServiceRequestDoc>({ _id: id }, options);
    if (!request) throw notFound(id, platform);
    const step = assertStep(name, request.status);
    const effect = await effectOf(request, transaction);
    const to = statusAfter(step, request.status);
    const set = { ...effect.set, status: to, updatedAt: now };
    const history = [
      ...(step.to === null ? [] : [statusStep(request.status, to, now, actor.kind)]),
      ...(effect.steps ?? []),
      ...noteStep(input.note, now, actor.kind),
    ];
    const facets = requestFacets({ ...request, ...set });
    const changed = await collection(transaction).findOneAndUpdate(
      { _id: id },
      { $set: { ...set, facets }, $push: { history: { $each: history } } },
      { ...options, returnDocument: 'after' },
    );
    if (!changed) throw notFound(id, platform);
    transaction.emit(effect.event, { ...eventData(request), ...effect.data });
    return changed;
  });
}

function statusStep(
  from: RequestStatus,
  to: RequestStatus,
  at: Date,
  actorKind: ActorKind,
): RequestStep {
  return { step: 'STATUS', at, actorKind, from, to };
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

function eventData(request: Pick<ServiceRequestDoc, 'placeCode' | 'category' | 'channel'>) {
  return { place: request.placeCode, category: request.category, channel: request.channel };
}

function collection({ platform }: Transaction) {
  return platform.db.collection<StoredServiceRequest>(serviceRequests);
}

function dueAfter(time: Date, category: RequestCategory): Date {
  return new Date(time.getTime() + periodDays[category] * 86_400_000);
}

function minutesBetween(from: Date, to: Date): number {
  return Math.max(0, Math.round((to.getTime() - from.getTime()) / 60_000));
}
