/** Every field that an owner gives has a share attribute: its own, its type's, or that of what it carries. */
import { isInterfaceType, isObjectType } from 'graphql';
import { isNetField } from '../directives.ts';
import { carriedType, shareOn } from '../share.ts';
import { has, outputFields, type LintRule } from './rule.ts';

/** Where a page stands is nobody's. */
const ofNobody = new Set(['Query', 'Mutation', 'PageInfo']);

export const share: LintRule = {
  name: 'share',
  *check(schema) {
    for (const { type, field, coordinate } of outputFields(schema)) {
      if (isInterfaceType(type) || ofNobody.has(type.name)) continue;
      if (isNetField(type.name, field.name, schema)) continue;
      const attribute = shareOn(field, schema) ?? shareOn(carriedType(type) ?? type, schema);
      if (attribute === undefined) {
        yield {
          coordinate,
          message: `${coordinate} has no share attribute: write @share on it, or on ${(carriedType(type) ?? type).name}.`,
        };
      }
      if (attribute === 'UNCONDITIONAL' && has(field, 'requiresScopes')) {
        yield { coordinate, message: `${coordinate} is personal: it cannot be UNCONDITIONAL.` };
      }
    }
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) || carriedType(type) === undefined || !has(type, 'share')) continue;
      yield {
        coordinate: type.name,
        message: `${type.name} is shared as what it carries: take @share off it.`,
      };
    }
  },
};
