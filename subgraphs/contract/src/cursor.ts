/** What an owner's cursor says: base64url of JSON `[version, order, direction, key, id]`. */
import { NetError } from './errors.ts';
import type { Direction, Position, SortKey } from './order.ts';

const version = 1;

/** An owner's cursor, read. `order` is the value of the list's order enum. */
export interface OwnerCursor extends Position {
  readonly order: string;
  readonly direction: Direction;
}

/** Writes a cursor's JSON as base64url. */
export function encodeCursor(parts: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(parts), 'utf8').toString('base64url');
}

/** Reads a cursor's JSON; what is not one is `BAD_CURSOR`. */
export function decodeCursor(text: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (Array.isArray(parts)) return parts;
  } catch {
    // Not JSON: refused below like every other text.
  }
  throw badCursor('it cannot be read');
}

/** Writes an owner's cursor. */
export function encodeOwnerCursor(cursor: OwnerCursor): string {
  return encodeCursor([version, cursor.order, cursor.direction, cursor.key, cursor.id]);
}

/** Reads an owner's cursor; with `expected`, one of another order or direction is `BAD_CURSOR`. */
export function decodeOwnerCursor(
  text: string,
  expected?: { readonly order: string; readonly direction: Direction },
): OwnerCursor {
  const parts = decodeCursor(text);
  const [v, order, direction, key, id] = parts;
  if (
    parts.length !== 5 ||
    v !== version ||
    typeof order !== 'string' ||
    (direction !== 'ASC' && direction !== 'DESC') ||
    !isSortKey(key) ||
    typeof id !== 'string'
  ) {
    throw badCursor('it is not of this version');
  }
  if (expected && (order !== expected.order || direction !== expected.direction)) {
    throw badCursor(
      `it is of ${order} ${direction}, and the list is ${expected.order} ${expected.direction}`,
    );
  }
  return { order, direction, key, id };
}

function isSortKey(key: unknown): key is SortKey {
  return typeof key === 'string' || Number.isSafeInteger(key);
}

/** A `BAD_CURSOR` that says why, and what to do. */
export function badCursor(why: string): NetError {
  return new NetError(
    'BAD_CURSOR',
    `The cursor is refused: ${why}. Start again without a cursor, or use one of this list.`,
  );
}
