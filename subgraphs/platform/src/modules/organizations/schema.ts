/** Organizations: unions, enterprises, institutions, zones, and their service stations. */
import { parseId } from '@onenet/contract';
import { connectionType, pageArgs } from '../../builder.ts';
import { addList } from '../../list.ts';
import { schemaPart } from '../../module.ts';
import { addCore } from '../core/schema.ts';
import {
  organizationList,
  organizations,
  stationList,
  stations,
  type OrganizationDoc,
  type StationDoc,
} from './store.ts';

/** Adds the module to a schema. */
export const addOrganizations = schemaPart((schema) => {
  const { builder } = schema;
  const core = addCore(schema);
  const Kind = builder.enumType('OrganizationKind', {
    values: ['UNION', 'ENTERPRISE', 'INSTITUTION', 'ZONE'] as const,
  });
  const Organization = builder.objectRef<OrganizationDoc>('Organization').implement({
    interfaces: [core.Record],
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      kind: t.expose('kind', { type: Kind, nullable: false }),
      level: t.exposeInt('level', { nullable: false }),
      placeCode: t.exposeID('placeCode', { nullable: false }),
      parentId: t.exposeID('parentId', { nullable: true }),
      foundedAt: t.expose('foundedAt', { type: 'DateTime', nullable: false }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      chairName: t.exposeString('chairName', { nullable: true }),
      commitment: t.exposeString('commitment', { nullable: true }),
    }),
  });
  builder.asEntity(Organization, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { loaders }) => loaders.record<OrganizationDoc>(organizations, id),
  });

  const Station = builder.objectRef<StationDoc>('Station').implement({
    interfaces: [core.Record],
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      placeCode: t.exposeID('placeCode', { nullable: false }),
      organizationId: t.exposeID('organizationId', { nullable: true }),
      latitude: t.float({ nullable: false, resolve: (row) => row.location.coordinates[1] }),
      longitude: t.float({ nullable: false, resolve: (row) => row.location.coordinates[0] }),
      distanceMetres: t.int({ resolve: (row) => row.distanceMetres }),
      updatedAt: t.expose('updatedAt', { type: 'DateTime', nullable: false }),
      address: t.exposeString('address', { nullable: true }),
      openingHours: t.exposeString('openingHours', { nullable: true }),
    }),
  });
  builder.asEntity(Station, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }, { loaders }) => loaders.record<StationDoc>(stations, id),
  });

  const OrganizationFilter = builder.inputType('OrganizationFilter', {
    fields: (t) => ({
      platforms: t.idList(),
      place: t.id(),
      kinds: t.field({ type: [Kind] }),
      parentId: t.id(),
      nameContains: t.string(),
    }),
  });
  const OrganizationOrder = builder.inputType('OrganizationOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('OrganizationOrderField', {
          values: ['NAME', 'FOUNDED_AT', 'UPDATED_AT'] as const,
        }),
        required: true,
      }),
      direction: t.field({ type: core.OrderDirection, required: true, defaultValue: 'ASC' }),
    }),
  });
  addList(builder, core, 'organizations', {
    type: connectionType(builder, 'Organization', Organization, core.PageInfo),
    args: (t) => ({
      filter: t({ type: OrganizationFilter }),
      orderBy: t({ type: OrganizationOrder }),
      ...pageArgs(t),
    }),
    list: organizationList,
  });

  const Near = builder.inputType('Near', {
    fields: (t) => ({
      latitude: t.float({ required: true }),
      longitude: t.float({ required: true }),
      withinMetres: t.int({ required: true, defaultValue: 1000 }),
    }),
  });
  const StationFilter = builder.inputType('StationFilter', {
    fields: (t) => ({
      platforms: t.idList(),
      place: t.id(),
      organizationId: t.id(),
      nameContains: t.string(),
    }),
  });
  const StationOrder = builder.inputType('StationOrder', {
    fields: (t) => ({
      field: t.field({
        type: builder.enumType('StationOrderField', {
          values: ['NAME', 'UPDATED_AT', 'DISTANCE'] as const,
        }),
        required: true,
      }),
      direction: t.field({ type: core.OrderDirection, required: true, defaultValue: 'ASC' }),
    }),
  });
  const StationConnection = connectionType(builder, 'Station', Station, core.PageInfo);
  addList(builder, core, 'stations', {
    type: StationConnection,
    args: (t) => ({
      near: t({ type: Near }),
      filter: t({ type: StationFilter }),
      orderBy: t({ type: StationOrder }),
      ...pageArgs(t),
    }),
    list: stationList,
  });
  builder.objectField(Organization, 'stations', (t) =>
    t.field({
      type: StationConnection,
      args: { orderBy: t.arg({ type: StationOrder }), ...pageArgs(t.arg) },
      resolve: ({ _id }, args, context) => stationList(args, context, undefined, _id),
    }),
  );

  builder.queryFields((t) => ({
    organization: t.field({
      type: Organization,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }) => {
        parseId(id);
        return loaders.record<OrganizationDoc>(organizations, id);
      },
    }),
    station: t.field({
      type: Station,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_root, { id }, { loaders }) => {
        parseId(id);
        return loaders.record<StationDoc>(stations, id);
      },
    }),
  }));
  return { Organization };
});
