/** Organizations and stations, as stored and listed. */
import { NetError } from '@onenet/contract';
import type { OrganizationKind } from '@onenet/platforms';
import type { Filter } from 'mongodb';
import { notFound, ownId, type Transaction } from '../../command.ts';
import { Connection } from '../../connection.ts';
import type { PlatformContext } from '../../context.ts';
import type { ListArgs } from '../../list.ts';
import { DistanceRows, around, metresFrom, type Near, type PlacedRow } from '../../near.ts';
import { listOrder } from '../../order.ts';
import { OwnedRows } from '../../owned-rows.ts';
import { KeysetRows } from '../../keyset-rows.ts';
import {
  contains,
  noRows,
  present,
  type ListedRow,
  type Rows,
  type Selection,
} from '../../rows.ts';
import { facetsAt, facetsOf, idFacet, isAsked, type ScopeFilter } from '../../scope.ts';

export interface OrganizationDoc extends ListedRow {
  readonly name: string;
  readonly kind: OrganizationKind;
  readonly level: number;
  readonly placeCode: string;
  readonly parentId: string | null;
  readonly foundedAt: Date;
  readonly updatedAt: Date;
  readonly chairName: string | null;
  readonly commitment: string | null;
}

export interface StationDoc extends PlacedRow {
  readonly name: string;
  readonly placeCode: string;
  readonly organizationId: string | null;
  readonly updatedAt: Date;
  readonly address: string | null;
  readonly openingHours: string | null;
}

export const organizations = 'organizations';
export const stations = 'stations';

export function organizationFacets(doc: Pick<OrganizationDoc, 'placeCode' | 'parentId'>): string[] {
  return facetsAt(doc.placeCode, doc.parentId);
}

export function stationFacets(doc: Pick<StationDoc, 'placeCode' | 'organizationId'>): string[] {
  return facetsAt(doc.placeCode, doc.organizationId);
}

/** Refuses an id that is not one of the platform's own organizations. */
export async function assertOrganization(
  { platform, session }: Transaction,
  id: string,
): Promise<void> {
  const found = await platform.db
    .collection<OrganizationDoc>(organizations)
    .findOne({ _id: ownId(platform, id) }, { session, projection: { _id: 1 } });
  if (!found) throw notFound(id, platform);
}

export interface OrganizationFilter extends ScopeFilter {
  readonly kinds?: readonly OrganizationKind[] | null | undefined;
  readonly parentId?: string | null | undefined;
  readonly nameContains?: string | null | undefined;
}

/** Organizations of this platform, within a division if one is given. */
export function organizationList(
  args: ListArgs<OrganizationFilter>,
  { platform }: PlatformContext,
  within?: string,
): Connection<OrganizationDoc> {
  const { filter } = args;
  const order = listOrder('organizations', args.orderBy);
  if (!isAsked(platform, filter)) return new Connection(noRows<OrganizationDoc>(order), args);
  const selection: Selection<OrganizationDoc> = {
    collection: organizations,
    order,
    facets: facetsOf(filter, within, idFacet(filter?.parentId)),
    where: present({
      kind: filter?.kinds && { $in: filter.kinds },
      name: contains(filter?.nameContains),
    }),
  };
  return new Connection(new KeysetRows(platform.db, selection), args);
}

export interface StationFilter extends ScopeFilter {
  readonly organizationId?: string | null | undefined;
  readonly nameContains?: string | null | undefined;
}

/** Stations of this platform, or of one organization; `near` keeps those within a distance. */
export function stationList(
  args: ListArgs<StationFilter> & { readonly near?: Near | null | undefined },
  { platform, loaders }: PlatformContext,
  within?: string,
  organizationId?: string,
): Connection<StationDoc> {
  const { filter } = args;
  const near = args.near ?? undefined;
  const order = listOrder('stations', args.orderBy);
  if (near) assertNear(near);
  if (order.name === 'DISTANCE' && !near) {
    throw new NetError(
      'BAD_INPUT',
      'The order DISTANCE needs `near`: give a point and a distance.',
    );
  }
  if (!isAsked(platform, filter)) return new Connection(noRows<StationDoc>(order), args);
  const selection: Selection<StationDoc> = {
    collection: stations,
    order,
    facets: facetsOf(filter, within, organizationId, idFacet(filter?.organizationId)),
    where: present({ name: contains(filter?.nameContains) }),
  };
  return new Connection(
    organizationId === undefined
      ? stationRows(platform.db, selection, near)
      : new OwnedRows(platform.db, loaders, { ...selection, ownerField: 'organizationId' }),
    args,
  );
}

function stationRows(
  db: PlatformContext['platform']['db'],
  selection: Selection<StationDoc>,
  near: Near | undefined,
): Rows<StationDoc> {
  if (!near) return new KeysetRows(db, selection);
  if (selection.order.name === 'DISTANCE') return new DistanceRows(db, selection, near);
  return new KeysetRows(db, {
    ...selection,
    where: { ...selection.where, ...(around(near, near.withinMetres) as Filter<StationDoc>) },
    refine: (row) => {
      const distanceMetres = metresFrom(near, row);
      return distanceMetres <= near.withinMetres ? { ...row, distanceMetres } : undefined;
    },
  });
}

function assertNear({ latitude, longitude, withinMetres }: Near): void {
  const wrong = !(Math.abs(latitude) <= 90)
    ? `latitude ${latitude}: from -90 to 90`
    : !(Math.abs(longitude) <= 180)
      ? `longitude ${longitude}: from -180 to 180`
      : withinMetres < 1 || withinMetres > 100_000
        ? `withinMetres ${withinMetres}: from 1 to 100,000`
        : undefined;
  if (wrong) throw new NetError('BAD_INPUT', `\`near\` is out of range, ${wrong}.`);
}
