/** References: every id in a record that names another thing says what it leads to, and as which field. */
import { getNamedType, isObjectType } from 'graphql';
import { references } from '../references.ts';
import { fieldsOf, has, isRecord, outputFields, type LintRule } from './rule.ts';

export const reference: LintRule = {
  name: 'reference',
  *check(schema) {
    for (const { type, field, coordinate } of outputFields(schema)) {
      const isId = getNamedType(field.type).name === 'ID';
      if (isRecord(type) && isId && field.name !== 'id' && !has(field, 'reference')) {
        yield {
          coordinate,
          message: `${coordinate} is an id: say what it leads to, by @reference.`,
        };
      }
      if (has(field, 'reference') && !isObjectType(type)) {
        yield {
          coordinate,
          message: `${coordinate} is a reference of an interface: put it on the types.`,
        };
      }
      if (has(field, 'reference') && !['ID', 'ID!'].includes(String(field.type))) {
        yield {
          coordinate,
          message: `${coordinate} is a ${String(field.type)}; a reference is one ID.`,
        };
      }
    }
    const derived = new Set<string>();
    for (const { owner, idField, type, as } of references(schema)) {
      const coordinate = `${owner}.${idField}`;
      const target = schema.getType(type);
      if (!isObjectType(target) || !has(target, 'key')) {
        yield {
          coordinate,
          message: `${coordinate} leads to ${type}, which is no object with a key.`,
        };
      }
      if (as in fieldsOf(schema.getType(owner)) || derived.has(`${owner}.${as}`)) {
        yield {
          coordinate,
          message: `${coordinate} derives ${owner}.${as}, which is there already.`,
        };
      }
      derived.add(`${owner}.${as}`);
    }
  },
};
