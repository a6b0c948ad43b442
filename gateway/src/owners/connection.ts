/** Owners' pages of one list, as the merge reads them, and the connection that a client gets. */
import { decodeOwnerCursor, type Position } from '@onenet/contract';
import type { Absence } from '../context.ts';
import { isJsonObject, type JsonObject } from './conform.ts';
import { pageKey, rowsOf, totalKey, type GatherField } from './gather-ask.ts';
import type { Part as MergePart } from './merge.ts';
import { isKeyOf, type ListIdentity } from './net-cursor.ts';
import type { TurnedPage, Walk } from './walk.ts';

/** One owner's page, checked but for its order. */
export interface OwnerPage extends MergePart {
  readonly value: JsonObject;
}

/** `Completeness` of the contract. */
export interface ListCompleteness {
  readonly asked: number;
  readonly answered: number;
  readonly notAsked: readonly Absence[];
  readonly missing: readonly Absence[];
  readonly resume: string | null;
  readonly asOf: string;
}

/** Reads an owner's page; a text says what is wrong with it. */
export function ownerPage(
  field: GatherField,
  walk: Walk,
  platform: string,
  start: Position | null,
  value: JsonObject,
): OwnerPage | string {
  const { edges, cursorKey, nodeKey, idKey } = field;
  const { backward } = walk.page;
  const [first, ...others] = edges;
  const rows = first ? rowsOf(value, first.key) : [];
  for (const other of others) {
    if (rowsOf(value, other.key).length !== rows.length) return 'edges of different lengths';
  }
  return {
    platform,
    value,
    length: rows.length,
    start,
    more: flag(value[pageKey], backward ? 'hasPreviousPage' : 'hasNextPage'),
    position(row) {
      const edge = rows[backward ? rows.length - 1 - row : row];
      const node = edge?.[nodeKey];
      return positionOf(walk.list, edge?.[cursorKey], isJsonObject(node) ? node[idKey] : undefined);
    },
  };
}

/** Puts the client's connection together: `pages` are those that were merged, wrong ones among them. */
export function connectionOf(
  field: GatherField,
  walk: Walk,
  pages: readonly OwnerPage[],
  turned: TurnedPage,
  completeness: ListCompleteness,
): JsonObject {
  const { backward } = walk.page;
  const connection: JsonObject = {};
  const wantsCursors = field.edges.some((edges) => edges.cursors.length > 0);
  const cursors = wantsCursors ? turned.rows.map((row) => turned.cursorOf(row.position)) : [];
  for (const { key, cursors: cursorKeys } of field.edges) {
    const lists = pages.map((page) => rowsOf(page.value, key));
    connection[key] = turned.rows.map(({ part, row }, i) => {
      const list = lists[part] ?? [];
      const edge = list[backward ? list.length - 1 - row : row] ?? {};
      for (const cursorKey of cursorKeys) edge[cursorKey] = cursors[i];
      return edge;
    });
  }
  const answered = pages.filter((page) => !turned.wrong.has(page.platform));
  const ends = field.pageInfo.length > 0 ? pageInfoOf(walk, answered, turned) : {};
  for (const { key, project } of field.pageInfo) connection[key] = project(ends);
  const totals = answered.map((page) => page.value[totalKey]);
  const known = totals.reduce<number>((sum, one) => sum + (typeof one === 'number' ? one : 0), 0);
  // A walk that resumes asks some owners only: its sum would be no total.
  // And where owners are in scope but none was asked, nothing is known: not zero.
  const isWhole =
    completeness.missing.length === 0 &&
    walk.cursor.ask === null &&
    (answered.length > 0 || completeness.notAsked.length === 0) &&
    totals.every((total) => typeof total === 'number');
  for (const key of field.totals) connection[key] = isWhole ? known : null;
  for (const key of field.knowns) connection[key] = known;
  for (const { key, project } of field.completeness) connection[key] = project({ ...completeness });
  for (const key of field.typenames) connection[key] = field.rule.connectionType;
  return connection;
}

function pageInfoOf(
  walk: Walk,
  answered: readonly OwnerPage[],
  turned: TurnedPage,
): Readonly<Record<string, unknown>> {
  const { backward } = walk.page;
  const behind = answered.some((page) =>
    flag(page.value[pageKey], backward ? 'hasNextPage' : 'hasPreviousPage'),
  );
  const [first] = turned.rows;
  const last = turned.rows.at(-1);
  return {
    hasNextPage: backward ? behind : turned.more,
    hasPreviousPage: backward ? turned.more : behind,
    startCursor: first ? turned.cursorOf(first.position) : null,
    endCursor: last ? turned.cursorOf(last.position) : null,
  };
}

/** A row's position, as its owner's cursor says; it must be the row's own, and of this order. */
function positionOf(list: ListIdentity, cursor: unknown, id: unknown): Position | string {
  if (typeof cursor !== 'string') return 'no cursor';
  try {
    const { key, id: cursorId } = decodeOwnerCursor(cursor, list);
    if (cursorId !== id) return 'a cursor of another row';
    if (!isKeyOf(list, key)) return 'a cursor whose key is of another kind';
    return { key, id: cursorId };
  } catch {
    return 'a cursor that cannot be read, or of another order';
  }
}

function flag(info: unknown, name: string): boolean {
  return isJsonObject(info) && info[name] === true;
}
