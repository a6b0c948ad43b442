/** Supervision (督办): a question to the platform about a case or a figure, and its answer. */
import { parseId } from '@onenet/contract';
import { connectionType, pageArgs } from '../../builder.ts';
import { addList } from '../../list.ts';
import { schemaPart } from '../../module.ts';
import { addCore } from '../core/schema.ts';
import { addSupervisionMutations } from './mutations.ts';
import {
  isOverdue,
  supervisionList,
  supervisionResults,
  supervisionStatuses,
  supervisionSubjects,
  supervisions,
  type SupervisionDoc,
} from './store.ts';

/** Adds the module to a schema. */
export const addSupervision = schemaPart((schema) => {
  const { builder } = schema;
  const core = addCore(schema);
  const Status = builder.enumType('SupervisionStatus', { values: supervisionStatuses });
  const Subject = builder.enumType('SupervisionSubject', { values: supervisionSubjects });
  const Result = builder.enumType('SupervisionResult', { values: supervisionResults });

  const Supervision = builder.objectRef<SupervisionDoc>('Supervision').implement({
    interfaces: [core.Record],
    fields: (t) => ({
      askedAt: t.expose('askedAt', { type: 'DateTime', nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      status: t.expose('status', { type: Status, nullable: true }),
      subject: t.expose('subject', { type: Subject, nullable: true }),
      office: t.exposeString('office', { nullable: true }),
      requestId: t.exposeID('requestId', { nullable: true }),
      metric: t.exposeString('metric', { nullable: true }),
      periodFrom: t.expose('periodFrom', { type: 'DateTime', nullable: true }),
      periodTo: t.expose('periodTo', { type: 'DateTime', nullable: true }),
      value: t.exposeFloat('value', { nullable: true }),
      placeCode: t.exposeID('placeCode', { nullable: true }),
      question: t.exposeString('question', { nullable: true }),
      dueAt: t.expose('dueAt', { type: 'DateTime', nullable: true }),
      answer: t.exposeString('answer', { nullable: true }),
      result: t.expose('result', { type: Result, nullable: true }),
      answeredAt: t.expose('answeredAt', { type: 'DateTime', nullable: true }),
      closedAt: t.expose('closedAt', { type: 'DateTime', nullable: true }),
      overdue: t.boolean({ resolve: (doc, _args, { now }) => isOverdue(doc, now) }),
      returnedCount: t.exposeInt('returnedCount', { nullable: true }),
    }),
  });
  builder.asEntity(Supervision, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { loaders }) => loaders.record<SupervisionDoc>(supervisions, id),
  });

  const Filter = builder.inputType('SupervisionFilter', {
    fields: (t) => ({
      platforms: t.idList(),
      place: t.id(),
      statuses: t.field({ type: [Status] }),
      subjects: t.field({ type: [Subject] }),
      requestId: t.id(),
      metric: t.string(),
      overdueNow: t.boolean(),
      askedFrom: t.field({ type: 'DateTime' }),
      askedTo: t.field({ type: 'DateTime' }),
    }),
  });
  const Order = builder.inputType('SupervisionOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('SupervisionOrderField', { values: ['ASKED_AT', 'UPDATED_AT'] }),
        required: true,
      }),
      direction: t.field({ type: core.OrderDirection, required: true, defaultValue: 'DESC' }),
    }),
  });
  addList(builder, core, 'supervisions', {
    type: connectionType(builder, 'Supervision', Supervision, core.PageInfo),
    args: (t) => ({ filter: t({ type: Filter }), orderBy: t({ type: Order }), ...pageArgs(t) }),
    list: supervisionList,
  });
  builder.queryField('supervision', (t) =>
    t.field({
      type: Supervision,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }) => {
        parseId(id);
        return loaders.record<SupervisionDoc>(supervisions, id);
      },
    }),
  );

  addSupervisionMutations(builder, { Result, Supervision });
});
