/** A mutation of the contract as a field: `name(input: …!): …Payload`, carried out by a command. */
import type { InputObjectRef } from '@pothos/core';
import type { Builder, Ref, SchemaTypes } from './builder.ts';
import type { Agency } from './command.ts';

/** Makes the mutations of one payload. */
export function mutationsOf<Doc>(builder: Builder, payload: string, field: string, type: Ref<Doc>) {
  const Payload = builder.objectRef<{ readonly changed: Doc }>(payload).implement({
    fields: (t) => ({
      [field]: t.field({ type, nullable: true, resolve: ({ changed }) => changed as never }),
    }),
  });
  return <Input>(
    name: string,
    input: InputObjectRef<SchemaTypes, Input>,
    command: (agency: Agency, input: Input) => Promise<Doc>,
  ): void =>
    builder.mutationField(name, (t) =>
      t.field({
        type: Payload,
        nullable: true,
        args: { input: t.arg({ type: input, required: true }) },
        resolve: async (_root, args, { platform, actor, caller }) => {
          // Pothos cannot tell that a required argument of a generic type is there.
          const { input: given } = args as unknown as { readonly input: Input };
          const agency = { platform, actor, by: caller.platform, caller };
          return { changed: await command(agency, given) };
        },
      }),
    );
}
