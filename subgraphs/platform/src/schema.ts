/** The schema of a platform: that of the modules that it offers, and of no other. */
import { contractVersion, type ContractVersion, type ModuleName } from '@onenet/contract';
import {
  DirectiveLocation,
  GraphQLDirective,
  GraphQLNonNull,
  GraphQLString,
  type GraphQLSchema,
} from 'graphql';
import { additions, type Addition } from './additions/additions.ts';
import { createBuilder } from './builder.ts';
import { addMembers } from './modules/members/schema.ts';
import { offeredModules } from './modules/modules.ts';
import { addOrganizations } from './modules/organizations/schema.ts';
import type { PlatformSchema } from './module.ts';

/** Not Federation's: the net reads it. */
const referenceDirective = new GraphQLDirective({
  name: 'reference',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: {
    type: { type: new GraphQLNonNull(GraphQLString) },
    as: { type: new GraphQLNonNull(GraphQLString) },
  },
});

const schemas = new Map<string, GraphQLSchema>();

/** The schema that serves these modules: platforms that offer the same ones, and add nothing, share it. */
export function platformSchema(
  modules: readonly ModuleName[],
  code?: string,
  version: ContractVersion = contractVersion,
): GraphQLSchema {
  const addition = code === undefined ? undefined : additions.get(code);
  const key = [version, ...modules.toSorted(), ...(addition ? [code] : [])].join(' ');
  const schema = schemas.get(key) ?? buildSchema(modules, version, addition);
  schemas.set(key, schema);
  return schema;
}

function buildSchema(
  modules: readonly ModuleName[],
  version: ContractVersion,
  addition?: Addition,
): GraphQLSchema {
  const builder = createBuilder();
  const schema: PlatformSchema = { builder, version, offers: (name) => modules.includes(name) };
  for (const module of offeredModules(modules)) module.addSchema(schema);
  addition?.addSchema(builder, {
    ...addOrganizations(schema),
    ...(schema.offers('members') && addMembers(schema)),
  });
  return builder.toSubGraphSchema({
    ...(addition && { directives: [referenceDirective] }),
    linkUrl: 'https://specs.apollo.dev/federation/v2.9',
    federationDirectives: ['@key', '@shareable', '@tag', '@requiresScopes'],
  });
}
