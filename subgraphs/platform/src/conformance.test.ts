/** What the reference platform serves keeps the contract, for every choice of modules and either version. */
import { checkConformance, contractVersions, type ModuleName } from '@onenet/contract';
import { platforms } from '@onenet/platforms';
import { graphqlSync } from 'graphql';
import { expect, test } from 'vitest';
import { platformSchema } from './schema.ts';

const codes = platforms.map(({ code }) => code);

const lacked = {
  '1.0': [
    'ServiceRequest.feedbackCount',
    'ServiceRequest.history(newest:)',
    'Channel.MINI_PROGRAM',
    'ServiceRequestFilter.ratingAtMost',
    'ServiceRequestOrderField.CATEGORY',
  ],
  '1.1': [],
};

const mandatory: readonly ModuleName[] = ['core', 'organizations', 'requests'];
const choices: readonly (readonly ModuleName[])[] = [
  [],
  ['members'],
  ['content'],
  ['members', 'content'],
];

test.each(
  contractVersions.flatMap((version) =>
    choices.map((optional) => [version, [...mandatory, ...optional]] as const),
  ),
)('contract %s with %s', (version, modules) => {
  const sdl = servedSdl(platformSchema(modules, undefined, version));
  expect(checkConformance(sdl, '420100', codes)).toEqual({
    findings: [],
    contractVersion: version,
    modules,
    lacks: lacked[version],
    additions: null,
  });
});

test.each(platforms)('$code $nameEn', ({ code, modules, contractVersion }) => {
  const sdl = servedSdl(platformSchema(modules, code, contractVersion));
  const found = checkConformance(sdl, code, codes);
  expect(found.findings).toEqual([]);
  expect(found.contractVersion).toBe(contractVersion ?? '1.1');
  expect(found.modules.toSorted()).toEqual(modules.toSorted());
});

function servedSdl(schema: ReturnType<typeof platformSchema>): string {
  const { data } = graphqlSync({ schema, source: '{ _service { sdl } }' });
  const { _service: service } = data as { _service: { readonly sdl: string } };
  return service.sdl;
}
