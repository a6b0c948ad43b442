/** A request's history: an interface and its four kinds of step. */
import type { EnumRef } from '@pothos/core';
import type { RequestStatus } from '@onenet/platforms';
import { personal, type Builder, type SchemaTypes } from '../../builder.ts';
import type { Core } from '../core/schema.ts';
import type { RequestStep } from './store.ts';

/** What is read of a history: not its texts, which are personal. */
export const historyProjection = {
  'history.step': 1,
  'history.at': 1,
  'history.actorKind': 1,
  'history.from': 1,
  'history.to': 1,
  'history.rating': 1,
} as const;

type StepOf<Kind extends RequestStep['step']> = Extract<RequestStep, { readonly step: Kind }>;

const typeNames = {
  STATUS: 'RequestStatusStep',
  FEEDBACK: 'RequestFeedbackStep',
  RATING: 'RequestRatingStep',
  SUPERVISION: 'RequestSupervisionStep',
} as const satisfies Record<RequestStep['step'], string>;

/** Adds the steps to a schema. */
export function addRequestSteps(
  builder: Builder,
  core: Core,
  Status: EnumRef<SchemaTypes, RequestStatus>,
) {
  const Step = builder.interfaceRef<RequestStep>('RequestStep').implement({
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
    fields: (t) => ({ text: t.string(personal('requests:personal')) }),
  });
  builder.objectRef<StepOf<'RATING'>>(typeNames.RATING).implement({
    interfaces: [Step],
    fields: (t) => ({ rating: t.exposeInt('rating', { nullable: false }) }),
  });
  builder.objectRef<StepOf<'SUPERVISION'>>(typeNames.SUPERVISION).implement({
    interfaces: [Step],
  });
  return Step;
}
