/** Personal fields: nothing without a scope, and beside each the masked form. */
import { accessRules } from '@onenet/contract';
import { isPersonal } from '../personal.ts';
import { NotChecked, must, shown, type Rule } from '../rule.ts';
import { cameIn } from '../server.ts';

export const personalRules: readonly Rule[] = [
  {
    id: 'M13',
    level: 'MUST',
    title: 'Personal fields are given to nobody without their scope',
    module: 'core',
    async check(server) {
      const rules = accessRules(server.offered.contract);
      let checked = 0;
      for (const list of server.offered.lists) {
        const fields = server.offered.fields(list.node.name);
        const behind = fields.filter(
          (field) => isPersonal(field) && rules.has(`${list.node.name}.${field.name}`),
        );
        const masks = fields.filter(({ name }) => name.startsWith('masked'));
        if (behind.length === 0) continue;
        const names = [...behind, ...masks].map(({ name }) => name).join(' ');
        const exchange = await server.ask(
          `{ ${list.name}(first: 20) { edges { node { id ${names} } } } }`,
        );
        const connection = exchange.data?.[list.name] as
          | { edges?: readonly { node: Record<string, unknown> }[] }
          | null
          | undefined;
        must(
          connection != null,
          exchange.sent,
          () => cameIn(exchange),
          'The rows, with null for what is behind a scope.',
        );
        for (const { node } of connection.edges ?? []) {
          checked += 1;
          for (const { name } of behind) {
            must(
              node[name] == null,
              exchange.sent,
              () => `${name} of ${shown(node['id'])} is given`,
              'null.',
            );
          }
          for (const { name } of masks) {
            must(
              isMasked(node[name]),
              exchange.sent,
              () => `${name} is not masked`,
              'A text with *.',
            );
          }
        }
        for (const { extensions } of exchange.errors) {
          must(
            extensions?.['code'] === 'SCOPE_REQUIRED',
            exchange.sent,
            () => cameIn(exchange),
            'SCOPE_REQUIRED for each.',
          );
        }
      }
      if (checked === 0) throw new NotChecked('there is no record with personal fields');
    },
  },
];

/** What has one character has nothing to mask. */
function isMasked(value: unknown): boolean {
  return value == null || (typeof value === 'string' && (value.includes('*') || value.length < 2));
}
