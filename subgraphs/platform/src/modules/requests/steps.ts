/** A request's history: an interface and its kinds of step. */
import { isAfter, type ContractVersion } from '@onenet/contract';
import type { EnumRef } from '@pothos/core';
import type { RequestStatus } from '@onenet/platforms';
import type { Builder, SchemaTypes } from '../../builder.ts';
import { personal } from '../../personal.ts';
import type { Core } from '../core/schema.ts';
import { requestScope, serviceRequests, type RequestStep } from './store.ts';

/** A step, with where it stands: histories grow at their end alone. */
export type StepDoc = RequestStep & { readonly requestId: string; readonly index: number };

/** What is read of a history: not its texts, which are personal. */
export const historyProjection = {
  'history.step': 1,
  'history.at': 1,
  'history.actorKind': 1,
  'history.from': 1,
  'history.to': 1,
  'history.rating': 1,
  'history.level': 1,
  'history.fromPlatform': 1,
} as const;

/** What is personal of a history, step by step. */
const textsProjection = { 'history.text': 1 } as const;

interface Texts {
  readonly _id: string;
  readonly history?: readonly { readonly text?: string }[];
}

type StepOf<Kind extends RequestStep['step']> = Extract<StepDoc, { readonly step: Kind }>;

const typeNames = {
  STATUS: 'RequestStatusStep',
  FEEDBACK: 'RequestFeedbackStep',
  RATING: 'RequestRatingStep',
  SUPERVISION: 'RequestSupervisionStep',
  REMINDER: 'RequestReminderStep',
  OVERDUE: 'RequestOverdueStep',
  ESCALATION: 'RequestEscalationStep',
  TRANSFER: 'RequestTransferStep',
} as const satisfies Record<RequestStep['step'], string>;

/** Those that contract 1.1 has. */
const stepsBefore: readonly RequestStep['step'][] = ['STATUS', 'FEEDBACK', 'RATING', 'SUPERVISION'];

/** Whether a version of the contract can tell of a step. */
export function isTold({ step }: RequestStep, version: ContractVersion): boolean {
  return isAfter(version, '1.1') || stepsBefore.includes(step);
}

/** Adds the steps to a schema. */
export function addRequestSteps(
  builder: Builder,
  version: ContractVersion,
  core: Core,
  Status: EnumRef<SchemaTypes, RequestStatus>,
) {
  const Step = builder.interfaceRef<StepDoc>('RequestStep').implement({
    resolveType: ({ step }) => typeNames[step],
    fields: (t) => ({
      at: t.expose('at', { type: 'DateTime', nullable: false }),
      actorKind: t.expose('actorKind', { type: core.ActorKind, nullable: false }),
    }),
  });
  builder.objectRef<StepOf<'STATUS'>>(typeNames.STATUS).implement({
    interfaces: [Step],
    fields: (t) => ({
      from: t.expose('from', { type: Status, nullable: true }),
      to: t.expose('to', { type: Status, nullable: false }),
    }),
  });
  builder.objectRef<StepOf<'FEEDBACK'>>(typeNames.FEEDBACK).implement({
    interfaces: [Step],
    fields: (t) => ({
      text: t.string(
        personal(requestScope, async ({ requestId, index }: StepDoc, { loaders }) => {
          const part = await loaders.part<Texts>(serviceRequests, requestId, textsProjection);
          return part?.history?.[index]?.text ?? null;
        }),
      ),
    }),
  });
  builder.objectRef<StepOf<'RATING'>>(typeNames.RATING).implement({
    interfaces: [Step],
    fields: (t) => ({ rating: t.exposeInt('rating', { nullable: false }) }),
  });
  const bare = (name: string) => builder.objectRef<StepDoc>(name).implement({ interfaces: [Step] });
  bare(typeNames.SUPERVISION);
  if (!isAfter(version, '1.1')) return Step;
  bare(typeNames.REMINDER);
  bare(typeNames.OVERDUE);
  builder.objectRef<StepOf<'ESCALATION'>>(typeNames.ESCALATION).implement({
    interfaces: [Step],
    fields: (t) => ({ level: t.exposeInt('level', { nullable: true }) }),
  });
  builder.objectRef<StepOf<'TRANSFER'>>(typeNames.TRANSFER).implement({
    interfaces: [Step],
    fields: (t) => ({ fromPlatform: t.exposeID('fromPlatform', { nullable: true }) }),
  });
  return Step;
}
