/** Merchants, as the module cards serves them. */
import { parseId } from '@onenet/contract';
import { connectionType, pageArgs } from '../../builder.ts';
import { addList } from '../../list.ts';
import { schemaPart } from '../../module.ts';
import { mutationsOf } from '../../mutation.ts';
import { addCore } from '../core/schema.ts';
import {
  addMerchant,
  closeMerchant,
  merchantList,
  merchants,
  type MerchantDoc,
} from './merchants.ts';

/** Adds them to a schema. */
export const addMerchants = schemaPart((schema) => {
  const { builder } = schema;
  const core = addCore(schema);
  const Status = builder.enumType('MerchantStatus', { values: ['OPEN', 'CLOSED'] as const });
  const Merchant = builder.objectRef<MerchantDoc>('Merchant').implement({
    interfaces: [core.Record],
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      status: t.expose('status', { type: Status, nullable: true }),
      placeCode: t.exposeID('placeCode', { nullable: true }),
      category: t.exposeString('category', { nullable: true }),
      discountPercent: t.exposeInt('discountPercent', { nullable: true }),
    }),
  });
  builder.asEntity(Merchant, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { loaders }) => loaders.record<MerchantDoc>(merchants, id),
  });

  const Filter = builder.inputType('MerchantFilter', {
    fields: (t) => ({
      platforms: t.idList(),
      place: t.id(),
      statuses: t.field({ type: [Status] }),
      category: t.string(),
      nameContains: t.string(),
    }),
  });
  const Order = builder.inputType('MerchantOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('MerchantOrderField', { values: ['NAME', 'UPDATED_AT'] as const }),
        required: true,
      }),
      direction: t.field({ type: core.OrderDirection, required: true, defaultValue: 'ASC' }),
    }),
  });
  addList(builder, core, 'merchants', {
    type: connectionType(builder, 'Merchant', Merchant, core.PageInfo),
    args: (t) => ({ filter: t({ type: Filter }), orderBy: t({ type: Order }), ...pageArgs(t) }),
    list: merchantList,
  });
  builder.queryField('merchant', (t) =>
    t.field({
      type: Merchant,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }) => {
        parseId(id);
        return loaders.record<MerchantDoc>(merchants, id);
      },
    }),
  );

  const AddInput = builder.inputType('AddMerchantInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      name: t.string({ required: true }),
      placeCode: t.id({ required: true }),
      category: t.string({ required: true }),
      discountPercent: t.int({ required: true }),
    }),
  });
  const StepInput = builder.inputType('MerchantStepInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
    }),
  });
  const mutation = mutationsOf(builder, 'MerchantPayload', 'merchant', Merchant);
  mutation('addMerchant', AddInput, addMerchant);
  mutation('closeMerchant', StepInput, closeMerchant);
});
