/** What third parties may have of the contract: each field's share attribute, and the scope that a caller and a grant need for it. */
import {
  getDirectiveValues,
  getNamedType,
  isInterfaceType,
  isObjectType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { accessRules } from './access.ts';
import { isNetField } from './directives.ts';
import { fieldModule, typeModule } from './field-module.ts';
import { contractModules, type ModuleName } from './modules.ts';
import { contractSchema } from './schema.ts';

/** 无条件, 有条件, 不予共享; each stricter than the one before. */
export const shareAttributes = ['UNCONDITIONAL', 'CONDITIONAL', 'NOT_SHARED'] as const;
export type ShareAttribute = (typeof shareAttributes)[number];

/** What it takes to have a field. */
export interface Need {
  readonly attribute: ShareAttribute;
  /** `<module>:read`, `<module>:write` or `<module>:personal`; another where `@share` says it. */
  readonly scope: string;
  /** Whether `@share` says the scope; else it follows from the module. */
  readonly isSaid?: true;
}

/** What a field of the contract needs; undefined for what belongs to no owner: pages, completeness, `__typename`. */
export function needOf(typeName: string, fieldName: string): Need | undefined {
  return allNeeds().get(`${typeName}.${fieldName}`);
}

/** Every field of the contract's object types that belongs to an owner, with what it needs, by coordinate. */
export function allNeeds(): ReadonlyMap<string, Need> {
  return (cached ??= readNeeds(contractSchema()));
}

let cached: ReadonlyMap<string, Need> | undefined;

/** The scope of what everybody may have who has credentials: it is given to nobody, and nobody lacks it. */
export const coreScope = 'core:read';

/** Scopes that a client may be given, in the order of the modules. */
export function scopeNames(): readonly string[] {
  const used = new Set([...allNeeds().values()].map(({ scope }) => scope));
  used.delete(coreScope);
  return contractModules
    .flatMap(({ name }) =>
      ['read', 'write', 'lookup', 'personal']
        .map((kind) => `${name}:${kind}`)
        .filter((scope) => used.has(scope)),
    )
    .concat(additionsScope, statisticsScope);
}

/** Those that an owner may grant. */
export function grantableScopes(): readonly string[] {
  return scopeNames().filter((scope) => scope !== statisticsScope);
}

/** The scope of what owners add to the contract. */
export const additionsScope = 'additions:read';

/** The scope of the province's own figures of months and places. */
const statisticsScope = 'statistics:read';

/** The object type that a connection, an edge or a payload carries; undefined for any other type. */
export function carriedType(type: GraphQLNamedType): GraphQLObjectType | undefined {
  if (!isObjectType(type)) return undefined;
  const carried = Object.values(type.getFields())
    .filter((field) => isCarrying(type.name, field.name))
    .map((field) => getNamedType(field.type))
    .find((each) => isObjectType(each));
  return carried && (carriedType(carried) ?? carried);
}

function isCarrying(typeName: string, fieldName: string): boolean {
  if (typeName.endsWith('Connection')) return fieldName === 'edges';
  if (typeName.endsWith('Edge')) return fieldName === 'node';
  return typeName.endsWith('Payload');
}

/** What `@share` says of a type or a field; undefined where it says nothing. */
export function shareOn(
  element: GraphQLNamedType | GraphQLField<unknown, unknown>,
  schema: GraphQLSchema = contractSchema(),
): ShareAttribute | undefined {
  const attribute = sharing(element, schema)?.['attribute'];
  return shareAttributes.find((known) => known === attribute);
}

/** What stands in the `@share` of a type or a field. */
function sharing(
  { astNode }: GraphQLNamedType | GraphQLField<unknown, unknown>,
  schema: GraphQLSchema,
): Readonly<Record<string, unknown>> | undefined {
  const directive = schema.getDirective('share');
  return directive && astNode ? getDirectiveValues(directive, astNode) : undefined;
}

/** Types whose fields lead to records of several kinds: each is shared as what it leads to. */
const roots: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Platform', 'Division']);

function readNeeds(schema: GraphQLSchema): ReadonlyMap<string, Need> {
  const rules = accessRules(schema);
  const needs = new Map<string, Need>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`;
      const attribute = attributeOf(type, field, schema);
      if (attribute === undefined) continue;
      const personal = rules.get(coordinate)?.scopes?.[0]?.[0];
      const said = scopeSaid(type, field, schema);
      needs.set(coordinate, {
        attribute,
        scope: personal ?? said ?? scopeOf(type, field),
        ...(personal === undefined && said !== undefined && { isSaid: true }),
      });
    }
  }
  return needs;
}

function attributeOf(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  schema: GraphQLSchema,
): ShareAttribute | undefined {
  const own = shareOn(field, schema);
  if (own) return own;
  // Who may change something is a matter of grants, whatever it is.
  if (type.name === 'Mutation') return 'CONDITIONAL';
  if (isNetField(type.name, field.name, schema)) return undefined;
  const named = getNamedType(field.type);
  const leadsTo = isInterfaceType(named) ? undefined : shareOn(carriedType(named) ?? named, schema);
  if (roots.has(type.name)) return leadsTo ?? shareOn(type, schema);
  return strictest(leadsTo, shareOn(carriedType(type) ?? type, schema));
}

function strictest(
  ...attributes: readonly (ShareAttribute | undefined)[]
): ShareAttribute | undefined {
  return shareAttributes.findLast((attribute) => attributes.includes(attribute));
}

/** The scope that the field's `@share` says, or that of the type which it leads to or stands in. */
function scopeSaid(
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
  schema: GraphQLSchema,
): string | undefined {
  const shared = carriedType(getNamedType(field.type)) ?? carriedType(type) ?? type;
  return [field, shared]
    .map((each) => sharing(each, schema)?.['scope'])
    .find((scope) => typeof scope === 'string');
}

function scopeOf(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): string {
  return `${moduleOf(type, field)}:${type.name === 'Mutation' ? 'write' : 'read'}`;
}

function moduleOf(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): ModuleName {
  if (type.name === 'Mutation') return fieldModule(type.name, field.name);
  const named = getNamedType(field.type);
  const carried = carriedType(named) ?? carriedType(type);
  return (
    (carried && typeModule(carried.name)) ??
    (roots.has(type.name) ? fieldModule(type.name, field.name) : typeModule(type.name)) ??
    'core'
  );
}
