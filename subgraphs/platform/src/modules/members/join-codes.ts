/** QR codes by which workers apply, as stored and listed, and what such a code holds. */
import type { PlatformDefinition } from '@onenet/platforms';
import { renderSVG } from 'uqr';
import { Connection } from '../../connection.ts';
import type { PlatformContext } from '../../context.ts';
import type { ListArgs } from '../../list.ts';
import { listIndexes, listOrder } from '../../order.ts';
import { KeysetRows } from '../../keyset-rows.ts';
import { noRows, present, type ListedRow } from '../../rows.ts';
import { facetsAt, facetsOf, idFacet, isAsked, type ScopeFilter } from '../../scope.ts';

export const joinCodeStatuses = ['VALID', 'REVOKED'] as const;
export type JoinCodeStatus = (typeof joinCodeStatuses)[number];

export interface JoinCodeDoc extends ListedRow {
  readonly issuedAt: Date;
  readonly updatedAt: Date;
  readonly status: JoinCodeStatus;
  readonly placeCode: string;
  readonly organizationId: string;
  /** 128 random bits, base64url: nobody comes upon one by trying. */
  readonly token: string;
  /** Not taken from then on; null: no end. */
  readonly validUntil: Date | null;
  readonly applicationCount: number;
  readonly simulated: boolean;
}

export const joinCodes = 'join_codes';

export const joinCodeIndexes = [
  ...listIndexes('joinCodes'),
  { name: 'token', key: { token: 1 }, unique: true },
];

export function joinCodeFacets(code: Pick<JoinCodeDoc, 'placeCode' | 'organizationId'>): string[] {
  return facetsAt(code.placeCode, code.organizationId);
}

/** What the QR code holds: where a worker's telephone goes. */
export function joinAddress(
  { code, frontEnd = `https://union.example/${code}` }: PlatformDefinition,
  { token }: Pick<JoinCodeDoc, 'token'>,
): string {
  return `${frontEnd}/join?join=${token}`;
}

/** The QR code itself. A quarter of it may be worn off a poster. */
export function joinSvg(definition: PlatformDefinition, code: Pick<JoinCodeDoc, 'token'>): string {
  return renderSVG(joinAddress(definition, code), { ecc: 'Q' });
}

interface JoinCodeFilter extends ScopeFilter {
  readonly statuses?: readonly JoinCodeStatus[] | null | undefined;
  readonly organizationId?: string | null | undefined;
}

/** Codes of this platform, within a division if one is given. */
export function joinCodeList(
  args: ListArgs<JoinCodeFilter>,
  { platform }: PlatformContext,
  within?: string,
): Connection<JoinCodeDoc> {
  const { filter } = args;
  const order = listOrder('joinCodes', args.orderBy);
  if (!isAsked(platform, filter)) return new Connection(noRows<JoinCodeDoc>(order), args);
  const rows = new KeysetRows<JoinCodeDoc>(platform.db, {
    collection: joinCodes,
    order,
    facets: facetsOf(filter, within, idFacet(filter?.organizationId)),
    where: present({ status: filter?.statuses && { $in: filter.statuses } }),
  });
  return new Connection(rows, args);
}
