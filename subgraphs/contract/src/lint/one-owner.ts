/** One owner: no path inside `municipal` leads from a record out of its owner, who would answer wrongly, in silence. */
import { getNamedType } from 'graphql';
import { has, isRecord, outputFields, type LintRule } from './rule.ts';

/** Where a field may lead to any owner, because the net asks each owner for its own. */
const roots: ReadonlySet<string> = new Set(['Query', 'Mutation']);

const provinces: ReadonlySet<string> = new Set(['Platform', 'Division']);

export const oneOwner: LintRule = {
  name: 'one-owner',
  *check(schema) {
    for (const { type, field, coordinate } of outputFields(schema)) {
      const target = getNamedType(field.type);
      if (provinces.has(target.name)) {
        yield {
          coordinate,
          message: `${coordinate} leads to ${target.name}: write its code, with @reference.`,
        };
      }
      // A payload or an edge gives the record that was asked for; a record must not lead to another.
      const leads = isRecord(target) || target.name === 'Record';
      if (leads && (isRecord(type) || provinces.has(type.name))) {
        yield {
          coordinate,
          message: `${coordinate} leads to a record, possibly another owner's: write its id, with @reference.`,
        };
      }
      if (has(field, 'gather') && !roots.has(type.name) && !provinces.has(type.name)) {
        yield {
          coordinate,
          message: `${coordinate} is gathered from many owners, below a record of one: hang it on the root or on Division.`,
        };
      }
    }
  },
};
