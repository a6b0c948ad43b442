/** What of a caller decides which operation is planned for it: few different ones, for however many callers. */
import type { Caller, NetClient, ScopeMode, SchemaVariant } from '@onenet/contract';

export interface Access {
  /** The same for what is the same. */
  readonly key: string;
  readonly client: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /** How it meets a field for which it lacks a scope. */
  readonly mode: ScopeMode;
  /** What of the schema it may name. */
  readonly variant: SchemaVariant;
}

/** Of a caller; `client` is what the directory says of it, if it is a third party's system. */
export function accessOf(
  { client: id, roles, scopes }: Pick<Caller, 'client' | 'roles' | 'scopes'>,
  client?: Pick<NetClient, 'mode' | 'variant'>,
): Access {
  const mode = client?.mode ?? 'FILTER';
  const variant = client?.variant ?? 'INTERNAL';
  const key = JSON.stringify([id, roles, scopes.toSorted(), mode, variant]);
  return { key, client: id, roles, scopes, mode, variant };
}

/** Whether scopes decide what it may ask: people and programs of this machine have rights by what they are. */
export function isConsumer({ roles }: Pick<Access, 'roles'>): boolean {
  return roles.includes('consumer');
}
