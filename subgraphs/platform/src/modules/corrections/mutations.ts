/** The mutations of corrections, with their inputs. */
import type { EnumRef } from '@pothos/core';
import type { Builder, Ref, SchemaTypes } from '../../builder.ts';
import { mutationsOf } from '../../mutation.ts';
import * as commands from './commands.ts';
import type { CorrectionDoc, CorrectionTopic } from './store.ts';

/** Adds the mutations to a schema. */
export function addCorrectionMutations(
  builder: Builder,
  types: {
    readonly Topic: EnumRef<SchemaTypes, CorrectionTopic>;
    readonly Correction: Ref<CorrectionDoc>;
  },
): void {
  const { Topic, Correction } = types;
  const DoubtInput = builder.inputType('FileDataDoubtInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      recordId: t.id({ required: true }),
      field: t.string({ required: true }),
      text: t.string({ required: true }),
    }),
  });
  const ReturnInput = builder.inputType('ReturnDataInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      recordId: t.id({ required: true }),
      topic: t.field({ type: Topic, required: true }),
      text: t.string({ required: true }),
      validFrom: t.field({ type: 'DateTime' }),
    }),
  });
  const answerInput = (name: string, isNeeded: boolean) =>
    builder.inputType(name, {
      fields: (t) => ({
        id: t.id({ required: true }),
        idempotencyKey: t.id({ required: true }),
        answer: t.string({ required: isNeeded }),
      }),
    });
  const ConfirmInput = answerInput('ConfirmDataCorrectionInput', false);
  const RejectInput = answerInput('RejectDataCorrectionInput', true);

  const mutation = mutationsOf(builder, 'DataCorrectionPayload', 'dataCorrection', Correction);
  mutation('fileDataDoubt', DoubtInput, commands.fileDataDoubt);
  mutation('returnData', ReturnInput, commands.returnData);
  mutation('confirmDataCorrection', ConfirmInput, commands.confirmDataCorrection);
  mutation('rejectDataCorrection', RejectInput, commands.rejectDataCorrection);
}
