/** Everything of the contract that can be asked at a place, with the decision on each field. */
import { contractSchema, gatherOf, isNetField, keyField, references } from '@onenet/contract';
import {
  getNamedType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  type GraphQLObjectType,
} from 'graphql';
import { decisionOn, type Need } from './share-decisions.ts';

/** An object type, and what is asked of it. */
export interface Asked {
  readonly typeName: string;
  readonly fields: readonly AskedField[];
}

export interface AskedField {
  readonly name: string;
  readonly coordinate: string;
  /** All of them; none of what the net fills. */
  readonly needs: readonly Need[];
  readonly args?: string;
  /** A list of which an owner that refuses is left out. */
  readonly gathered: boolean;
  /** By type, where there are several. */
  readonly below: readonly Asked[];
}

/** A field, with everything below it; other records than its own stand there by their id. */
export function wholeField(typeName: string, name: string, args = '', record?: string): AskedField {
  const type = objectType(typeName).getFields()[name];
  if (!type) throw new Error(`There is no ${typeName}.${name}.`);
  const named = getNamedType(type.type);
  const isNet = typeName === 'PageInfo' || isNetField(typeName, name);
  const decision = isNet ? undefined : decisionOn(typeName, name);
  const possible = isAbstractType(named) ? contractSchema().getPossibleTypes(named) : [named];
  return {
    name,
    coordinate: `${typeName}.${name}`,
    needs: decision ? [decision] : [],
    args,
    gathered: gatherOf(typeName, name) !== undefined,
    below: isLeafType(named)
      ? []
      : possible.filter((each) => isObjectType(each)).map((each) => whole(each, record)),
  };
}

/** All fields of a type. */
function whole(type: GraphQLObjectType, record: string | undefined): Asked {
  const isRecord = type
    .getInterfaces()
    .some((each) => isInterfaceType(each) && each.name === 'Record');
  const isOther = isRecord && type.name !== record;
  const names = Object.keys(type.getFields()).filter((name) => !isOther || name === 'id');
  const fields = names.map((name) => wholeField(type.name, name, '', record));
  return { typeName: type.name, fields: isOther ? fields : [...fields, ...links(type.name)] };
}

/** What a record's ids lead to: a hop to wherever that is. */
function links(typeName: string): readonly AskedField[] {
  return references()
    .filter(({ owner }) => owner === typeName)
    .map(({ idField, as, type }) => {
      const key = keyField(type);
      const names = Object.entries(objectType(type).getFields())
        .filter(([, field]) => isLeafType(getNamedType(field.type)))
        .map(([name]) => name);
      return {
        name: as,
        coordinate: `${typeName}.${as}`,
        needs: [decisionOn(typeName, idField), decisionOn(type, key)],
        gathered: false,
        below: [{ typeName: type, fields: names.map((name) => wholeField(type, name)) }],
      };
    });
}

/** The text of a selection. */
export function textOf({ name, args = '', below }: AskedField): string {
  if (below.length === 0) return `${name}${args}`;
  const fieldsOf = ({ fields }: Asked): string => fields.map((field) => textOf(field)).join(' ');
  const [only, ...others] = below;
  const inner =
    only && others.length === 0
      ? fieldsOf(only)
      : below.map((each) => `... on ${each.typeName} { ${fieldsOf(each)} }`).join(' ');
  return `${name}${args} { __typename ${inner} }`;
}

/** The coordinates of a selection that an owner answers. */
export function* coordinatesIn({ coordinate, needs, below }: AskedField): Generator<string> {
  if (needs.length === 1) yield coordinate;
  for (const { fields } of below) for (const field of fields) yield* coordinatesIn(field);
}

function objectType(name: string): GraphQLObjectType {
  const type = contractSchema().getType(name);
  if (!isObjectType(type)) throw new Error(`${name} is no object type.`);
  return type;
}
