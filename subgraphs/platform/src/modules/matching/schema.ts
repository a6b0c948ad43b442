/** Matching: comparison with departments' data, both ways, by keyed hash. */
import { isAfter, parseId } from '@onenet/contract';
import type { DepartmentDefinition } from '@onenet/platforms';
import { connectionType, pageArgs } from '../../builder.ts';
import { addList } from '../../list.ts';
import { schemaPart } from '../../module.ts';
import { mutationsOf } from '../../mutation.ts';
import { addAid } from '../aid/schema.ts';
import { addCore } from '../core/schema.ts';
import { addMembers } from '../members/schema.ts';
import { askDepartment } from './ask.ts';
import { compareList, type ListComparison } from './compare.ts';
import { addLookups } from './lookup-schema.ts';
import { subjects } from './people.ts';
import {
  matchRunList,
  matchRuns,
  runDirections,
  runDirectionsBefore,
  runStatuses,
  type MatchRunDoc,
} from './store.ts';
import { verifyHardshipWorker, verifyMember } from './verify.ts';

/** Adds the module to a schema. */
export const addMatching = schemaPart((schema) => {
  const { builder, version } = schema;
  const isNew = isAfter(version, '1.1');
  const core = addCore(schema);
  const Status = builder.enumType('MatchRunStatus', { values: runStatuses });
  const Direction = builder.enumType('MatchDirection', {
    values: isNew ? runDirections : runDirectionsBefore,
  });
  const Subject = builder.enumType('MatchSubject', { values: subjects });
  const MatchRun = builder.objectRef<MatchRunDoc>('MatchRun').implement({
    interfaces: [core.Record],
    fields: (t) => ({
      startedAt: t.expose('startedAt', { type: 'DateTime', nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      status: t.expose('status', { type: Status, nullable: true }),
      direction: t.expose('direction', { type: Direction, nullable: true }),
      subject: t.expose('subject', { type: Subject, nullable: true }),
      department: t.exposeString('department', { nullable: true }),
      ...(isNew && { client: t.exposeString('client', { nullable: true }) }),
      question: t.exposeString('question', { nullable: true }),
      placeCode: t.exposeID('placeCode', { nullable: true }),
      asked: t.exposeInt('asked', { nullable: true }),
      matched: t.exposeInt('matched', { nullable: true }),
      endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true }),
    }),
  });
  builder.asEntity(MatchRun, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { loaders }) => loaders.record<MatchRunDoc>(matchRuns, id),
  });

  const Filter = builder.inputType('MatchRunFilter', {
    fields: (t) => ({
      platforms: t.idList(),
      place: t.id(),
      statuses: t.field({ type: [Status] }),
      directions: t.field({ type: [Direction] }),
      subjects: t.field({ type: [Subject] }),
      departments: t.stringList(),
      startedFrom: t.field({ type: 'DateTime' }),
      startedTo: t.field({ type: 'DateTime' }),
    }),
  });
  const Order = builder.inputType('MatchRunOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('MatchRunOrderField', {
          values: ['STARTED_AT', 'UPDATED_AT'] as const,
        }),
        required: true,
      }),
      direction: t.field({ type: core.OrderDirection, required: true, defaultValue: 'DESC' }),
    }),
  });
  addList(builder, core, 'matchRuns', {
    type: connectionType(builder, 'MatchRun', MatchRun, core.PageInfo),
    args: (t) => ({ filter: t({ type: Filter }), orderBy: t({ type: Order }), ...pageArgs(t) }),
    list: matchRunList,
  });
  builder.queryField('matchRun', (t) =>
    t.field({
      type: MatchRun,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }) => {
        parseId(id);
        return loaders.record<MatchRunDoc>(matchRuns, id);
      },
    }),
  );

  if (isNew) addLookups(schema, Subject);

  const Department = builder.objectRef<DepartmentDefinition>('Department').implement({
    fields: (t) => ({
      code: t.exposeID('code', { nullable: false }),
      name: t.exposeString('name', { nullable: true }),
      questions: t.stringList({ resolve: ({ questions }) => [...questions] }),
    }),
  });
  builder.objectField(core.Platform, 'departments', (t) =>
    t.field({
      type: [Department],
      resolve: (_platform, _args, { platform }) => [...(platform.definition.departments ?? [])],
    }),
  );

  const Comparison = builder.objectRef<ListComparison>('ListComparison').implement({
    fields: (t) => ({
      id: t.exposeID('_id', { nullable: false }),
      run: t.expose('run', { type: MatchRun, nullable: true }),
      matched: t.stringList({ resolve: ({ matched }) => matched && [...matched] }),
    }),
  });
  const CompareInput = builder.inputType('CompareListInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      department: t.string({ required: true }),
      subject: t.field({ type: Subject, required: true }),
      sealedKey: t.string({ required: true }),
      hashes: t.stringList({ required: true }),
    }),
  });
  const AskInput = builder.inputType('AskDepartmentInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      department: t.string({ required: true }),
      question: t.string({ required: true }),
      subject: t.field({ type: Subject, required: true }),
      placeCode: t.id(),
    }),
  });
  mutationsOf(
    builder,
    'ComparePayload',
    'comparison',
    Comparison,
  )('compareList', CompareInput, compareList);
  mutationsOf(
    builder,
    'MatchRunPayload',
    'matchRun',
    MatchRun,
  )('askDepartment', AskInput, askDepartment);
  const verifyInput = (name: string) =>
    builder.inputType(name, {
      fields: (t) => ({
        id: t.id({ required: true }),
        idempotencyKey: t.id({ required: true }),
        departments: t.stringList(),
      }),
    });
  if (schema.offers('members')) {
    addMembers(schema).mutation('verifyMember', verifyInput('VerifyMemberInput'), verifyMember);
  }
  if (schema.offers('aid')) {
    const input = verifyInput('VerifyHardshipWorkerInput');
    addAid(schema).mutation('verifyHardshipWorker', input, verifyHardshipWorker);
  }
});
