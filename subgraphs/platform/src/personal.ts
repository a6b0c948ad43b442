/** Personal fields: tagged, behind a scope, and read only for a caller who has it. */
import { NetError, type Caller } from '@onenet/contract';
import type { PlatformContext } from './context.ts';
import type { Row } from './rows.ts';

/** Options of a personal field; `read` is called for those alone to whom the platform has granted the scope. */
export function personal<Parent, Value>(
  scope: string,
  read: (parent: Parent, context: PlatformContext) => Promise<Value>,
) {
  return {
    tag: 'personal',
    requiresScopes: [[scope]],
    resolve: (parent: Parent, _args: object, context: PlatformContext): Promise<Value> => {
      if (has(context.caller, scope)) return read(parent, context);
      throw new NetError('SCOPE_REQUIRED', `The field needs the scope ${scope}.`, { scope });
    },
  };
}

/** The guard leaves a personal scope to a client alone, and only what the platform itself has granted. */
function has({ roles, scopes }: Caller, scope: string): boolean {
  return roles.includes('consumer') && scopes.includes(scope);
}

/** A record with what is personal of it. */
interface StoredRow extends Row {
  readonly personal: object;
}

/** Personal fields of a collection: what is stored of a record under the field's name, for all records of the answer at once. */
export function personalFields<Stored extends StoredRow>(scope: string, collection: string) {
  return <Name extends keyof Stored['personal'] & string>(name: Name) =>
    personal(scope, async ({ _id }: Row, { loaders }): Promise<Stored['personal'][Name] | null> => {
      const projection = { [`personal.${name}`]: 1 };
      const part = await loaders.part<Partial<Stored> & Row>(collection, _id, projection);
      const values: Stored['personal'] | undefined = part?.personal;
      // A tombstone, and what was erased, have nothing personal any more.
      return values?.[name] ?? null;
    });
}
