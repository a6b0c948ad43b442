/** Funds and their books, as the module aid serves them. */
import { parseId } from '@onenet/contract';
import { connectionType, pageArgs } from '../../builder.ts';
import { badInput } from '../../checks.ts';
import { addList } from '../../list.ts';
import { schemaPart } from '../../module.ts';
import { mutationsOf } from '../../mutation.ts';
import { addCore } from '../core/schema.ts';
import { accounts, newestEntries, type AidEntryDoc } from './accounts.ts';
import { creditAidFund, openAidFund } from './fund-commands.ts';
import { fundList, funds, type AidFundDoc } from './funds.ts';

/** Adds them to a schema. */
export const addFunds = schemaPart((schema) => {
  const { builder } = schema;
  const core = addCore(schema);
  const Status = builder.enumType('AidFundStatus', { values: ['OPEN'] as const });
  const Account = builder.enumType('AidAccount', { values: accounts });
  const Entry = builder.objectRef<AidEntryDoc>('AidEntry').implement({
    fields: (t) => ({
      at: t.expose('at', { type: 'DateTime', nullable: true }),
      from: t.expose('from', { type: Account, nullable: true }),
      to: t.expose('to', { type: Account, nullable: true }),
      amountFen: t.exposeInt('amountFen', { nullable: true }),
    }),
  });
  const Fund = builder.objectRef<AidFundDoc>('AidFund').implement({
    interfaces: [core.Record],
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      status: t.expose('status', { type: Status, nullable: true }),
      placeCode: t.exposeID('placeCode', { nullable: true }),
      creditedFen: t.exposeFloat('creditedFen', { nullable: true }),
      availableFen: t.exposeFloat('availableFen', { nullable: true }),
      reservedFen: t.exposeFloat('reservedFen', { nullable: true }),
      paidFen: t.exposeFloat('paidFen', { nullable: true }),
      entries: t.field({
        type: [Entry],
        nullable: true,
        args: { newest: t.arg.int() },
        resolve: async ({ _id }, { newest }, { platform, loaders }) => {
          const count = newest ?? 20;
          if (count < 1 || count > 100) {
            throw badInput(`\`newest: ${count}\` is out of range: from 1 to 100.`);
          }
          const loader = loaders.batch(`entries ${count}`, (ids) =>
            newestEntries(platform.db, ids, count),
          );
          return (await loader.load(_id)) ?? [];
        },
      }),
    }),
  });
  builder.asEntity(Fund, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { loaders }) => loaders.record<AidFundDoc>(funds, id),
  });

  const Filter = builder.inputType('AidFundFilter', {
    fields: (t) => ({ platforms: t.idList(), place: t.id(), nameContains: t.string() }),
  });
  const Order = builder.inputType('AidFundOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('AidFundOrderField', { values: ['NAME', 'UPDATED_AT'] as const }),
        required: true,
      }),
      direction: t.field({ type: core.OrderDirection, required: true, defaultValue: 'ASC' }),
    }),
  });
  addList(builder, core, 'aidFunds', {
    type: connectionType(builder, 'AidFund', Fund, core.PageInfo),
    args: (t) => ({ filter: t({ type: Filter }), orderBy: t({ type: Order }), ...pageArgs(t) }),
    list: fundList,
  });
  builder.queryField('aidFund', (t) =>
    t.field({
      type: Fund,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }) => {
        parseId(id);
        return loaders.record<AidFundDoc>(funds, id);
      },
    }),
  );

  const OpenInput = builder.inputType('OpenAidFundInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      name: t.string({ required: true }),
      placeCode: t.id(),
    }),
  });
  const CreditInput = builder.inputType('CreditAidFundInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      amountFen: t.int({ required: true }),
    }),
  });
  const mutation = mutationsOf(builder, 'AidFundPayload', 'aidFund', Fund);
  mutation('openAidFund', OpenInput, openAidFund);
  mutation('creditAidFund', CreditInput, creditAidFund);
});
