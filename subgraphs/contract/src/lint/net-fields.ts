/** What the net fills: nullable fields on every gathered connection, and reached in no other way. */
import { getNamedType, isNonNullType } from 'graphql';
import { gatherOf } from '../directives.ts';
import { fieldsOf, has, outputFields, type LintRule } from './rule.ts';

const onGathered = { knownCount: 'Int', completeness: 'Completeness' } as const;

export const netFields: LintRule = {
  name: 'net-fields',
  *check(schema) {
    for (const { type, field, coordinate } of outputFields(schema)) {
      if (has(field, 'net') && isNonNullType(field.type)) {
        yield { coordinate, message: `${coordinate} is filled by the net: make it nullable.` };
      }
      const filled = has(field, 'net') || has(type, 'net');
      if (has(getNamedType(field.type), 'net') && !filled) {
        yield {
          coordinate,
          message: `${coordinate} has a type that no platform offers: add @net.`,
        };
      }
      if (!has(field, 'gather')) continue;
      const rule = gatherOf(type.name, field.name, schema);
      const fields = fieldsOf(schema.getType(rule?.connectionType ?? ''));
      for (const [name, expected] of Object.entries(onGathered)) {
        const given = fields[name];
        if (given && has(given, 'net') && String(given.type) === expected) continue;
        yield {
          coordinate,
          message: `${rule?.connectionType} needs ${name}: ${expected} @net, since ${coordinate} is gathered.`,
        };
      }
    }
  },
};
