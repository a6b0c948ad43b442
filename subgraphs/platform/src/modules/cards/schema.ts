/** Cards: kinds, cards, their uses. */
import { parseId } from '@onenet/contract';
import { cardFunctions, type CardKindDefinition } from '@onenet/platforms';
import { connectionType, pageArgs } from '../../builder.ts';
import { addList } from '../../list.ts';
import { schemaPart } from '../../module.ts';
import { mutationsOf } from '../../mutation.ts';
import { personalFields } from '../../personal.ts';
import { addCore } from '../core/schema.ts';
import { addClaims } from './claim-schema.ts';
import * as commands from './commands.ts';
import { addMerchants } from './merchant-schema.ts';
import { cardList, cards, type CardDoc, type CardUseDoc, type StoredCard } from './store.ts';
import { useCard, type CardUsed } from './use.ts';

const personal = personalFields<StoredCard>('cards:personal', cards);

/** Adds the module to a schema. */
export const addCards = schemaPart((schema) => {
  const { builder } = schema;
  const core = addCore(schema);
  const Function = builder.enumType('CardFunction', { values: cardFunctions });
  const Kind = builder.objectRef<CardKindDefinition>('CardKind').implement({
    fields: (t) => ({
      code: t.exposeID('code', { nullable: false }),
      name: t.exposeString('name', { nullable: true }),
      functions: t.expose('functions', { type: [Function], nullable: true }),
    }),
  });
  builder.objectField(core.Platform, 'cardKinds', (t) =>
    t.field({
      type: [Kind],
      nullable: true,
      resolve: (_platform, _args, { platform }) => platform.definition.cardKinds ?? [],
    }),
  );
  const Status = builder.enumType('CardStatus', {
    values: ['ACTIVE', 'LOST', 'REPLACED', 'CANCELLED'] as const,
  });
  const Card = builder.objectRef<CardDoc>('Card').implement({
    interfaces: [core.Record],
    fields: (t) => ({
      issuedAt: t.expose('issuedAt', { type: 'DateTime', nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      status: t.expose('status', { type: Status, nullable: true }),
      kind: t.exposeString('kind', { nullable: true }),
      functions: t.expose('functions', { type: [Function], nullable: true }),
      memberId: t.exposeID('memberId', { nullable: true }),
      placeCode: t.exposeID('placeCode', { nullable: true }),
      organizationId: t.exposeID('organizationId', { nullable: true }),
      replacedById: t.exposeID('replacedById', { nullable: true }),
      firstUsedAt: t.expose('firstUsedAt', { type: 'DateTime', nullable: true }),
      lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true }),
      useCount: t.exposeInt('useCount', { nullable: true }),
      discountFen: t.exposeInt('discountFen', { nullable: true }),
      maskedHolderName: t.exposeString('maskedHolderName', { nullable: true }),
      holderName: t.string(personal('holderName')),
      maskedNumber: t.exposeString('maskedNumber', { nullable: true }),
      number: t.string(personal('number')),
    }),
  });
  builder.asEntity(Card, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { loaders }) => loaders.record<CardDoc>(cards, id),
  });

  const Filter = builder.inputType('CardFilter', {
    fields: (t) => ({
      platforms: t.idList(),
      place: t.id(),
      statuses: t.field({ type: [Status] }),
      kinds: t.stringList(),
      memberId: t.id(),
      organizationId: t.id(),
      used: t.boolean(),
      issuedFrom: t.field({ type: 'DateTime' }),
      issuedTo: t.field({ type: 'DateTime' }),
    }),
  });
  const Order = builder.inputType('CardOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('CardOrderField', { values: ['ISSUED_AT', 'UPDATED_AT'] as const }),
        required: true,
      }),
      direction: t.field({ type: core.OrderDirection, required: true, defaultValue: 'DESC' }),
    }),
  });
  addList(builder, core, 'cards', {
    type: connectionType(builder, 'Card', Card, core.PageInfo),
    args: (t) => ({ filter: t({ type: Filter }), orderBy: t({ type: Order }), ...pageArgs(t) }),
    list: cardList,
  });
  builder.queryField('card', (t) =>
    t.field({
      type: Card,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }) => {
        parseId(id);
        return loaders.record<CardDoc>(cards, id);
      },
    }),
  );

  const StepInput = builder.inputType('CardStepInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      note: t.string(),
    }),
  });
  const IssueInput = builder.inputType('IssueCardInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      memberId: t.id({ required: true }),
      kind: t.string({ required: true }),
      number: t.string(),
    }),
  });
  const mutation = mutationsOf(builder, 'CardPayload', 'card', Card);
  mutation('issueCard', IssueInput, commands.issueCard);
  mutation('reportCardLost', StepInput, commands.reportCardLost);
  mutation('replaceCard', StepInput, commands.replaceCard);
  mutation('cancelCard', StepInput, commands.cancelCard);

  const Use = builder.objectRef<CardUseDoc>('CardUse').implement({
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ _id }) => _id }),
      at: t.expose('at', { type: 'DateTime', nullable: true }),
      function: t.expose('function', { type: Function, nullable: true }),
      merchantId: t.exposeID('merchantId', { nullable: true }),
      amountFen: t.exposeInt('amountFen', { nullable: true }),
      discountFen: t.exposeInt('discountFen', { nullable: true }),
    }),
  });
  const UseInput = builder.inputType('UseCardInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      function: t.field({ type: Function, required: true }),
      merchantId: t.id(),
      amountFen: t.int(),
    }),
  });
  builder.mutationField('useCard', (t) =>
    t.field({
      type: builder.objectRef<CardUsed>('CardUsePayload').implement({
        fields: (payload) => ({
          use: payload.expose('use', { type: Use, nullable: true }),
          card: payload.expose('card', { type: Card, nullable: true }),
        }),
      }),
      nullable: true,
      args: { input: t.arg({ type: UseInput, required: true }) },
      resolve: (_root, { input }, { platform, actor, caller }) =>
        useCard({ platform, actor, by: caller.platform, caller }, input),
    }),
  );
  addMerchants(schema);
  addClaims(schema);
  return { Card };
});
