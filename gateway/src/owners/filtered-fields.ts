/**
 * Which field of a record an argument of its lists reads. A filter or an order on a field that an
 * owner withholds would tell what the field says, row by row: so it is withheld as the field is.
 *
 * An order says its field itself (`@order(by:)`). A filter's field says it by its name, in one of
 * the ways below, or stands in the table. What a mutation's input says is written, not read.
 */
import { carriedType, contractSchema, orderOf } from '@onenet/contract';
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isObjectType,
  type GraphQLObjectType,
} from 'graphql';

/** Filters whose name does not say what they read. */
const named: ReadonlyMap<string, string> = new Map([
  ['place', 'placeCode'],
  ['platforms', 'platformCode'],
  ['overdueNow', 'overdue'],
  ['inTransfer', 'status'],
  ['escalationAtLeast', 'escalationLevel'],
  ['paired', 'pairingCount'],
  ['used', 'useCount'],
]);

/** From a filter's name to its field's: `statuses`, `categories`, `submittedFrom`, `titleContains`. */
const ways: readonly (readonly [RegExp, string])[] = [
  [/^(\w+)$/, '$1'],
  [/^(\w+)(?:From|To)$/, '$1At'],
  [/^(\w+)Contains$/, '$1'],
  [/^(\w+)(?:AtMost|AtLeast)$/, '$1'],
  [/^(\w+)ies$/, '$1y'],
  [/^(\w+s)es$/, '$1'],
  [/^(\w+)s$/, '$1'],
];

/** The field of a record that a field of its filter reads; undefined: it names none. */
export function filteredField(record: GraphQLObjectType, input: string): string | undefined {
  const fields = record.getFields();
  const candidates = [
    named.get(input) ?? '',
    ...ways.flatMap(([way, to]) => (way.test(input) ? [input.replace(way, to)] : [])),
  ];
  return candidates.find((name) => fields[name]);
}

let cached: ReadonlyMap<string, ReadonlySet<string>> | undefined;

/** Coordinates of the filters and orders that read a field, by the field's coordinate. */
export function inputsReading(field: string): ReadonlySet<string> | undefined {
  return (cached ??= readInputs()).get(field);
}

function readInputs(): ReadonlyMap<string, ReadonlySet<string>> {
  const inputs = new Map<string, Set<string>>();
  const add = (field: string, input: string): void => {
    inputs.set(field, (inputs.get(field) ?? new Set()).add(input));
  };
  for (const [record, filter, order] of lists()) {
    if (isInputObjectType(filter)) {
      for (const name of Object.keys(filter.getFields())) {
        const field = filteredField(record, name);
        if (field !== undefined) add(`${record.name}.${field}`, `${filter.name}.${name}`);
      }
    }
    const by = isInputObjectType(order) && order.getFields()['field'];
    const values = by && getNamedType(by.type);
    if (!isEnumType(values)) continue;
    for (const { name } of values.getValues()) {
      const field = orderOf(values.name, name)?.path[0];
      if (field !== undefined) add(`${record.name}.${field}`, `${values.name}.${name}`);
    }
  }
  return inputs;
}

/** Every list of the contract: what it holds, and the types of its filter and its order. */
export function lists(): readonly (readonly [GraphQLObjectType, unknown, unknown])[] {
  return Object.values(contractSchema().getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) || type.name === 'Mutation') return [];
    return Object.values(type.getFields()).flatMap(({ type: list, args }) => {
      const record = carriedType(getNamedType(list));
      const typeOf = (name: string): unknown => {
        const argument = args.find((each) => each.name === name);
        return argument && getNamedType(argument.type);
      };
      return record ? [[record, typeOf('filter'), typeOf('orderBy')] as const] : [];
    });
  });
}
