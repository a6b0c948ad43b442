/** Who may see what: the access directives of a schema, read into rules. */
import {
  isInterfaceType,
  isObjectType,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type GraphQLSchema,
} from 'graphql';

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

/** Whether scopes satisfy a rule. Policies are satisfied by nobody yet: there are no credentials. */
export function allows(
  rule: AccessRule,
  caller: { readonly client: string; readonly scopes: readonly string[] },
): boolean {
  if (rule.authenticated && caller.client === 'local') return false;
  if (rule.policies) return false;
  return (
    rule.scopes === undefined ||
    rule.scopes.some((all) => all.every((scope) => caller.scopes.includes(scope)))
  );
}

function readRule(directives: readonly ConstDirectiveNode[]): AccessRule | undefined {
  const lists = (name: string, argument: string): string[][] | undefined => {
    const directive = directives.find((applied) => applied.name.value === name);
    const value = directive?.arguments?.find((given) => given.name.value === argument)?.value;
    return value && alternatives(valueFromASTUntyped(value));
  };
  const authenticated = directives.some((applied) => applied.name.value === 'authenticated');
  const scopes = lists('requiresScopes', 'scopes');
  const policies = lists('policy', 'policies');
  if (!authenticated && !scopes && !policies) return undefined;
  return { authenticated, scopes, policies };
}

/** The list of lists that these directives take; what is not one is satisfied by nobody. */
function alternatives(value: unknown): string[][] {
  return list(value).map((all) => list(all).map(String));
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
