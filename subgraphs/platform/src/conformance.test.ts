/** What the reference platform serves keeps the contract, for choices of modules and either version. */
import {
  checkConformance,
  contractModules,
  contractVersion,
  platformSdl,
  previousContractVersion,
  type ModuleName,
} from '@onenet/contract';
import { platforms } from '@onenet/platforms';
import { graphqlSync } from 'graphql';
import { expect, test } from 'vitest';
import { platformSchema } from './schema.ts';

const codes = platforms.map(({ code }) => code);

const mandatory = contractModules.filter(({ optional }) => !optional).map(({ name }) => name);
const optional = contractModules.filter((module) => module.optional).map(({ name }) => name);
const choices: readonly (readonly ModuleName[])[] = [
  mandatory,
  ...optional.map((name) => [...mandatory, name]),
  [...mandatory, ...optional],
];

test.each(
  [previousContractVersion, contractVersion].flatMap((version) =>
    choices.map((modules) => [version, modules] as const),
  ),
)('contract %s with %s', (version, modules) => {
  const served = servedSdl(platformSchema(modules, undefined, version));
  const found = checkConformance(served, '420100', codes);
  expect(found).toMatchObject({ findings: [], contractVersion: version, modules, additions: null });
  expect(found.lacks.toSorted()).toEqual(
    checkConformance(platformSdl(modules, version), '420100').lacks.toSorted(),
  );
});

test.each(platforms)('$code $nameEn', ({ code, modules, contractVersion: version }) => {
  const sdl = servedSdl(platformSchema(modules, code, version));
  const found = checkConformance(sdl, code, codes);
  expect(found.findings).toEqual([]);
  expect(found.contractVersion).toBe(version ?? contractVersion);
  expect(found.modules.toSorted()).toEqual(modules.toSorted());
});

function servedSdl(schema: ReturnType<typeof platformSchema>): string {
  const { data } = graphqlSync({ schema, source: '{ _service { sdl } }' });
  const { _service: service } = data as { _service: { readonly sdl: string } };
  return service.sdl;
}
