/** What a platform serves is what the contract says, for choices of modules, in either version. */
import {
  contractModules,
  contractVersion,
  platformSdl,
  previousContractVersion,
  type ContractVersion,
  type ModuleName,
} from '@onenet/contract';
import { Kind, graphqlSync, parse, print, visit, type ASTNode } from 'graphql';
import { expect, test } from 'vitest';
import { platformSchema } from './schema.ts';

const every = contractModules.map(({ name }) => name);
const mandatory = contractModules.filter(({ optional }) => !optional).map(({ name }) => name);
const optional = contractModules.filter((module) => module.optional).map(({ name }) => name);

/** None of the optional ones, each alone, all but each, all. */
const choices: readonly (readonly ModuleName[])[] = [
  mandatory,
  ...optional.map((name) => [...mandatory, name]),
  ...optional.map((name) => every.filter((other) => other !== name)),
  every,
];

test.each(
  [previousContractVersion, contractVersion].flatMap((version) =>
    choices.map((modules) => [version, modules.join(' '), modules] as const),
  ),
)('contract %s, %s: the served SDL is the contract’s', (version, _name, modules) => {
  expect(structure(servedSdl(modules, version))).toBe(structure(platformSdl(modules, version)));
});

test('platforms with the same modules share a schema', () => {
  expect(platformSchema(['requests', 'core'])).toBe(platformSchema(['core', 'requests']));
});

function servedSdl(modules: readonly ModuleName[], version: ContractVersion): string {
  const answer = graphqlSync({
    schema: platformSchema(modules, undefined, version),
    source: '{ _service { sdl } }',
  });
  const { _service: service } = answer.data as { _service: { readonly sdl: string } };
  return service.sdl;
}

/** An SDL's types, fields, arguments and directives, sorted and without descriptions. */
function structure(sdl: string): string {
  const document = visit(parse(sdl, { noLocation: true }), {
    leave: (node) => (node.kind === Kind.DOCUMENT ? undefined : sorted(node)),
  });
  return document.definitions.map(print).toSorted().join('\n\n');
}

/** A node with its parts in the order of their text, in which printers differ. */
function sorted(node: ASTNode): ASTNode {
  const parts = Object.entries(node).map(([key, value]) => [
    key,
    Array.isArray(value) && key !== 'values' && key !== 'arguments'
      ? value.toSorted((a, b) => (print(a) < print(b) ? -1 : 1))
      : value,
  ]);
  return { ...Object.fromEntries(parts), description: undefined };
}
