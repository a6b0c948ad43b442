/** The card programme as types and fields: what `additions.graphql` of 420800 says. */
import { parseId } from '@onenet/contract';
import type { Builder } from '../../builder.ts';
import type { PlatformContext } from '../../context.ts';
import { personal } from '../../personal.ts';
import type { Row } from '../../rows.ts';
import type { AddedTo } from '../additions.ts';
import { recordCardUse } from './commands.ts';
import {
  cardFunctions,
  cards,
  programmes,
  totalsOf,
  type CardDoc,
  type CardTotals,
  type ProgrammeDoc,
} from './store.ts';

const scope = 'members:personal';

/** Adds it to a schema. */
export function addCardProgramme(builder: Builder, { Organization, Member }: AddedTo): void {
  const CardFunction = builder.enumType('P420800_CardFunction', { values: cardFunctions });
  const Programme = builder.objectRef<ProgrammeDoc>('P420800_CardProgramme').implement({
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ _id }) => _id }),
      name: t.exposeString('name', { nullable: false }),
      functions: t.field({
        type: [CardFunction],
        nullable: false,
        resolve: ({ functions }) => functions,
      }),
      since: t.expose('since', { type: 'DateTime', nullable: false }),
      issuedCount: t.int({
        nullable: false,
        resolve: async (programme, _args, context) => (await totals(programme, context)).issued,
      }),
      inUseCount: t.int({
        nullable: false,
        resolve: async (programme, _args, context) => (await totals(programme, context)).inUse,
      }),
      usedShare: t.float({
        nullable: false,
        resolve: async (programme, _args, context) => {
          const { inUse, issued } = await totals(programme, context);
          return inUse / issued;
        },
      }),
      discountsFen: t.int({
        nullable: false,
        resolve: async (programme, _args, context) =>
          (await totals(programme, context)).discountsFen,
      }),
      claimsCount: t.int({ nullable: false, resolve: ({ claims }) => claims.count }),
      claimsFen: t.int({ nullable: false, resolve: ({ claims }) => claims.fen }),
      organizationId: t.exposeID('organizationId', {
        nullable: true,
        directives: { reference: { type: 'Organization', as: 'organization' } },
      }),
    }),
  });
  builder.asEntity(Programme, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { loaders }) => loaders.record<ProgrammeDoc>(programmes, id),
  });

  const Card = builder.objectRef<CardDoc>('P420800_Card').implement({
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: ({ _id }) => _id }),
      issuedAt: t.expose('issuedAt', { type: 'DateTime', nullable: false }),
      usesCount: t.exposeInt('usesCount', { nullable: false }),
      discountsFen: t.exposeInt('discountsFen', { nullable: false }),
      lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', nullable: true }),
      maskedNumber: t.exposeString('maskedNumber', { nullable: true }),
      // The programme knows its cards by their masked numbers alone.
      number: t.string(personal(scope, () => Promise.resolve(null))),
      memberId: t.exposeID('memberId', {
        nullable: true,
        directives: { reference: { type: 'Member', as: 'member' } },
      }),
      programmeId: t.id({
        nullable: true,
        directives: { reference: { type: 'P420800_CardProgramme', as: 'programme' } },
        resolve: ({ _id }) => `${parseId(_id).platform}:programme-five-in-one`,
      }),
    }),
  });
  builder.asEntity(Card, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { loaders }) => loaders.record<CardDoc>(cards, id),
  });

  builder.queryField('p420800CardProgrammes', (t) =>
    t.field({
      type: [Programme],
      nullable: true,
      resolve: (_root, _args, { platform }) =>
        platform.db.collection<ProgrammeDoc>(programmes).find().sort({ _id: 1 }).toArray(),
    }),
  );
  if (Member) {
    builder.objectField(Member, 'p420800Card', (t) =>
      t.field({
        type: Card,
        nullable: true,
        resolve: ({ _id }, _args, { loaders }) =>
          loaders.record<CardDoc>(cards, _id.replace(':', ':card-')),
      }),
    );
  }
  builder.objectField(Organization, 'p420800CardCount', (t) =>
    t.int({
      nullable: true,
      resolve: ({ _id }, _args, context) => cardCount(_id, context),
    }),
  );

  const UseInput = builder.inputType('P420800_RecordCardUseInput', {
    fields: (t) => ({
      cardId: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      function: t.field({ type: CardFunction, required: true }),
      discountFen: t.int({ required: true, defaultValue: 0 }),
    }),
  });
  const Payload = builder.objectRef<{ readonly card: CardDoc }>('P420800_CardPayload').implement({
    fields: (t) => ({
      card: t.field({ type: Card, nullable: true, resolve: ({ card }) => card }),
    }),
  });
  builder.mutationField('p420800RecordCardUse', (t) =>
    t.field({
      type: Payload,
      nullable: true,
      args: { input: t.arg({ type: UseInput, required: true }) },
      resolve: async (_root, { input }, { platform, actor, caller }) => ({
        card: await recordCardUse({ platform, actor, by: caller.platform, caller }, input),
      }),
    }),
  );
}

/** Counted once a request, however many fields want it. */
async function totals(
  programme: ProgrammeDoc,
  { platform, loaders }: PlatformContext,
): Promise<CardTotals> {
  const counted = await loaders
    .batch<CardTotals>('card totals', async (ids) => {
      const sums = await totalsOf(platform.db, programme);
      return new Map(ids.map((id) => [id, sums]));
    })
    .load(programme._id);
  return counted ?? programme.before;
}

async function cardCount(
  organizationId: string,
  { platform, loaders }: PlatformContext,
): Promise<number> {
  const count = await loaders
    .batch<number>('card count', async (ids) => {
      const rows = await platform.db
        .collection<CardDoc>(cards)
        .aggregate<Row & { readonly count: number }>([
          { $match: { organizationId: { $in: [...ids] } } },
          { $group: { _id: '$organizationId', count: { $sum: 1 } } },
        ])
        .toArray();
      return new Map(rows.map(({ _id, count: cardsOf }) => [_id, cardsOf]));
    })
    .load(organizationId);
  return count ?? 0;
}
