/** What is derived from the contract's text is valid, and leaves out what it must. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { isObjectType, parse, type GraphQLSchema } from 'graphql';
import { expect, test } from 'vitest';
import { coordinatesOf } from './coordinates.ts';
import { contractModules, municipalSdl, platformSdl } from './index.ts';

const every = contractModules.map((module) => module.name);
const netDirective = /@(route|gather|order|reference|net|actors|since)\b/;

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
  const later = buildSubgraphSchema(parse(platformSdl(every)));
  const before = buildSubgraphSchema(parse(platformSdl(every, '1.0')));
  expect(coordinatesOf(later).filter((each) => !coordinatesOf(before).includes(each))).toEqual([
    'Channel.MINI_PROGRAM',
    'ServiceRequest.feedbackCount',
    'ServiceRequest.history(newest:)',
    'ServiceRequestFilter.ratingAtMost',
    'ServiceRequestOrderField.CATEGORY',
  ]);
  expect(coordinatesOf(before).every((each) => coordinatesOf(later).includes(each))).toBe(true);
});

test('a platform of the core profile has neither members nor what leads to them', () => {
  const schema = buildSubgraphSchema(parse(platformSdl(['core'])));
  expect(schema.getType('Member')).toBeUndefined();
  expect(fields(schema, 'Organization')).not.toContain('members');
  expect(fields(schema, 'Platform')).toEqual([
    'code',
    'eventTotals',
    'organizations',
    'stations',
    'serviceRequests',
  ]);
});

function fields(schema: GraphQLSchema, typeName: string): string[] {
  const type = schema.getType(typeName);
  return isObjectType(type) ? Object.keys(type.getFields()) : [];
}
