/** Transfers: the mutations of a source and of a target. */
import { schemaPart } from '../../module.ts';
import { mutationsOf } from '../../mutation.ts';
import * as source from './source.ts';
import { transferKinds, transferStates, type TransferAnswer } from './store.ts';
import * as target from './target.ts';

/** Adds the module to a schema. */
export const addTransfers = schemaPart(({ builder }) => {
  const State = builder.enumType('TransferState', { values: transferStates });
  const Kind = builder.enumType('TransferKind', { values: transferKinds });
  const Part = builder
    .objectRef<TransferAnswer & { readonly sealed?: string | null }>('TransferPart')
    .implement({
      fields: (t) => ({
        id: t.exposeID('id', { nullable: false }),
        state: t.expose('state', { type: State, nullable: true }),
        kind: t.expose('kind', { type: Kind, nullable: true }),
        recordId: t.exposeID('recordId', { nullable: true }),
        sealed: t.exposeString('sealed', { nullable: true }),
      }),
    });

  const OfferInput = builder.inputType('OfferTransferInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      transferId: t.id({ required: true }),
      to: t.id({ required: true }),
      sealingKey: t.string({ required: true }),
      dueAt: t.field({ type: 'DateTime', required: true }),
    }),
  });
  const AcceptInput = builder.inputType('AcceptTransferInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      transferId: t.id({ required: true }),
      from: t.id({ required: true }),
      sealed: t.string({ required: true }),
      acceptBy: t.field({ type: 'DateTime', required: true }),
      placeCode: t.id(),
      organizationId: t.id(),
    }),
  });
  const DeclineInput = builder.inputType('DeclineTransferInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      transferId: t.id({ required: true }),
    }),
  });
  const CompleteInput = builder.inputType('CompleteTransferInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      transferId: t.id({ required: true }),
      transferredToId: t.id({ required: true }),
    }),
  });
  const StepInput = builder.inputType('TransferStepInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      transferId: t.id({ required: true }),
    }),
  });

  const mutation = mutationsOf(builder, 'TransferPayload', 'transfer', Part);
  mutation('offerTransfer', OfferInput, source.offerTransfer);
  mutation('acceptTransfer', AcceptInput, target.acceptTransfer);
  mutation('declineTransfer', DeclineInput, target.declineTransfer);
  mutation('completeTransfer', CompleteInput, source.completeTransfer);
  mutation('withdrawTransfer', StepInput, source.withdrawTransfer);
});
