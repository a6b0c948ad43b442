/** Programmes, as the module aid serves them. */
import { parseId } from '@onenet/contract';
import { connectionType, pageArgs } from '../../builder.ts';
import { addList } from '../../list.ts';
import { schemaPart } from '../../module.ts';
import { mutationsOf } from '../../mutation.ts';
import { addCore } from '../core/schema.ts';
import { forms } from './forms.ts';
import {
  endAidProgramme,
  programmeList,
  programmes,
  startAidProgramme,
  type AidProgrammeDoc,
} from './programmes.ts';

/** Adds them to a schema; gives the forms, which grants have too. */
export const addProgrammes = schemaPart((schema) => {
  const { builder } = schema;
  const core = addCore(schema);
  const Status = builder.enumType('AidProgrammeStatus', { values: ['OPEN', 'ENDED'] as const });
  const Form = builder.enumType('AidForm', { values: forms });
  const Programme = builder.objectRef<AidProgrammeDoc>('AidProgramme').implement({
    interfaces: [core.Record],
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      status: t.expose('status', { type: Status, nullable: true }),
      form: t.expose('form', { type: Form, nullable: true }),
      placeCode: t.exposeID('placeCode', { nullable: true }),
      fundId: t.exposeID('fundId', { nullable: true }),
      startedAt: t.expose('startedAt', { type: 'DateTime', nullable: true }),
      endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true }),
      grantCount: t.exposeInt('grantCount', { nullable: true }),
    }),
  });
  builder.asEntity(Programme, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { loaders }) => loaders.record<AidProgrammeDoc>(programmes, id),
  });

  const Filter = builder.inputType('AidProgrammeFilter', {
    fields: (t) => ({
      platforms: t.idList(),
      place: t.id(),
      statuses: t.field({ type: [Status] }),
      forms: t.field({ type: [Form] }),
      nameContains: t.string(),
    }),
  });
  const Order = builder.inputType('AidProgrammeOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('AidProgrammeOrderField', {
          values: ['NAME', 'UPDATED_AT'] as const,
        }),
        required: true,
      }),
      direction: t.field({ type: core.OrderDirection, required: true, defaultValue: 'ASC' }),
    }),
  });
  addList(builder, core, 'aidProgrammes', {
    type: connectionType(builder, 'AidProgramme', Programme, core.PageInfo),
    args: (t) => ({ filter: t({ type: Filter }), orderBy: t({ type: Order }), ...pageArgs(t) }),
    list: programmeList,
  });
  builder.queryField('aidProgramme', (t) =>
    t.field({
      type: Programme,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }) => {
        parseId(id);
        return loaders.record<AidProgrammeDoc>(programmes, id);
      },
    }),
  );

  const StartInput = builder.inputType('StartAidProgrammeInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      name: t.string({ required: true }),
      form: t.field({ type: Form, required: true }),
      fundId: t.id(),
      placeCode: t.id(),
    }),
  });
  const StepInput = builder.inputType('AidProgrammeStepInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
    }),
  });
  const mutation = mutationsOf(builder, 'AidProgrammePayload', 'aidProgramme', Programme);
  mutation('startAidProgramme', StartInput, startAidProgramme);
  mutation('endAidProgramme', StepInput, endAidProgramme);
  return { Form };
});
