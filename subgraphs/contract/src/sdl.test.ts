/** What is derived from the contract's text is valid, and leaves out what it must. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { isObjectType, parse, visit, type GraphQLSchema } from 'graphql';
import { expect, test } from 'vitest';
import { coordinatesOf } from './coordinates.ts';
import { contractModules, contractVersions, municipalSdl, platformSdl } from './index.ts';

const every = contractModules.map((module) => module.name);
const netDirective = /@(route|gather|order|reference|net|actors|step|since)\b/;

test('municipal is a valid subgraph, with what the net fills and without its directives', () => {
  const sdl = municipalSdl();
  expect(sdl).not.toMatch(netDirective);
  const schema = buildSubgraphSchema(parse(sdl));
  expect(fields(schema, 'ServiceRequestConnection')).toContain('completeness');
  expect(schema.getType('OrderKey')).toBeUndefined();
});

test('a platform that offers every module has no field that the net fills', () => {
  const sdl = platformSdl(every);
  expect(sdl).not.toMatch(netDirective);
  const schema = buildSubgraphSchema(parse(sdl));
  expect(fields(schema, 'ServiceRequestConnection')).toEqual(['edges', 'pageInfo', 'totalCount']);
  expect(schema.getType('Completeness')).toBeUndefined();
  expect(fields(schema, 'Organization')).toContain('members');
});

test('a platform of the version before has nothing that came later', () => {
  const later = coordinatesOf(buildSubgraphSchema(parse(platformSdl(every))));
  const before = coordinatesOf(buildSubgraphSchema(parse(platformSdl(every, '1.1'))));
  const added = later.filter((each) => !before.includes(each));
  expect(added).toContain('ServiceRequestFilter.inTransfer');
  expect(added).toContain('RequestStatus.IN_TRANSFER');
  expect(added).toContain('JoinCodeFilter.place');
  expect(before).toContain('ServiceRequest.feedbackCount');
  expect(before).toContain('Channel.MINI_PROGRAM');
  expect(before.every((each) => later.includes(each))).toBe(true);
});

test.each(contractVersions)(
  'at %s nothing dangles, and nothing is there that no root leads to',
  (version) => {
    const choices = every.flatMap((name) => [[name], every.filter((each) => each !== name)]);
    for (const modules of [[], every, ...choices]) {
      const document = parse(platformSdl(modules, version));
      const named = new Set<string>();
      const defined = new Set<string>();
      visit(document, {
        NamedType: (type) => void named.add(type.name.value),
        ObjectTypeDefinition: ({ name }) => void defined.add(name.value),
        InputObjectTypeDefinition: ({ name }) => void defined.add(name.value),
        EnumTypeDefinition: ({ name }) => void defined.add(name.value),
      });
      const builtIn = new Set([
        'ID',
        'String',
        'Int',
        'Float',
        'Boolean',
        'DateTime',
        'Record',
        'RequestStep',
      ]);
      expect([...named].filter((name) => !defined.has(name) && !builtIn.has(name))).toEqual([]);
      // An object may be reached by its interface alone.
      const roots = new Set(['Query', 'Mutation', 'Platform', 'Division']);
      const unnamed = [...defined].filter((name) => !named.has(name) && !roots.has(name));
      expect(unnamed.filter((name) => !/^Request\w+Step$/.test(name))).toEqual([]);
    }
  },
);

test('what a platform offers is as it was reviewed, at each version that holds', async () => {
  // Of 1.1 only words may change: whoever keeps it does so by what it was when it came.
  const modulesOf11 = ['core', 'organizations', 'requests', 'members', 'content'] as const;
  await expect(platformSdl(modulesOf11, '1.1')).toMatchFileSnapshot(
    '../snapshots/platform-1.1.graphql',
  );
  await expect(platformSdl(every, '1.2')).toMatchFileSnapshot('../snapshots/platform-1.2.graphql');
  // With what the net fills: what is composed.
  await expect(municipalSdl()).toMatchFileSnapshot('../snapshots/municipal.graphql');
});

test('a platform of the core profile has neither members nor what leads to them', () => {
  const schema = buildSubgraphSchema(parse(platformSdl(['core'])));
  expect(schema.getType('Member')).toBeUndefined();
  expect(fields(schema, 'Organization')).not.toContain('members');
  expect(fields(schema, 'Platform')).toEqual([
    'code',
    'eventTotals',
    'sealingKey',
    'organizations',
    'stations',
    'serviceRequests',
  ]);
});

function fields(schema: GraphQLSchema, typeName: string): string[] {
  const type = schema.getType(typeName);
  return isObjectType(type) ? Object.keys(type.getFields()) : [];
}
