/** Personal fields: tagged, behind a scope, nullable, and with the masked form that most callers need beside them. */
import { isInterfaceType, isNonNullType } from 'graphql';
import { accessDirectives } from '../access.ts';
import { applications, has, outputFields, type LintRule, type OutputField } from './rule.ts';

/** Fields that can be shown in part; free text cannot, and is withheld whole. */
const maskable = /(name|phone|number|address)$/i;

export const personal: LintRule = {
  name: 'personal',
  *check(schema) {
    for (const output of outputFields(schema)) {
      const { type, field, coordinate } = output;
      if (isInterfaceType(type) && [...accessDirectives].some((name) => has(field, name))) {
        yield {
          coordinate,
          message: `${coordinate} is of an interface: composers refuse scopes there.`,
        };
      }
      if (isPersonal(output) !== has(field, 'requiresScopes')) {
        yield {
          coordinate,
          message: `${coordinate} needs both @tag(name: "personal") and @requiresScopes, or neither.`,
        };
      }
      if (!isPersonal(output)) continue;
      if (isNonNullType(field.type)) {
        yield { coordinate, message: `${coordinate} is personal: make it nullable.` };
      }
      const masked = `masked${field.name.charAt(0).toUpperCase()}${field.name.slice(1)}`;
      if (maskable.test(field.name) && !(masked in type.getFields())) {
        yield { coordinate, message: `${coordinate} needs ${type.name}.${masked} beside it.` };
      }
    }
  },
};

function isPersonal({ field }: OutputField): boolean {
  return applications(field, 'tag').some((tag) =>
    tag.arguments?.some(
      ({ name, value }) => name.value === 'name' && 'value' in value && value.value === 'personal',
    ),
  );
}
