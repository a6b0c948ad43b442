/** Rows of lists: what is stored of each, which of them a list holds, and how it is paged through. */
import { NetError, type Direction, type Position } from '@onenet/contract';
import type { Document, Filter } from 'mongodb';
import type { ListOrder } from './order.ts';

/** What every stored record has. */
export interface Row {
  readonly _id: string;
}

/** A record that stands in lists. */
export interface ListedRow extends Row {
  /**
   * The lists that the record stands in: `*` (all), every division around its place,
   * its organization, … A tombstone has none, so it is in no list, filter or count.
   */
  readonly facets: readonly string[];
}

/** The facet of every record that is not a tombstone. */
export const everything = '*';

const transferMark = '→';

/** The facet under which a record is listed while it is offered to another platform: those who do not ask for such do not see it. */
export function inTransferFacet(facet: string): string {
  return transferMark + facet;
}

/** Whether a facet is one of these. */
export function isInTransferFacet(facet: string): boolean {
  return facet.startsWith(transferMark);
}

/** A list, as paging needs it. */
export interface Rows<Doc> {
  readonly order: ListOrder;
  /** Up to `limit` rows from a position on (excluded, or included) in a direction. */
  read(
    from: Position | undefined,
    direction: Direction,
    limit: number,
    inclusive?: boolean,
  ): Promise<readonly Doc[]>;
  count(): Promise<number>;
  positionOf(row: Doc): Position;
}

/** The list of those who ask for other platforms' records only. */
export function noRows<Doc>(order: ListOrder): Rows<Doc> {
  return {
    order,
    read: () => Promise.resolve([]),
    count: () => Promise.resolve(0),
    positionOf: () => ({ key: 0, id: '' }),
  };
}

/** Which rows of a collection a list holds. */
export interface Selection<Doc> {
  readonly collection: string;
  readonly order: ListOrder;
  /** The rarest bounds the index scan; the others are checked on the way. */
  readonly facets: readonly [string, ...string[]];
  readonly where: Filter<Doc>;
  /** What the database cannot say exactly: the row as it is listed, or undefined. */
  readonly refine?: (row: Doc) => Doc | undefined;
}

/** Milliseconds after which the database gives up on a read. */
export const maxReadMs = 20_000;

/** The index that serves a list in an order. */
export function listIndex(field: string): Record<string, 1> {
  return { facets: 1, [field]: 1, _id: 1 };
}

/** A part of a text, as written. */
export function contains(text: string | null | undefined): Document | undefined {
  if (text == null) return undefined;
  if (text.length > 200) {
    throw new NetError('BAD_INPUT', `A text to look for is ${text.length} long: at most 200.`);
  }
  return { $regex: text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('\0', '\\x00') };
}

/** From a moment on, and before another. */
export function between(
  from: Date | null | undefined,
  to: Date | null | undefined,
): Document | undefined {
  const range = present({ $gte: from, $lt: to });
  return Object.keys(range).length > 0 ? range : undefined;
}

/** Leaves out what was not asked for, so that an absent filter filters nothing. */
export function present(conditions: Document): Document {
  return Object.fromEntries(Object.entries(conditions).filter(([, value]) => value != null));
}
