/** The Pothos builder that every module adds to, and the shapes that modules share: pages and connections. */
import SchemaBuilder, { type ArgBuilder, type ObjectRef } from '@pothos/core';
import DirectivesPlugin from '@pothos/plugin-directives';
import FederationPlugin from '@pothos/plugin-federation';
import { parseDateTime } from '@onenet/contract';
import type { Connection, Edge, PageInfo } from './connection.ts';
import type { PlatformContext } from './context.ts';

/** What the schema's own types are in TypeScript. */
interface Types {
  Context: PlatformContext;
  Directives: {
    /** The net's: an id that may lead to another owner's record. */
    reference: { locations: 'FIELD_DEFINITION'; args: { type: string; as: string } };
  };
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
  };
}

/** One builder makes one schema: that of a set of modules. */
export function createBuilder() {
  const builder = new SchemaBuilder<Types>({ plugins: [DirectivesPlugin, FederationPlugin] });
  builder.queryType({});
  builder.mutationType({});
  builder.scalarType('DateTime', {
    parseValue: parseDateTime,
    serialize: (value) => value.toISOString(),
  });
  return builder;
}

export type Builder = ReturnType<typeof createBuilder>;
export type SchemaTypes = Builder['$inferSchemaTypes'];
export type Ref<Shape> = ObjectRef<SchemaTypes, Shape>;

/** The paging arguments of every connection. */
export function pageArgs(t: ArgBuilder<SchemaTypes>) {
  return { first: t.int(), after: t.string(), last: t.int(), before: t.string() };
}

/** Defines `<name>Connection` and `<name>Edge`. */
export function connectionType<Doc>(
  builder: Builder,
  name: string,
  node: Ref<Doc>,
  pageInfo: Ref<PageInfo>,
) {
  const edge = builder.objectRef<Edge<Doc>>(`${name}Edge`).implement({
    fields: (t) => ({
      cursor: t.exposeString('cursor', { nullable: false }),
      node: t.field({ type: node, nullable: false, resolve: (parent) => parent.node as never }),
    }),
  });
  return builder.objectRef<Connection<Doc>>(`${name}Connection`).implement({
    fields: (t) => ({
      edges: t.field({ type: [edge], nullable: false, resolve: (list) => list.edges() }),
      pageInfo: t.field({ type: pageInfo, nullable: false, resolve: (list) => list.pageInfo() }),
      totalCount: t.int({ resolve: (list) => list.totalCount() }),
    }),
  });
}
