/** The mutations of supervisions, with their inputs. */
import type { EnumRef } from '@pothos/core';
import type { Builder, Ref, SchemaTypes } from '../../builder.ts';
import { mutationsOf } from '../../mutation.ts';
import * as commands from './commands.ts';
import type { SupervisionDoc, SupervisionResult } from './store.ts';

/** Adds the mutations to a schema. */
export function addSupervisionMutations(
  builder: Builder,
  types: {
    readonly Result: EnumRef<SchemaTypes, SupervisionResult>;
    readonly Supervision: Ref<SupervisionDoc>;
  },
): void {
  const { Result, Supervision } = types;
  const AskInput = builder.inputType('AskSupervisionInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      office: t.string({ required: true }),
      question: t.string({ required: true }),
      requestId: t.id(),
      metric: t.string(),
      periodFrom: t.field({ type: 'DateTime' }),
      periodTo: t.field({ type: 'DateTime' }),
      value: t.float(),
      placeCode: t.id(),
      dueAt: t.field({ type: 'DateTime' }),
    }),
  });
  const AnswerInput = builder.inputType('AnswerSupervisionInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      answer: t.string({ required: true }),
      result: t.field({ type: Result, required: true }),
    }),
  });
  const ReturnInput = builder.inputType('ReturnSupervisionInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      question: t.string({ required: true }),
      dueAt: t.field({ type: 'DateTime' }),
    }),
  });
  const StepInput = builder.inputType('SupervisionStepInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
    }),
  });

  const mutation = mutationsOf(builder, 'SupervisionPayload', 'supervision', Supervision);
  mutation('askSupervision', AskInput, commands.askSupervision);
  mutation('answerSupervision', AnswerInput, commands.answerSupervision);
  mutation('returnSupervision', ReturnInput, commands.returnSupervision);
  mutation('closeSupervision', StepInput, commands.closeSupervision);
}
