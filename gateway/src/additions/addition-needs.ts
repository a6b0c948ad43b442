/**
 * What third parties may have of what owners add, as the owner itself tags it: `share-unconditional`
 * for every client that is admitted, `share-conditional` for one to which it granted
 * `additions:read`. What has no tag is for nobody else.
 *
 * A field's tag stands before its type's. What is added to the contract (a root field, a field of a
 * record) is shared as what it leads to, unless it has a tag of its own.
 */
import { accessRules, additionsScope, contractSchema, type ShareAttribute } from '@onenet/contract';
import {
  Kind,
  getNamedType,
  isInterfaceType,
  isObjectType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Needs } from '../owners/withheld.ts';

/** The tags by which an owner shares. */
const shareTags: ReadonlyMap<string, ShareAttribute> = new Map([
  ['share-unconditional', 'UNCONDITIONAL'],
  ['share-conditional', 'CONDITIONAL'],
]);

/** What each addition needs; the schema is that of the subgraph `additions`. */
export function additionNeeds(schema: GraphQLSchema): Needs {
  const rules = accessRules(schema);
  return new Map(
    Object.values(schema.getTypeMap())
      .filter((type) => isObjectType(type) && !type.name.startsWith('__'))
      .flatMap((type) =>
        Object.values((type as GraphQLObjectType).getFields())
          .filter(({ name }) => isAddition(type.name, name))
          .map((field) => {
            const coordinate = `${type.name}.${field.name}`;
            const personal = [coordinate, type.name].flatMap(
              (known) => rules.get(known)?.scopes?.flat() ?? [],
            );
            const attribute = attributeOf(type, field, personal.length > 0);
            const scopes = [additionsScope, ...personal];
            return [coordinate, scopes.map((scope) => ({ attribute, scope }))] as const;
          }),
      ),
  );
}

/** Whether a field is not of the contract. */
function isAddition(typeName: string, fieldName: string): boolean {
  const known = contractSchema().getType(typeName);
  if (!known) return true;
  const hasFields = isObjectType(known) || isInterfaceType(known);
  return hasFields && !(fieldName in known.getFields());
}

function attributeOf(
  type: GraphQLNamedType,
  field: GraphQLField<unknown, unknown>,
  isPersonal: boolean,
): ShareAttribute {
  const isOwn = contractSchema().getType(type.name) === undefined;
  const attribute = tagOn(field) ?? tagOn(isOwn ? type : getNamedType(field.type));
  // Who may change something, and what is of a person, is a matter of grants.
  const mayBeForAll = type.name !== 'Mutation' && !isPersonal;
  if (attribute === 'UNCONDITIONAL' && !mayBeForAll) return 'CONDITIONAL';
  return attribute ?? 'NOT_SHARED';
}

/** Of two tags the stricter one. */
function tagOn({
  astNode,
}: GraphQLNamedType | GraphQLField<unknown, unknown>): ShareAttribute | undefined {
  const attributes = (astNode?.directives ?? [])
    .filter(({ name }) => name.value === 'tag')
    .map(({ arguments: [name] = [] }) =>
      name?.value.kind === Kind.STRING ? shareTags.get(name.value.value) : undefined,
    );
  return attributes.includes('CONDITIONAL')
    ? 'CONDITIONAL'
    : attributes.find((attribute) => attribute !== undefined);
}
