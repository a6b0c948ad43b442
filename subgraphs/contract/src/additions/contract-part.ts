/** What additions may know of the contract: its records, and the leaves that they may use. */
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isSpecifiedScalarType,
  type GraphQLNamedType,
} from 'graphql';
import { contractSchema } from '../schema.ts';

/** Types that frameworks print and Federation owns. */
const federationsOwn =
  /^(?:_Service|_Any|_Entity|_?(?:FieldSet|Scope|Policy)|(?:link|federation|core)__\w+)$/;

/** Fields of `Query` that Federation owns. */
export const federationsFields: ReadonlySet<string> = new Set(['_service', '_entities']);

/** The root types; only the first two exist in the net. */
export const rootTypes: ReadonlySet<string> = new Set(['Query', 'Mutation']);

export function isFederationsOwn(typeName: string): boolean {
  return federationsOwn.test(typeName);
}

/** A type of the contract; undefined for a platform's own, and for those of GraphQL itself. */
export function contractType(typeName: string): GraphQLNamedType | undefined {
  const type = contractSchema().getType(typeName);
  return type && !isSpecifiedScalarType(type) ? type : undefined;
}

/** Whether the contract has a member: a field, an input field or an enum value. */
export function contractHas(type: GraphQLNamedType, member: string): boolean {
  if (isEnumType(type)) return type.getValue(member) !== undefined;
  const hasFields = isObjectType(type) || isInterfaceType(type) || isInputObjectType(type);
  return hasFields && Object.hasOwn(type.getFields(), member);
}

/** A record, a platform or a division: what has a key. */
export function isContractEntity(typeName: string): boolean {
  const directives = contractType(typeName)?.astNode?.directives ?? [];
  return directives.some((directive) => directive.name.value === 'key');
}

/** Whether an addition's field or argument may be of this type of the contract. */
export function isShared(typeName: string): boolean {
  if (typeName === 'PageInfo') return true;
  const type = contractType(typeName);
  const ofTheNet = type?.astNode?.directives?.some((directive) => directive.name.value === 'net');
  return isLeafType(type) && !ofTheNet && !['OrderKey', 'ShareAttribute'].includes(typeName);
}
