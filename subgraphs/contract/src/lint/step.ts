/** Life cycles: what `@step` says is a machine in which every status can be reached, by mutations that give the record. */
import {
  getNamedType,
  isEnumType,
  isObjectType,
  type GraphQLEnumType,
  type GraphQLSchema,
} from 'graphql';
import { routeOf, stepOf, type StepRule } from '../directives.ts';
import { fieldsOf, has, isRecord, type LintFinding, type LintRule } from './rule.ts';

/** What a transfer makes of a record, whose steps are of several types at once. */
const ofTransfers: ReadonlySet<string> = new Set(['IN_TRANSFER', 'TRANSFERRED']);

export const step: LintRule = {
  name: 'step',
  *check(schema) {
    const machines = new Map<string, StepRule[]>();
    for (const field of Object.values(fieldsOf(schema.getMutationType()))) {
      if (!has(field, 'step')) continue;
      const rule = stepOf(field.name, schema);
      const statuses = rule && statusesOf(schema, rule.of);
      const coordinate = `Mutation.${field.name}`;
      if (!rule || !statuses) {
        yield {
          coordinate,
          message: `${coordinate} is a step of ${rule?.of}, which is no record with a status of an enum.`,
        };
        continue;
      }
      yield* checkStep(coordinate, rule, statuses, schema);
      machines.set(rule.of, [...(machines.get(rule.of) ?? []), rule]);
    }
    for (const [of, steps] of machines) yield* checkReached(of, steps, statusesOf(schema, of));
  },
};

type Finding = Omit<LintFinding, 'rule'>;

function* checkStep(
  coordinate: string,
  { of, from, to }: StepRule,
  statuses: GraphQLEnumType,
  schema: GraphQLSchema,
): Iterable<Finding> {
  const name = coordinate.replace('Mutation.', '');
  for (const status of [...from, ...(to === null ? [] : [to])]) {
    if (statuses.getValue(status)) continue;
    yield { coordinate, message: `${coordinate}: ${statuses.name} has no ${status}.` };
  }
  if (from.length === 0 && to === null) {
    yield {
      coordinate,
      message: `${coordinate} makes a ${of} (\`from\` is empty): say its first status by \`to\`.`,
    };
  }
  // What makes a record cannot name it yet; what moves one must.
  const names = routeOf('Mutation', name, schema)?.names;
  if (names !== (from.length === 0 ? 'PLATFORM' : 'ID')) {
    yield {
      coordinate,
      message: `${coordinate} is routed by ${names === 'PLATFORM' ? 'a platform' : 'an id'}, and \`from\` is ${from.length === 0 ? 'empty' : 'not'}: a step makes a record at a platform, or moves the one of an id.`,
    };
  }
  const payload = schema.getMutationType()?.getFields()[name]?.type;
  const given = Object.values(fieldsOf(payload && getNamedType(payload)));
  if (!given.some(({ type }) => getNamedType(type).name === of)) {
    yield { coordinate, message: `${coordinate} is a step of ${of}: give it in the payload.` };
  }
}

/** Every status is one that a record comes to, from one in which it is made. */
function* checkReached(
  of: string,
  steps: readonly StepRule[],
  statuses: GraphQLEnumType | undefined,
): Iterable<Finding> {
  const reached = new Set<string>();
  const leads = ({ from, to }: StepRule): boolean =>
    to !== null &&
    !reached.has(to) &&
    (from.length === 0 || from.some((each) => reached.has(each)));
  for (let next = steps.find(leads); next?.to; next = steps.find(leads)) reached.add(next.to);
  for (const { name } of statuses?.getValues() ?? []) {
    if (reached.has(name) || ofTransfers.has(name)) continue;
    yield {
      coordinate: `${statuses?.name}.${name}`,
      message: `No steps lead a ${of} to ${name}: add one, or leave the status out.`,
    };
  }
}

function statusesOf(schema: GraphQLSchema, typeName: string): GraphQLEnumType | undefined {
  const type = schema.getType(typeName);
  const status = isObjectType(type) && isRecord(type) ? type.getFields()['status'] : undefined;
  const statuses = status && getNamedType(status.type);
  return isEnumType(statuses) ? statuses : undefined;
}
