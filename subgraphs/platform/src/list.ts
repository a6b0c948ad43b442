/** A list of the contract as fields: the same on the root, on `Platform` and on `Division`. */
import type { ArgBuilder, InputFieldMap, InputShapeFromFields } from '@pothos/core';
import type { PageArguments } from '@onenet/contract';
import type { Builder, Ref, SchemaTypes } from './builder.ts';
import type { Connection } from './connection.ts';
import type { PlatformContext } from './context.ts';
import type { Core } from './modules/core/schema.ts';
import type { OrderInput } from './order.ts';

/** The arguments that every list has. */
export interface ListArgs<Filter> extends PageArguments {
  readonly filter?: Filter | null | undefined;
  readonly orderBy?: OrderInput | null | undefined;
}

/** Adds a list to the root, to the platform and to divisions, where `within` is the division's code. */
export function addList<Args extends InputFieldMap, Doc>(
  builder: Builder,
  core: Core,
  name: string,
  options: {
    readonly type: Ref<Connection<Doc>>;
    readonly args: (t: ArgBuilder<SchemaTypes>) => Args;
    readonly list: (
      args: InputShapeFromFields<Args>,
      context: PlatformContext,
      within?: string,
    ) => Connection<Doc>;
  },
): void {
  const { type, list } = options;
  builder.queryField(name, (t) =>
    t.field({
      type,
      args: options.args(t.arg),
      resolve: (_root, args, context) => list(args, context) as never,
    }),
  );
  builder.objectField(core.Platform, name, (t) =>
    t.field({
      type,
      args: options.args(t.arg),
      resolve: (_platform, args, context) => list(args, context) as never,
    }),
  );
  builder.objectField(core.Division, name, (t) =>
    t.field({
      type,
      args: options.args(t.arg),
      resolve: (division, args, context) => list(args, context, division.code) as never,
    }),
  );
}
