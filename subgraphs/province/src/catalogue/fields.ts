/** The catalogue's entries: each field that belongs to an owner, as the contract and what owners add to it say. */
import {
  additionsScope,
  allNeeds,
  contractSchema,
  sinceOf,
  type ModuleName,
  type ShareAttribute,
} from '@onenet/contract';
import {
  Kind,
  isObjectType,
  parse,
  print,
  valueFromASTUntyped,
  type FieldDefinitionNode,
} from 'graphql';
import type { RegistryEntry } from '../registry/entry.ts';
import { modulesOf } from '../registry/entry.ts';

/** How old what a field says may be: `FieldFreshness` of province.graphql. */
export type FieldFreshness = 'AT_REQUEST' | 'AS_RECORDED';

/** A field, with what it takes to have it. */
export interface CatalogueField {
  readonly coordinate: string;
  /** `additions`: what one platform has beyond the contract. */
  readonly module: string;
  /** As GraphQL writes it. */
  readonly type: string;
  readonly description: string | null;
  readonly unit: string | null;
  readonly share: ShareAttribute;
  readonly scope: string;
  readonly isPersonal: boolean;
  /** The version of the contract that brought it; null for an addition. */
  readonly since: string | null;
  readonly freshness: FieldFreshness;
  /** Of `AS_RECORDED`: the field that says of when it is. */
  readonly freshAt: string | null;
  /** The platform that adds it; null for the contract's. */
  readonly addedBy: string | null;
}

/** By the end of a field's name, or the whole of it: the contract writes units into names. */
const units: Readonly<Record<string, string>> = {
  Fen: 'fen',
  Percent: '%',
  Metres: 'm',
  Minutes: 'min',
  Days: 'd',
  latitude: '°',
  longitude: '°',
};

/**
 * What an owner does not know itself, or counted once, by the field that says when. All else it reads
 * from its own records when it is asked: the gateway keeps no answer, so nothing is older than that.
 */
const recordedAt: Readonly<Record<string, string>> = {
  'DepartmentCheck.outcome': 'DepartmentCheck.at',
  'MatchRun.asked': 'MatchRun.endedAt',
  'MatchRun.matched': 'MatchRun.endedAt',
};

/** The module of what owners add. */
export const additionsModule = 'additions';

let contractPart: readonly CatalogueField[] | undefined;

/** Of the contract: module by module, in the order of the text. */
export function contractFields(): readonly CatalogueField[] {
  return (contractPart ??= readContract());
}

function readContract(): readonly CatalogueField[] {
  const schema = contractSchema();
  return [...allNeeds()].flatMap(([coordinate, { attribute, scope }]): CatalogueField[] => {
    const [typeName = '', name = ''] = coordinate.split('.');
    const type = schema.getType(typeName);
    const field = isObjectType(type) ? type.getFields()[name] : undefined;
    if (!field) return [];
    return [
      {
        coordinate,
        module: moduleOf(scope),
        type: String(field.type),
        description: field.description ?? null,
        unit: unitOf(name),
        share: attribute,
        scope,
        isPersonal: isPersonal(scope),
        since: sinceOf(field.astNode),
        ...freshnessOf(coordinate),
        addedBy: null,
      },
    ];
  });
}

const additionsRead = new WeakMap<object, readonly CatalogueField[]>();

/** What a platform has beyond the contract, in the order of its text. */
export function addedFields({ _id: code, current }: RegistryEntry): readonly CatalogueField[] {
  const additions = current?.additions;
  if (!additions) return [];
  const known = additionsRead.get(additions);
  if (known) return known;
  const fields = parse(additions.sdl, { noLocation: true }).definitions.flatMap((node) => {
    const isObject =
      node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION;
    if (!isObject) return [];
    return (node.fields ?? []).map((field) => addedField(node.name.value, field, code));
  });
  additionsRead.set(additions, fields);
  return fields;
}

function addedField(typeName: string, field: FieldDefinitionNode, code: string): CatalogueField {
  const scopes = argumentsOf(field, 'requiresScopes', 'scopes').flat(2).map(String);
  const scope = scopes.find(isPersonal) ?? additionsScope;
  return {
    coordinate: `${typeName}.${field.name.value}`,
    module: additionsModule,
    type: print(field.type),
    description: field.description?.value ?? null,
    unit: unitOf(field.name.value),
    share: sharedBy(argumentsOf(field, 'tag', 'name')),
    scope,
    isPersonal: isPersonal(scope),
    since: null,
    ...freshnessOf(`${typeName}.${field.name.value}`),
    addedBy: code,
  };
}

/** An owner shares what it adds by a tag, and nothing without one. */
function sharedBy(tags: readonly unknown[]): ShareAttribute {
  if (tags.includes('share-unconditional')) return 'UNCONDITIONAL';
  return tags.includes('share-conditional') ? 'CONDITIONAL' : 'NOT_SHARED';
}

/** One argument of each application of a directive. */
function argumentsOf(field: FieldDefinitionNode, name: string, argument: string): unknown[] {
  return (field.directives ?? [])
    .filter((applied) => applied.name.value === name)
    .flatMap(({ arguments: given = [] }) => given.filter((each) => each.name.value === argument))
    .map(({ value }) => valueFromASTUntyped(value));
}

/** Whether a platform has a field of the contract by its admitted version. */
export function offers(entry: RegistryEntry, { coordinate, module }: CatalogueField): boolean {
  const { current } = entry;
  if (!current) return false;
  // Everybody has what belongs to no module, such as the platform itself.
  const isOfModule = module === 'core' || modulesOf(entry).includes(module as ModuleName);
  const [typeName = ''] = coordinate.split('.');
  return isOfModule && !current.lacks.includes(coordinate) && !current.lacks.includes(typeName);
}

function moduleOf(scope: string): string {
  return scope.split(':', 1)[0] ?? '';
}

function isPersonal(scope: string): boolean {
  return scope.endsWith(':personal');
}

function freshnessOf(coordinate: string): Pick<CatalogueField, 'freshness' | 'freshAt'> {
  const freshAt = recordedAt[coordinate] ?? null;
  return { freshness: freshAt === null ? 'AT_REQUEST' : 'AS_RECORDED', freshAt };
}

function unitOf(name: string): string | null {
  return Object.entries(units).find(([ending]) => name.endsWith(ending))?.[1] ?? null;
}
