/** Order: what lists are ordered by is named in the contract, never null, and of the type that its key says. */
import { getNamedType, isEnumType, isNonNullType, type GraphQLSchema } from 'graphql';
import { gatherOf, orderOf, type GatherRule } from '../directives.ts';
import {
  enumValues,
  fieldsOf,
  has,
  outputFields,
  type LintFinding,
  type LintRule,
} from './rule.ts';

const keyTypes = { STRING: 'String', TIME: 'DateTime', INT: 'Int' } as const;

export const order: LintRule = {
  name: 'order',
  *check(schema) {
    for (const { enumName, value } of enumValues(schema)) {
      if (enumName.endsWith('OrderField') && !has(value, 'order')) {
        yield {
          coordinate: `${enumName}.${value.name}`,
          message: `${enumName}.${value.name} does not say what it sorts by: add @order.`,
        };
      }
    }
    for (const { type, field, coordinate } of outputFields(schema)) {
      if (!has(field, 'gather')) continue;
      const rule = gatherOf(type.name, field.name, schema);
      if (!rule) continue;
      const values = enumValues(schema).filter(({ enumName }) => enumName === rule.orderEnum);
      if (!values.some(({ value }) => value.name === rule.order)) {
        yield {
          coordinate,
          message: `${coordinate} is ordered by ${rule.order}, which ${rule.orderEnum} does not have.`,
        };
      }
      const args = new Set(field.args.map((argument) => argument.name));
      for (const { value } of values) yield* checkKey(schema, rule, value.name, args);
    }
  },
};

function* checkKey(
  schema: GraphQLSchema,
  gather: GatherRule,
  value: string,
  args: ReadonlySet<string>,
): Iterable<Omit<LintFinding, 'rule'>> {
  const rule = orderOf(gather.orderEnum, value, schema);
  if (!rule) return;
  const coordinate = `${gather.orderEnum}.${value}`;
  const [name, ...deeper] = rule.path;
  const field = fieldsOf(schema.getType(gather.nodeType))[name ?? ''];
  if (!field || deeper.length > 0) {
    yield { coordinate, message: `${gather.nodeType} has no field ${rule.path.join('.')}.` };
    return;
  }
  if (rule.needs === undefined ? !isNonNullType(field.type) : !args.has(rule.needs)) {
    yield {
      coordinate,
      message: `${gather.nodeType}.${field.name} may be null, so nothing can be ordered by it.`,
    };
  }
  const expected = keyTypes[rule.key];
  const type = getNamedType(field.type);
  const actual = type.name;
  // An enum's key is the name of its value.
  if (actual !== expected && !(rule.key === 'STRING' && isEnumType(type))) {
    yield {
      coordinate,
      message: `A key of kind ${rule.key} is a ${expected}; ${gather.nodeType}.${field.name} is a ${actual}.`,
    };
  }
}
