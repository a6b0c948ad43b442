/** Who may see what of a composed schema: its access directives, its tags, and what its fields need of third parties. */
import {
  accessRules,
  allows,
  coreScope,
  type AccessRule,
  type AccessRules,
  type Need,
} from '@onenet/contract';
import {
  Kind,
  isEnumType,
  isInterfaceType,
  isObjectType,
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { isConsumer, type Access } from './callers/access.ts';
import { needsOf } from './needs.ts';
import type { Needs } from './owners/withheld.ts';

export interface Restrictions {
  readonly rules: AccessRules;
  readonly needs: Needs;
  /** Coordinates of types, fields and enum values that are the net's own business. */
  readonly internal: ReadonlySet<string>;
}

/** Reads them; the schema is that of the document, with its directives. */
export function restrictionsOf(schema: GraphQLSchema, document: DocumentNode): Restrictions {
  return { rules: accessRules(schema), needs: needsOf(document), internal: internalOf(schema) };
}

/** Why a caller may not have something. */
export interface Refusal {
  readonly coordinate: string;
  /** SCOPE_REQUIRED: a token with another scope would do. */
  readonly code: 'SCOPE_REQUIRED' | 'NOT_ALLOWED';
  /** Of these alternatives one whole list would do. */
  readonly scopes?: readonly (readonly string[])[];
}

/** Why a caller may not have what is at a coordinate, by the schema's directives. */
export function refusalByRule(
  { rules }: Restrictions,
  access: Access,
  coordinate: string,
): Refusal | undefined {
  const rule = rules.get(coordinate);
  if (!rule || allows(rule, access)) return undefined;
  return { coordinate, ...deniedBy(rule, access) };
}

function deniedBy(rule: AccessRule, access: Access): Omit<Refusal, 'coordinate'> {
  const isByScope = rule.scopes && allows({ ...rule, scopes: undefined }, access);
  return isByScope ? { code: 'SCOPE_REQUIRED', scopes: rule.scopes } : { code: 'NOT_ALLOWED' };
}

/** Why a third party may not have a field, by what the field needs and its token has. */
export function refusalByNeed(
  { needs }: Restrictions,
  access: Access,
  coordinate: string,
): Refusal | undefined {
  if (!isConsumer(access)) return undefined;
  for (const { attribute, scope } of needs.get(coordinate) ?? noNeeds) {
    if (attribute === 'NOT_SHARED') return { coordinate, code: 'NOT_ALLOWED' };
    if (scope !== coreScope && !access.scopes.includes(scope)) {
      return { coordinate, code: 'SCOPE_REQUIRED', scopes: [[scope]] };
    }
  }
  return undefined;
}

const noNeeds: readonly Need[] = [];

function internalOf(schema: GraphQLSchema): ReadonlySet<string> {
  const internal = new Set<string>();
  const look = (coordinate: string, directives: readonly ConstDirectiveNode[] = []): void => {
    if (directives.some(isInternalTag)) internal.add(coordinate);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    look(type.name, type.astNode?.directives);
    const members =
      isObjectType(type) || isInterfaceType(type)
        ? Object.values(type.getFields())
        : isEnumType(type)
          ? type.getValues()
          : [];
    for (const member of members) look(`${type.name}.${member.name}`, member.astNode?.directives);
  }
  return internal;
}

/** `@tag(name: "internal")` */
function isInternalTag({ name, arguments: [given] = [] }: ConstDirectiveNode): boolean {
  return (
    name.value === 'tag' && given?.value.kind === Kind.STRING && given.value.value === 'internal'
  );
}
