/** Mutations: one input with an idempotency key, a nullable payload, and a list of who may call. */
import { getNamedType, isInputObjectType, isNonNullType } from 'graphql';
import { actorsOf } from '../directives.ts';
import { fieldsOf, type LintRule } from './rule.ts';

export const mutation: LintRule = {
  name: 'mutation',
  *check(schema) {
    for (const field of Object.values(fieldsOf(schema.getMutationType()))) {
      const coordinate = `Mutation.${field.name}`;
      const [argument, ...others] = field.args;
      const input: unknown = argument && getNamedType(argument.type);
      if (argument?.name !== 'input' || others.length > 0 || !isInputObjectType(input)) {
        yield { coordinate, message: `${coordinate} takes one argument, an input.` };
      } else if (String(input.getFields()['idempotencyKey']?.type) !== 'ID!') {
        yield { coordinate, message: `${input.name} needs idempotencyKey: ID!.` };
      }
      if (isNonNullType(field.type)) {
        yield { coordinate, message: `${coordinate} may fail alone: make its payload nullable.` };
      }
      if (!actorsOf(field.name, schema)?.length) {
        yield { coordinate, message: `${coordinate} does not say who may call it: add @actors.` };
      }
    }
  },
};
