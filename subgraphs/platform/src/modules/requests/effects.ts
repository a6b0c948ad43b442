/** What steps, the clock and other modules do to a request: what changes, what its history says, and the event. */
import { parseId, type EventData, type EventTypeName } from '@onenet/contract';
import type { RequestStatus } from '@onenet/platforms';
import { notFound, theClock, type Transaction } from '../../command.ts';
import { publicProjection } from '../../loaders.ts';
import { organizations, type OrganizationDoc } from '../organizations/store.ts';
import { isNewlyOverdue, keepsDeadlines } from './life-cycle.ts';
import {
  requestIndexed,
  serviceRequests,
  type RequestStep,
  type ServiceRequestDoc,
  type StoredServiceRequest,
} from './store.ts';

export interface RequestEffect {
  readonly event: EventTypeName;
  readonly set?: Partial<Omit<ServiceRequestDoc, '_id' | 'facets'>>;
  readonly steps?: readonly RequestStep[];
  /** Beside place, category and channel. */
  readonly data?: Omit<EventData, 'firsts'>;
}

/** Carries effects out, one after the other, as one change; the request as it is then. */
export async function applyEffects(
  transaction: Transaction,
  request: ServiceRequestDoc,
  effects: readonly RequestEffect[],
): Promise<ServiceRequestDoc> {
  const { platform, session, now } = transaction;
  const set = Object.assign({ updatedAt: now }, ...effects.map((effect) => effect.set)) as Partial<
    Omit<ServiceRequestDoc, '_id' | 'facets'>
  >;
  const changed = await platform.db
    .collection<StoredServiceRequest>(serviceRequests)
    .findOneAndUpdate(
      { _id: request._id },
      {
        $set: { ...set, ...requestIndexed(platform, { ...request, ...set }) },
        $push: { history: { $each: effects.flatMap(({ steps }) => steps ?? []) } },
      },
      { session, projection: publicProjection, returnDocument: 'after' },
    );
  if (!changed) throw notFound(request._id, platform);
  for (const { event, data } of effects) {
    transaction.emit(event, { ...requestEventData(request), ...data });
  }
  return changed;
}

export function requestEventData(
  request: Pick<ServiceRequestDoc, 'placeCode' | 'category' | 'channel'>,
): Omit<EventData, 'firsts'> {
  return { place: request.placeCode, category: request.category, channel: request.channel };
}

export function statusStep(
  { now, actor }: Transaction,
  from: RequestStatus | null,
  to: RequestStatus,
): RequestStep {
  return { step: 'STATUS', at: now, actorKind: actor.kind, from, to };
}

/** 督办. */
export function supervision({ now, actor }: Transaction): RequestEffect {
  return {
    event: 'onenet.request.supervised',
    set: { supervised: true },
    steps: [{ step: 'SUPERVISION', at: now, actorKind: actor.kind }],
  };
}

/** 催办. */
export function reminder(
  { remindedCount }: Pick<ServiceRequestDoc, 'remindedCount'>,
  { now, actor }: Transaction,
): RequestEffect {
  return {
    event: 'onenet.request.reminded',
    set: { remindedAt: now, remindedCount: remindedCount + 1 },
    steps: [{ step: 'REMINDER', at: now, actorKind: actor.kind }],
  };
}

/**
 * That an open request's deadline has passed, if nobody has said so yet: the clock may be late, and
 * then whoever closes or hands over the request says it first.
 */
export function overdueEffect(
  request: ServiceRequestDoc,
  { platform, now }: Transaction,
): RequestEffect | undefined {
  if (!keepsDeadlines(platform) || !isNewlyOverdue(request, now)) return undefined;
  return {
    event: 'onenet.request.overdue',
    set: { overdueAt: now },
    steps: [{ step: 'OVERDUE', at: now, actorKind: theClock.kind }],
  };
}

/** A level up: to the organization above, where there is one in this platform. */
export async function escalation(
  { organizationId, escalationLevel }: ServiceRequestDoc,
  transaction: Transaction,
): Promise<RequestEffect> {
  const { now, actor } = transaction;
  const level = escalationLevel + 1;
  return {
    event: 'onenet.request.escalated',
    set: {
      escalationLevel: level,
      organizationId: await organizationAbove(transaction, organizationId),
    },
    steps: [{ step: 'ESCALATION', at: now, actorKind: actor.kind, level }],
  };
}

/** The one above, or the same where the platform has none above it. */
async function organizationAbove(
  { platform, session }: Transaction,
  id: string | null,
): Promise<string | null> {
  if (id === null) return null;
  const handling = await platform.db
    .collection<OrganizationDoc>(organizations)
    .findOne({ _id: id }, { session, projection: { parentId: 1 } });
  const above = handling?.parentId ?? null;
  return above !== null && parseId(above).platform === platform.definition.code ? above : id;
}
