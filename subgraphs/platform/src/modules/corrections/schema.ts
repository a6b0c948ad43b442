/** Corrections (校核纠错, 回流): what clients say of records, and the platform's answers. */
import { parseId } from '@onenet/contract';
import { connectionType, pageArgs } from '../../builder.ts';
import { addList } from '../../list.ts';
import { schemaPart } from '../../module.ts';
import { personalFields } from '../../personal.ts';
import { addCore } from '../core/schema.ts';
import { addCorrectionMutations } from './mutations.ts';
import {
  corrections,
  correctionById,
  correctionKinds,
  correctionList,
  correctionStatuses,
  correctionTopics,
  isOverdue,
  type CorrectionDoc,
  type StoredCorrection,
} from './store.ts';

const personal = personalFields<StoredCorrection>('corrections:personal', corrections);

/** Adds the module to a schema. */
export const addCorrections = schemaPart((schema) => {
  const { builder } = schema;
  const core = addCore(schema);
  const Status = builder.enumType('DataCorrectionStatus', { values: correctionStatuses });
  const Kind = builder.enumType('DataCorrectionKind', { values: correctionKinds });
  const Topic = builder.enumType('DataCorrectionTopic', { values: correctionTopics });

  const Correction = builder.objectRef<CorrectionDoc>('DataCorrection').implement({
    interfaces: [core.Record],
    fields: (t) => ({
      filedAt: t.expose('filedAt', { type: 'DateTime', nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      status: t.expose('status', { type: Status, nullable: true }),
      kind: t.expose('kind', { type: Kind, nullable: true }),
      client: t.exposeString('client', { nullable: true }),
      recordId: t.exposeString('recordId', { nullable: true }),
      recordType: t.exposeString('recordType', { nullable: true }),
      field: t.exposeString('field', { nullable: true }),
      topic: t.expose('topic', { type: Topic, nullable: true }),
      text: t.string(personal('text')),
      validFrom: t.field({ type: 'DateTime', ...personal('validFrom') }),
      placeCode: t.exposeID('placeCode', { nullable: true }),
      dueAt: t.expose('dueAt', { type: 'DateTime', nullable: true }),
      overdue: t.boolean({ resolve: (doc, _args, { now }) => isOverdue(doc, now) }),
      answer: t.exposeString('answer', { nullable: true }),
      answeredAt: t.expose('answeredAt', { type: 'DateTime', nullable: true }),
    }),
  });
  builder.asEntity(Correction, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, context) => correctionById(id, context),
  });

  const Filter = builder.inputType('DataCorrectionFilter', {
    fields: (t) => ({
      platforms: t.idList(),
      place: t.id(),
      statuses: t.field({ type: [Status] }),
      kinds: t.field({ type: [Kind] }),
      topics: t.field({ type: [Topic] }),
      client: t.string(),
      recordId: t.id(),
      overdueNow: t.boolean(),
      filedFrom: t.field({ type: 'DateTime' }),
      filedTo: t.field({ type: 'DateTime' }),
      answeredFrom: t.field({ type: 'DateTime' }),
      answeredTo: t.field({ type: 'DateTime' }),
    }),
  });
  const Order = builder.inputType('DataCorrectionOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('DataCorrectionOrderField', { values: ['FILED_AT', 'UPDATED_AT'] }),
        required: true,
      }),
      direction: t.field({ type: core.OrderDirection, required: true, defaultValue: 'DESC' }),
    }),
  });
  addList(builder, core, 'dataCorrections', {
    type: connectionType(builder, 'DataCorrection', Correction, core.PageInfo),
    args: (t) => ({ filter: t({ type: Filter }), orderBy: t({ type: Order }), ...pageArgs(t) }),
    list: correctionList,
  });
  builder.queryField('dataCorrection', (t) =>
    t.field({
      type: Correction,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, context) => {
        parseId(id);
        return correctionById(id, context);
      },
    }),
  );

  addCorrectionMutations(builder, { Topic, Correction });
});
