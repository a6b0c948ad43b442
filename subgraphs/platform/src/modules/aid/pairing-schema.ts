/** Pairings with cadres, as the module aid serves them. */
import { parseId } from '@onenet/contract';
import { connectionType, pageArgs } from '../../builder.ts';
import { addList } from '../../list.ts';
import { schemaPart } from '../../module.ts';
import { mutationsOf } from '../../mutation.ts';
import { personalFields } from '../../personal.ts';
import { addCore } from '../core/schema.ts';
import {
  endCadrePairing,
  pairCadre,
  pairingList,
  pairings,
  type CadrePairingDoc,
  type StoredPairing,
} from './pairings.ts';

const personal = personalFields<StoredPairing>('aid:personal', pairings);

/** Adds them to a schema. */
export const addPairings = schemaPart((schema) => {
  const { builder } = schema;
  const core = addCore(schema);
  const Status = builder.enumType('CadrePairingStatus', { values: ['ACTIVE', 'ENDED'] as const });
  const Pairing = builder.objectRef<CadrePairingDoc>('CadrePairing').implement({
    interfaces: [core.Record],
    fields: (t) => ({
      pairedAt: t.expose('pairedAt', { type: 'DateTime', nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      status: t.expose('status', { type: Status, nullable: true }),
      placeCode: t.exposeID('placeCode', { nullable: true }),
      hardshipWorkerId: t.exposeID('hardshipWorkerId', { nullable: true }),
      endedAt: t.expose('endedAt', { type: 'DateTime', nullable: true }),
      maskedCadreName: t.exposeString('maskedCadreName', { nullable: true }),
      cadreName: t.string(personal('cadreName')),
    }),
  });
  builder.asEntity(Pairing, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { loaders }) => loaders.record<CadrePairingDoc>(pairings, id),
  });

  const Filter = builder.inputType('CadrePairingFilter', {
    fields: (t) => ({
      platforms: t.idList(),
      place: t.id(),
      statuses: t.field({ type: [Status] }),
      hardshipWorkerId: t.id(),
      pairedFrom: t.field({ type: 'DateTime' }),
      pairedTo: t.field({ type: 'DateTime' }),
    }),
  });
  const Order = builder.inputType('CadrePairingOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('CadrePairingOrderField', {
          values: ['PAIRED_AT', 'UPDATED_AT'] as const,
        }),
        required: true,
      }),
      direction: t.field({ type: core.OrderDirection, required: true, defaultValue: 'DESC' }),
    }),
  });
  addList(builder, core, 'cadrePairings', {
    type: connectionType(builder, 'CadrePairing', Pairing, core.PageInfo),
    args: (t) => ({ filter: t({ type: Filter }), orderBy: t({ type: Order }), ...pageArgs(t) }),
    list: pairingList,
  });
  builder.queryField('cadrePairing', (t) =>
    t.field({
      type: Pairing,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }) => {
        parseId(id);
        return loaders.record<CadrePairingDoc>(pairings, id);
      },
    }),
  );

  const PairInput = builder.inputType('PairCadreInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      hardshipWorkerId: t.id({ required: true }),
      cadre: t.id({ required: true }),
      cadreName: t.string({ required: true }),
    }),
  });
  const StepInput = builder.inputType('CadrePairingStepInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
    }),
  });
  const mutation = mutationsOf(builder, 'CadrePairingPayload', 'cadrePairing', Pairing);
  mutation('pairCadre', PairInput, pairCadre);
  mutation('endCadrePairing', StepInput, endCadrePairing);
});
