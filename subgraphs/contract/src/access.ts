/** Who may see what: the access directives of a schema, read into rules. */
import {
  isInterfaceType,
  isObjectType,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type GraphQLSchema,
} from 'graphql';
import type { Caller } from './caller.ts';

/** The directives that restrict access. */
export const accessDirectives: ReadonlySet<string> = new Set([
  'authenticated',
  'requiresScopes',
  'policy',
]);

/** What a caller must have. Of the alternatives in `scopes` and `policies`, one whole list. */
export interface AccessRule {
  readonly authenticated: boolean;
  readonly scopes: readonly (readonly string[])[] | undefined;
  readonly policies: readonly (readonly string[])[] | undefined;
}

/** Rules by coordinate: `Member.name`, or `Member` for a whole type. */
export type AccessRules = ReadonlyMap<string, AccessRule>;

/** Reads the access directives from a schema's text: the contract's, or the composed one's. */
export function accessRules(schema: GraphQLSchema): AccessRules {
  const rules = new Map<string, AccessRule>();
  const add = (coordinate: string, directives: readonly ConstDirectiveNode[] | undefined): void => {
    const rule = readRule(directives ?? []);
    if (rule) rules.set(coordinate, rule);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    add(type.name, type.astNode?.directives);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      add(`${type.name}.${field.name}`, field.astNode?.directives);
    }
  }
  return rules;
}

/** What of a caller satisfies rules. */
export type AccessHolder = Pick<Caller, 'client' | 'roles' | 'scopes'>;

/** Whether a caller satisfies a rule. */
export function allows(rule: AccessRule, caller: AccessHolder): boolean {
  if (rule.authenticated && caller.client === 'local') return false;
  return (
    isOneOf(rule.scopes, (scope) => caller.scopes.includes(scope)) &&
    isOneOf(rule.policies, (policy) => satisfies(policy, caller))
  );
}

/** `role:<role>` or `client:<id>`; whoever runs the net's own programs satisfies each. */
function satisfies(policy: string, { client, roles }: AccessHolder): boolean {
  if (client === 'local') return true;
  return policy === `client:${client}` || roles.some((role) => policy === `role:${role}`);
}

function isOneOf(
  alternatives: readonly (readonly string[])[] | undefined,
  isHeld: (item: string) => boolean,
): boolean {
  return alternatives === undefined || alternatives.some((all) => all.every(isHeld));
}

function readRule(directives: readonly ConstDirectiveNode[]): AccessRule | undefined {
  const lists = (name: string, argument: string): string[][] | undefined => {
    const directive = directives.find((applied) => applied.name.value === name);
    const value = directive?.arguments?.find((given) => given.name.value === argument)?.value;
    return value && listsOf(valueFromASTUntyped(value));
  };
  const authenticated = directives.some((applied) => applied.name.value === 'authenticated');
  const scopes = lists('requiresScopes', 'scopes');
  const policies = lists('policy', 'policies');
  if (!authenticated && !scopes && !policies) return undefined;
  return { authenticated, scopes, policies };
}

/** The list of lists that these directives take; what is not one is satisfied by nobody. */
function listsOf(value: unknown): string[][] {
  return list(value).map((all) => list(all).map(String));
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
