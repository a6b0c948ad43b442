/** Grants, as the module aid serves them. */
import { parseId } from '@onenet/contract';
import { connectionType, pageArgs } from '../../builder.ts';
import { addList } from '../../list.ts';
import { schemaPart } from '../../module.ts';
import { mutationsOf } from '../../mutation.ts';
import { personalFields } from '../../personal.ts';
import { addCore } from '../core/schema.ts';
import { addRequests } from '../requests/schema.ts';
import * as commands from './grant-commands.ts';
import { grantList, grants, type AidGrantDoc, type StoredGrant } from './grants.ts';
import { addProgrammes } from './programme-schema.ts';

const personal = personalFields<StoredGrant>('aid:personal', grants);

/** Adds them to a schema. */
export const addGrants = schemaPart((schema) => {
  const { builder } = schema;
  const core = addCore(schema);
  const { Channel } = addRequests(schema);
  const { Form } = addProgrammes(schema);
  const Status = builder.enumType('AidGrantStatus', {
    values: ['APPLIED', 'APPROVED', 'PAID', 'COMPLETED', 'REJECTED', 'RETURNED'] as const,
  });
  const Grant = builder.objectRef<AidGrantDoc>('AidGrant').implement({
    interfaces: [core.Record],
    fields: (t) => ({
      appliedAt: t.expose('appliedAt', { type: 'DateTime', nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      status: t.expose('status', { type: Status, nullable: true }),
      form: t.expose('form', { type: Form, nullable: true }),
      channel: t.expose('channel', { type: Channel, nullable: true }),
      placeCode: t.exposeID('placeCode', { nullable: true }),
      programmeId: t.exposeID('programmeId', { nullable: true }),
      fundId: t.exposeID('fundId', { nullable: true }),
      hardshipWorkerId: t.exposeID('hardshipWorkerId', { nullable: true }),
      requestedFen: t.exposeInt('requestedFen', { nullable: true }),
      amountFen: t.exposeInt('amountFen', { nullable: true }),
      approvedAt: t.expose('approvedAt', { type: 'DateTime', nullable: true }),
      givenAt: t.expose('givenAt', { type: 'DateTime', nullable: true }),
      maskedName: t.exposeString('maskedName', { nullable: true }),
      name: t.string(personal('name')),
      maskedPhone: t.exposeString('maskedPhone', { nullable: true }),
      phone: t.string(personal('phone')),
      reason: t.string(personal('reason')),
    }),
  });
  builder.asEntity(Grant, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { loaders }) => loaders.record<AidGrantDoc>(grants, id),
  });

  const Filter = builder.inputType('AidGrantFilter', {
    fields: (t) => ({
      platforms: t.idList(),
      place: t.id(),
      statuses: t.field({ type: [Status] }),
      forms: t.field({ type: [Form] }),
      channels: t.field({ type: [Channel] }),
      programmeId: t.id(),
      fundId: t.id(),
      hardshipWorkerId: t.id(),
      appliedFrom: t.field({ type: 'DateTime' }),
      appliedTo: t.field({ type: 'DateTime' }),
    }),
  });
  const Order = builder.inputType('AidGrantOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('AidGrantOrderField', {
          values: ['APPLIED_AT', 'UPDATED_AT'] as const,
        }),
        required: true,
      }),
      direction: t.field({ type: core.OrderDirection, required: true, defaultValue: 'DESC' }),
    }),
  });
  addList(builder, core, 'aidGrants', {
    type: connectionType(builder, 'AidGrant', Grant, core.PageInfo),
    args: (t) => ({ filter: t({ type: Filter }), orderBy: t({ type: Order }), ...pageArgs(t) }),
    list: grantList,
  });
  builder.queryField('aidGrant', (t) =>
    t.field({
      type: Grant,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }) => {
        parseId(id);
        return loaders.record<AidGrantDoc>(grants, id);
      },
    }),
  );

  const ApplyInput = builder.inputType('ApplyForAidInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      programmeId: t.id({ required: true }),
      hardshipWorkerId: t.id(),
      name: t.string(),
      phone: t.string(),
      amountFen: t.int(),
      channel: t.field({ type: Channel, required: true }),
      placeCode: t.id({ required: true }),
      reason: t.string(),
    }),
  });
  const ApproveInput = builder.inputType('ApproveAidGrantInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      amountFen: t.int(),
    }),
  });
  const PayInput = builder.inputType('PayAidGrantInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      paymentReference: t.string({ required: true }),
    }),
  });
  const StepInput = builder.inputType('AidGrantStepInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      note: t.string(),
    }),
  });
  const mutation = mutationsOf(builder, 'AidGrantPayload', 'aidGrant', Grant);
  mutation('applyForAid', ApplyInput, commands.applyForAid);
  mutation('approveAidGrant', ApproveInput, commands.approveAidGrant);
  mutation('payAidGrant', PayInput, commands.payAidGrant);
  mutation('rejectAidGrant', StepInput, commands.rejectAidGrant);
  mutation('returnAidGrant', StepInput, commands.returnAidGrant);
  mutation('completeAidGrant', StepInput, commands.completeAidGrant);
});
