/** Look-ups, in the schema: a list at the root, and nowhere else. */
import type { EnumRef } from '@pothos/core';
import { connectionType, pageArgs, type SchemaTypes } from '../../builder.ts';
import type { PlatformSchema } from '../../module.ts';
import { addCore } from '../core/schema.ts';
import type { PersonMatch } from './lookup.ts';
import { personMatchList } from './match-list.ts';
import type { Subject } from './people.ts';

/** Adds the list of matches. */
export function addLookups(schema: PlatformSchema, Subject: EnumRef<SchemaTypes, Subject>): void {
  const { builder } = schema;
  const core = addCore(schema);
  const Match = builder.objectRef<PersonMatch>('PersonMatch').implement({
    interfaces: [core.Record],
    fields: (t) => ({
      hash: t.exposeString('hash', { nullable: false }),
      memberId: t.id({
        resolve: ({ subject, personId }) => (subject === 'MEMBERS' ? personId : null),
      }),
      hardshipWorkerId: t.id({
        resolve: ({ subject, personId }) => (subject === 'HARDSHIP_WORKERS' ? personId : null),
      }),
    }),
  });
  builder.asEntity(Match, {
    key: builder.selection<{ id: string }>('id'),
    // An answer, and no record: who wants it again asks again.
    resolveReference: () => null,
  });
  const Lookup = builder.inputType('PersonLookupInput', {
    fields: (t) => ({
      subject: t.field({ type: Subject, required: true }),
      sealedKeys: t.stringList({ required: true }),
      hashes: t.stringList({ required: true }),
    }),
  });
  const Filter = builder.inputType('PersonMatchFilter', {
    fields: (t) => ({ platforms: t.idList(), place: t.id() }),
  });
  const Order = builder.inputType('PersonMatchOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('PersonMatchOrderField', { values: ['HASH'] }),
        required: true,
      }),
      direction: t.field({ type: core.OrderDirection, required: true, defaultValue: 'ASC' }),
    }),
  });
  builder.queryField('personMatches', (t) =>
    t.field({
      type: connectionType(builder, 'PersonMatch', Match, core.PageInfo),
      args: {
        lookup: t.arg({ type: Lookup }),
        filter: t.arg({ type: Filter }),
        orderBy: t.arg({ type: Order }),
        ...pageArgs(t.arg),
      },
      resolve: (_root, args, context) => personMatchList(args, context) as never,
    }),
  );
}
