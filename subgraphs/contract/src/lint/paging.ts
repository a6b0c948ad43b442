/** Paging: one PageInfo, one shape of connection, and the four paging arguments on every one. */
import { getNamedType, isNonNullType, type GraphQLField } from 'graphql';
import { fieldsOf, has, outputFields, type LintFinding, type LintRule } from './rule.ts';

const pagingArguments = { first: 'Int', after: 'String', last: 'Int', before: 'String' } as const;

export const paging: LintRule = {
  name: 'paging',
  *check(schema) {
    for (const type of Object.values(schema.getTypeMap())) {
      const fields = fieldsOf(type);
      if (type.name !== 'PageInfo' && 'hasNextPage' in fields) {
        yield {
          coordinate: type.name,
          message: `${type.name} is a second PageInfo: use PageInfo.`,
        };
      }
      if (type.name.endsWith('Connection')) yield* checkConnection(type.name, fields);
    }
    for (const { field, coordinate } of outputFields(schema)) {
      if (!getNamedType(field.type).name.endsWith('Connection')) {
        if (has(field, 'gather')) {
          yield { coordinate, message: `${coordinate} is gathered, and must return a connection.` };
        }
        continue;
      }
      yield* checkPaged(coordinate, field);
    }
  },
};

function* checkConnection(
  name: string,
  fields: Readonly<Record<string, GraphQLField<unknown, unknown>>>,
): Iterable<Omit<LintFinding, 'rule'>> {
  const edge = fields['edges'] && getNamedType(fields['edges'].type);
  const node = fieldsOf(edge)['node'];
  const shape: readonly (readonly [string, string | undefined, string])[] = [
    ['edges', edge && String(fields['edges']?.type), `[${edge?.name}!]!`],
    ['pageInfo', fields['pageInfo'] && String(fields['pageInfo'].type), 'PageInfo!'],
    ['totalCount', fields['totalCount'] && String(fields['totalCount'].type), 'Int'],
    ['edges.cursor', String(fieldsOf(edge)['cursor']?.type), 'String!'],
    ['edges.node', node && String(node.type), `${node && getNamedType(node.type).name}!`],
  ];
  for (const [place, actual, expected] of shape) {
    if (actual === expected) continue;
    yield {
      coordinate: name,
      message: `${name}.${place} is ${actual ?? 'missing'}, and must be ${expected}.`,
    };
  }
}

function* checkPaged(
  coordinate: string,
  field: GraphQLField<unknown, unknown>,
): Iterable<Omit<LintFinding, 'rule'>> {
  if (isNonNullType(field.type)) {
    yield { coordinate, message: `${coordinate} must be nullable: an owner may not offer it.` };
  }
  for (const [name, type] of Object.entries(pagingArguments)) {
    const argument = field.args.find((candidate) => candidate.name === name);
    if (String(argument?.type) === type) continue;
    yield { coordinate, message: `${coordinate} needs the paging argument ${name}: ${type}.` };
  }
}
