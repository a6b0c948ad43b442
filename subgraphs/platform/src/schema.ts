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
import { addContent } from './modules/content/schema.ts';
import { addCore } from './modules/core.ts';
import { addMembers } from './modules/members/schema.ts';
import { addOrganizations } from './modules/organizations/schema.ts';
import { addRequests } from './modules/requests/schema.ts';

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
  const core = addCore(builder);
  const organizations = addOrganizations(builder, core);
  const requests = addRequests(builder, core, organizations, version);
  const members = modules.includes('members')
    ? addMembers(builder, core, organizations, requests)
    : undefined;
  if (modules.includes('content')) addContent(builder, core, requests);
  addition?.addSchema(builder, { ...organizations, ...members });
  return builder.toSubGraphSchema({
    ...(addition && { directives: [referenceDirective] }),
    linkUrl: 'https://specs.apollo.dev/federation/v2.9',
    federationDirectives: ['@key', '@shareable', '@tag', '@requiresScopes'],
  });
}
