/** The schema of a platform: that of the modules that it offers, and of no other. */
import type { ModuleName } from '@onenet/contract';
import type { GraphQLSchema } from 'graphql';
import { createBuilder } from './builder.ts';
import { addContent } from './modules/content/schema.ts';
import { addCore } from './modules/core.ts';
import { addMembers } from './modules/members/schema.ts';
import { addOrganizations } from './modules/organizations/schema.ts';
import { addRequests } from './modules/requests/schema.ts';

const schemas = new Map<string, GraphQLSchema>();

/** The schema that serves these modules: platforms that offer the same ones share it. */
export function platformSchema(modules: readonly ModuleName[]): GraphQLSchema {
  const key = modules.toSorted().join(' ');
  const schema = schemas.get(key) ?? buildSchema(modules);
  schemas.set(key, schema);
  return schema;
}

function buildSchema(modules: readonly ModuleName[]): GraphQLSchema {
  const builder = createBuilder();
  const core = addCore(builder);
  const organizations = addOrganizations(builder, core);
  const requests = addRequests(builder, core, organizations);
  if (modules.includes('members')) addMembers(builder, core, organizations, requests);
  if (modules.includes('content')) addContent(builder, core, requests);
  return builder.toSubGraphSchema({
    linkUrl: 'https://specs.apollo.dev/federation/v2.9',
    federationDirectives: ['@key', '@shareable', '@tag', '@requiresScopes'],
  });
}
