/** What a platform says that it offers, and whether it then answers it. */
import { checkConformance, contractModules } from '@onenet/contract';
import { getNamedType, isEnumType, isInputObjectType, isListType } from 'graphql';
import type { GraphQLArgument, GraphQLInputField } from 'graphql';
import { Violation, must, type Rule } from '../rule.ts';
import { selectionOf } from '../selection.ts';
import { cameIn, codesOf, type AuditedServer } from '../server.ts';

export const schemaRules: readonly Rule[] = [
  {
    id: 'M2',
    level: 'MUST',
    title: '`_service` gives an SDL that conforms to version N or N-1',
    module: 'core',
    async check(server) {
      const sent = '{ _service { sdl } }';
      if (server.sdl === undefined) {
        throw new Violation(sent, cameIn(await server.ask(sent)), 'A text under `_service.sdl`.');
      }
      const { findings } = checkConformance(server.sdl, server.code);
      const [first] = findings;
      must(
        first === undefined,
        sent,
        () =>
          `${first?.code ?? ''} at ${first?.coordinate ?? `line ${first?.line ?? '?'}`}: ${first?.message ?? ''}` +
          (findings.length > 1 ? ` (and ${findings.length - 1} more)` : ''),
        'An SDL that `./onenet contract sdl` would print, plus additions.',
      );
    },
  },
  {
    id: 'M3',
    level: 'MUST',
    title: 'What the SDL offers is answered, and nothing else is accepted',
    module: 'core',
    async check(server) {
      for (const { name } of server.offered.lists) await everythingAccepted(server, name);
      await refused(server, '{ notInTheContract }');
      for (const list of server.offered.lists) {
        if (!list.filter) continue;
        await refused(
          server,
          `query($filter: ${list.filter.name}) { ${list.name}(filter: $filter) { totalCount } }`,
          { filter: { notInTheContract: 1 } },
        );
      }
      const { modules } = server.offered;
      const missing = contractModules.filter(({ name }) => !modules.includes(name));
      return missing.length > 0
        ? `not offered: ${missing.map(({ name }) => name).join(', ')}`
        : undefined;
    },
  },
];

/** Selects every field of a list, with every argument, every input field and every enum value. */
async function everythingAccepted(server: AuditedServer, listName: string): Promise<void> {
  const { offered } = server;
  const field = offered.fields('Query').find(({ name }) => name === listName);
  if (!field) return;
  const names = offered.arguments('Query', listName);
  const args = field.args.filter(({ name }) => names.includes(name));
  // Paging both ways is refused, and is not what is asked here.
  const used = args.filter(({ name }) => !['last', 'before', 'after', 'orderBy'].includes(name));
  const declared = used.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const given = used.map(({ name }) => `${name}: $${name}`).join(', ');
  const selection = selectionOf(offered, getNamedType(field.type).name, { personal: true });
  const query = `query(${declared}) { ${listName}(${given}) { ${selection} } }`;
  const variables = Object.fromEntries(used.map((arg) => [arg.name, everything(server, arg)]));
  const exchange = await server.ask(query, { variables });
  const allowed = codesOf(exchange).every((code) => code === 'SCOPE_REQUIRED');
  must(
    allowed && exchange.data != null,
    exchange.sent,
    () => cameIn(exchange),
    'Data, with no error but SCOPE_REQUIRED: all of it stands in the SDL.',
  );
}

/** A value that names everything and narrows nothing: each input field, each enum value. */
function everything(server: AuditedServer, input: GraphQLArgument | GraphQLInputField): unknown {
  const type = getNamedType(input.type);
  if (input.name === 'first') return 1;
  if (isInputObjectType(type) && input.name === 'filter') {
    const fields = server.offered.inputFields(type.name);
    return Object.fromEntries(fields.map((each) => [each.name, everything(server, each)]));
  }
  if (isEnumType(type) && isListType(input.type)) return server.offered.enumValues(type.name);
  return null;
}

async function refused(
  server: AuditedServer,
  query: string,
  variables?: Readonly<Record<string, unknown>>,
): Promise<void> {
  const exchange = await server.ask(query, variables ? { variables } : {});
  must(
    exchange.data == null && exchange.errors.length > 0,
    exchange.sent,
    () => cameIn(exchange),
    'An error and no data: an unknown filter that is passed over answers too much.',
  );
}
