/** QR codes in the schema, since contract 1.2. */
import { parseId } from '@onenet/contract';
import { connectionType, pageArgs } from '../../builder.ts';
import { addList } from '../../list.ts';
import { schemaPart } from '../../module.ts';
import { mutationsOf } from '../../mutation.ts';
import { addCore } from '../core/schema.ts';
import * as commands from './join-code-commands.ts';
import {
  joinAddress,
  joinCodeList,
  joinCodeStatuses,
  joinCodes,
  joinSvg,
  type JoinCodeDoc,
} from './join-codes.ts';

/** Adds them to a schema. */
export const addJoinCodes = schemaPart((schema) => {
  const { builder } = schema;
  const core = addCore(schema);
  const Status = builder.enumType('JoinCodeStatus', { values: joinCodeStatuses });
  const JoinCode = builder.objectRef<JoinCodeDoc>('JoinCode').implement({
    interfaces: [core.Record],
    fields: (t) => ({
      issuedAt: t.expose('issuedAt', { type: 'DateTime', nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      status: t.expose('status', { type: Status, nullable: true }),
      placeCode: t.exposeID('placeCode', { nullable: true }),
      organizationId: t.exposeID('organizationId', { nullable: true }),
      content: t.string({
        resolve: (code, _args, { platform }) => joinAddress(platform.definition, code),
      }),
      svg: t.string({ resolve: (code, _args, { platform }) => joinSvg(platform.definition, code) }),
      validUntil: t.expose('validUntil', { type: 'DateTime', nullable: true }),
      applicationCount: t.exposeInt('applicationCount', { nullable: true }),
    }),
  });
  builder.asEntity(JoinCode, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { loaders }) => loaders.record<JoinCodeDoc>(joinCodes, id),
  });

  const Filter = builder.inputType('JoinCodeFilter', {
    fields: (t) => ({
      platforms: t.idList(),
      place: t.id(),
      statuses: t.field({ type: [Status] }),
      organizationId: t.id(),
    }),
  });
  const Order = builder.inputType('JoinCodeOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('JoinCodeOrderField', {
          values: ['ISSUED_AT', 'UPDATED_AT'] as const,
        }),
        required: true,
      }),
      direction: t.field({ type: core.OrderDirection, required: true, defaultValue: 'DESC' }),
    }),
  });
  addList(builder, core, 'joinCodes', {
    type: connectionType(builder, 'JoinCode', JoinCode, core.PageInfo),
    args: (t) => ({ filter: t({ type: Filter }), orderBy: t({ type: Order }), ...pageArgs(t) }),
    list: joinCodeList,
  });
  builder.queryField('joinCode', (t) =>
    t.field({
      type: JoinCode,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }) => {
        parseId(id);
        return loaders.record<JoinCodeDoc>(joinCodes, id);
      },
    }),
  );

  const IssueInput = builder.inputType('IssueJoinCodeInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      organizationId: t.id({ required: true }),
      validUntil: t.field({ type: 'DateTime' }),
    }),
  });
  const StepInput = builder.inputType('JoinCodeStepInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
    }),
  });
  const mutation = mutationsOf(builder, 'JoinCodePayload', 'joinCode', JoinCode);
  mutation('issueJoinCode', IssueInput, commands.issueJoinCode);
  mutation('revokeJoinCode', StepInput, commands.revokeJoinCode);
});
