/** Insurance claims, as the module cards serves them. */
import { parseId } from '@onenet/contract';
import { connectionType, pageArgs } from '../../builder.ts';
import { addList } from '../../list.ts';
import { schemaPart } from '../../module.ts';
import { mutationsOf } from '../../mutation.ts';
import { personalFields } from '../../personal.ts';
import { addCore } from '../core/schema.ts';
import * as commands from './claims.ts';
import { claimKinds, claimList, claims, type CardClaimDoc, type StoredClaim } from './claims.ts';

const personal = personalFields<StoredClaim>('cards:personal', claims);

/** Adds them to a schema. */
export const addClaims = schemaPart((schema) => {
  const { builder } = schema;
  const core = addCore(schema);
  const Status = builder.enumType('CardClaimStatus', {
    values: ['SUBMITTED', 'APPROVED', 'PAID', 'REJECTED'] as const,
  });
  const Kind = builder.enumType('CardClaimKind', { values: claimKinds });
  const Claim = builder.objectRef<CardClaimDoc>('CardClaim').implement({
    interfaces: [core.Record],
    fields: (t) => ({
      submittedAt: t.expose('submittedAt', { type: 'DateTime', nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      status: t.expose('status', { type: Status, nullable: true }),
      kind: t.expose('kind', { type: Kind, nullable: true }),
      cardId: t.exposeID('cardId', { nullable: true }),
      placeCode: t.exposeID('placeCode', { nullable: true }),
      claimedFen: t.exposeInt('claimedFen', { nullable: true }),
      approvedFen: t.exposeInt('approvedFen', { nullable: true }),
      paidFen: t.exposeInt('paidFen', { nullable: true }),
      decidedAt: t.expose('decidedAt', { type: 'DateTime', nullable: true }),
      paidAt: t.expose('paidAt', { type: 'DateTime', nullable: true }),
      description: t.string(personal('description')),
    }),
  });
  builder.asEntity(Claim, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { loaders }) => loaders.record<CardClaimDoc>(claims, id),
  });

  const Filter = builder.inputType('CardClaimFilter', {
    fields: (t) => ({
      platforms: t.idList(),
      place: t.id(),
      statuses: t.field({ type: [Status] }),
      kinds: t.field({ type: [Kind] }),
      cardId: t.id(),
      submittedFrom: t.field({ type: 'DateTime' }),
      submittedTo: t.field({ type: 'DateTime' }),
    }),
  });
  const Order = builder.inputType('CardClaimOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('CardClaimOrderField', {
          values: ['SUBMITTED_AT', 'UPDATED_AT'] as const,
        }),
        required: true,
      }),
      direction: t.field({ type: core.OrderDirection, required: true, defaultValue: 'DESC' }),
    }),
  });
  addList(builder, core, 'cardClaims', {
    type: connectionType(builder, 'CardClaim', Claim, core.PageInfo),
    args: (t) => ({ filter: t({ type: Filter }), orderBy: t({ type: Order }), ...pageArgs(t) }),
    list: claimList,
  });
  builder.queryField('cardClaim', (t) =>
    t.field({
      type: Claim,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }) => {
        parseId(id);
        return loaders.record<CardClaimDoc>(claims, id);
      },
    }),
  );

  const SubmitInput = builder.inputType('SubmitCardClaimInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      cardId: t.id({ required: true }),
      kind: t.field({ type: Kind, required: true }),
      claimedFen: t.int({ required: true }),
      description: t.string(),
    }),
  });
  const ApproveInput = builder.inputType('ApproveCardClaimInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      approvedFen: t.int({ required: true }),
    }),
  });
  const StepInput = builder.inputType('CardClaimStepInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      note: t.string(),
    }),
  });
  const mutation = mutationsOf(builder, 'CardClaimPayload', 'cardClaim', Claim);
  mutation('submitCardClaim', SubmitInput, commands.submitCardClaim);
  mutation('approveCardClaim', ApproveInput, commands.approveCardClaim);
  mutation('payCardClaim', StepInput, commands.payCardClaim);
  mutation('rejectCardClaim', StepInput, commands.rejectCardClaim);
});
