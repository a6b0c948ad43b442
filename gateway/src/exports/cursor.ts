/**
 * An export's cursor: base64url of JSON `[export, row, key, id]`, and `[…, ask, owed]` while an owner
 * is owed. The net's own says instead which list, order and direction it is of, some 50 characters
 * more in every row; an export has one list, so it keeps that once, sealed (`ListHead`).
 */
import { badCursor, decodeCursor, encodeCursor } from '@onenet/contract';

/** What all cursors of one list have in common: version, list, order, direction. */
export type ListHead = readonly [unknown, unknown, unknown, unknown];

/** Where an export stands. */
export interface Place {
  /** How many rows come before, this one among them: as many as the client keeps. */
  readonly row: number;
  /** The net's cursor; null at the beginning. */
  readonly cursor: string | null;
}

/** Where every export begins. */
export const start: Place = { row: 0, cursor: null };

/** What the net's cursor says of the list. */
export function headOf(netCursor: string): ListHead {
  const [version, list, order, direction] = decodeCursor(netCursor);
  return [version, list, order, direction];
}

/** Writes a place of the export `id` as its client gets it. */
export function writeCursor(id: string, { row, cursor }: Place): string {
  const [, , , , key, recordId, ask, owed] = cursor === null ? [] : decodeCursor(cursor);
  const isPlain = ask === null && Array.isArray(owed) && owed.length === 0;
  const plain = [tagOf(id), row, key, recordId];
  return encodeCursor(isPlain ? plain : [...plain, ask, owed]);
}

/**
 * Reads it; `head` is undefined while nobody has been given a row. What else is wrong with it the
 * list itself refuses.
 */
export function readCursor(id: string, text: string, head: ListHead | undefined): Place {
  const [tag, row, key = null, recordId = null, ask = null, owed = [], ...more] =
    decodeCursor(text);
  const isRow = Number.isSafeInteger(row) && Number(row) >= 0;
  if (!head || tag !== tagOf(id) || !isRow || more.length > 0) {
    throw badCursor('it is none of this export');
  }
  return { row: Number(row), cursor: encodeCursor([...head, key, recordId, ask, owed]) };
}

/** Enough to tell one export's cursors from another's, which its client keeps in another file. */
function tagOf(id: string): string {
  return id.slice(0, 4);
}

/** Whether those alone are asked from here on who failed before. */
export function isResuming({ cursor }: Place): boolean {
  return cursor !== null && Array.isArray(decodeCursor(cursor)[6]);
}
