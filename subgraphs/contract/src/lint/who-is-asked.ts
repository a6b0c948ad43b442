/** Who is asked: every root field and every list of Platform and Division says it, by arguments that exist. */
import { getNamedType, isInputObjectType, type GraphQLField, type GraphQLInputType } from 'graphql';
import { gatherOf, routeOf } from '../directives.ts';
import { has, outputFields, type LintFinding, type LintRule } from './rule.ts';

export const whoIsAsked: LintRule = {
  name: 'who-is-asked',
  *check(schema) {
    for (const { type, field, coordinate } of outputFields(schema)) {
      const routed = has(field, 'route');
      const gathered = has(field, 'gather');
      if (isAsked(type.name, field) && routed === gathered) {
        yield { coordinate, message: `${coordinate} needs one of @route and @gather.` };
      }
      const route = routeOf(type.name, field.name, schema);
      if (route) yield* checkPath(coordinate, field, route.path, 'ID!');
      const gather = gathered ? gatherOf(type.name, field.name, schema) : undefined;
      if (gather?.place) yield* checkPath(coordinate, field, gather.place, 'ID');
      if (gather?.platforms) yield* checkPath(coordinate, field, gather.platforms, '[ID!]');
      if (gather && type.name === 'Query' && !(gather.place && gather.platforms)) {
        yield {
          coordinate,
          message: `${coordinate} cannot be narrowed: name place and platforms.`,
        };
      }
    }
  },
};

/** Whether the net must know whom to ask for a field. */
function isAsked(typeName: string, field: GraphQLField<unknown, unknown>): boolean {
  if (typeName === 'Query' || typeName === 'Mutation') return true;
  if (typeName === 'Division') return field.name !== 'code';
  return typeName === 'Platform' && getNamedType(field.type).name.endsWith('Connection');
}

function* checkPath(
  coordinate: string,
  field: GraphQLField<unknown, unknown>,
  path: readonly string[],
  expected: string,
): Iterable<Omit<LintFinding, 'rule'>> {
  const [first, ...rest] = path;
  let type: GraphQLInputType | undefined = field.args.find(({ name }) => name === first)?.type;
  for (const name of rest) {
    const input: unknown = type && getNamedType(type);
    type = isInputObjectType(input) ? input.getFields()[name]?.type : undefined;
  }
  if (String(type) !== expected) {
    yield {
      coordinate,
      message: `${coordinate} has no argument ${path.join('.')}: ${expected}.`,
    };
  }
}
