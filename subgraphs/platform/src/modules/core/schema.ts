/** Core: pages, actors, channels, and the two entities that lists hang on. */
import { isAfter, parseId } from '@onenet/contract';
import type { ActorKind as Kind, Direction } from '@onenet/contract';
import { divisions } from '@onenet/platforms';
import type { EventTotal } from '@onenet/feed';
import type { PageInfo } from '../../connection.ts';
import { schemaPart } from '../../module.ts';
import { sealingKeyOf } from './sealing-key.ts';

/** The platform itself, as owner of records. */
export interface PlatformEntity {
  readonly code: string;
}

/** A division, as place of records. */
export interface DivisionEntity {
  readonly code: string;
}

/** What the other modules build on. */
export type Core = ReturnType<typeof addCore>;

/** Adds the module to a schema. */
export const addCore = schemaPart(({ builder, version }) => {
  const OrderDirection = builder.enumType('OrderDirection', {
    values: ['ASC', 'DESC'] as const satisfies Direction[],
  });
  const ActorKind = builder.enumType('ActorKind', {
    values: ['WORKER', 'OFFICER', 'SYSTEM'] as const satisfies Kind[],
  });

  const Page = builder.objectRef<PageInfo>('PageInfo').implement({
    shareable: true,
    fields: (t) => ({
      hasNextPage: t.boolean({ nullable: false, resolve: (page) => settled(page.hasNextPage) }),
      hasPreviousPage: t.boolean({
        nullable: false,
        resolve: (page) => settled(page.hasPreviousPage),
      }),
      startCursor: t.exposeString('startCursor', { nullable: true }),
      endCursor: t.exposeString('endCursor', { nullable: true }),
    }),
  });

  const Record = builder.interfaceRef<{ readonly _id: string }>('Record').implement({
    fields: (t) => ({
      id: t.id({ nullable: false, resolve: (record) => record._id }),
      platformCode: t.id({
        nullable: false,
        resolve: (record) => parseId(record._id).platform,
      }),
    }),
  });

  const Total = builder.objectRef<EventTotal>('EventTotal').implement({
    fields: (t) => ({
      type: t.exposeString('type', { nullable: false }),
      events: t.exposeInt('events', { nullable: false }),
      count: t.exposeFloat('count', { nullable: false }),
      throughSequence: t.exposeString('through', { nullable: false }),
    }),
  });

  const Platform = builder.objectRef<PlatformEntity>('Platform').implement({
    fields: (t) => ({
      code: t.exposeID('code', { nullable: false }),
      eventTotals: t.field({
        type: [Total],
        nullable: true,
        resolve: (_platform, _args, { platform }) => platform.feed.totals(),
      }),
      ...(isAfter(version, '1.1') && {
        sealingKey: t.string({
          resolve: async (_platform, _args, { platform }) =>
            (await sealingKeyOf(platform)).publicJwk,
        }),
      }),
    }),
  });
  builder.asEntity(Platform, {
    key: builder.selection<{ code: string }>('code'),
    // Another platform's lists are that platform's to answer.
    resolveReference: ({ code }, { platform }) =>
      code === platform.definition.code ? { code } : null,
  });

  const Division = builder.objectRef<DivisionEntity>('Division').implement({
    fields: (t) => ({ code: t.exposeID('code', { nullable: false }) }),
  });
  builder.asEntity(Division, {
    key: builder.selection<{ code: string }>('code'),
    resolveReference: ({ code }) => (divisions.has(code) ? { code } : null),
  });

  return { OrderDirection, ActorKind, PageInfo: Page, Record, Platform, Division };
});

function settled(flag: boolean | (() => Promise<boolean>)): boolean | Promise<boolean> {
  return typeof flag === 'function' ? flag() : flag;
}
