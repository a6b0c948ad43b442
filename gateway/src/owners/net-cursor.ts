/**
 * The net's cursor: base64url of JSON `[version, list, order, direction, key, id, ask, owed]`.
 * It holds all that a walk over pages needs, so that the gateway remembers nothing between pages.
 */
import {
  badCursor,
  comparePositions,
  decodeCursor,
  isPlatformCode,
  splitId,
  type Direction,
  type OrderRule,
  type Position,
} from '@onenet/contract';

const version = 1;

/** Far above any real one: 1,000 owed owners with long titles as keys. */
const maxCursorLength = 262_144;

/** What a cursor belongs to. */
export interface ListIdentity {
  /** Short hash of the field and its arguments other than paging. */
  readonly list: string;
  /** The value of the list's order enum, and the way in which the list is sorted. */
  readonly order: string;
  readonly direction: Direction;
  readonly key: OrderRule['key'];
}

/** An owner, and after which position it is to be asked; null: from where the walk begins. */
export interface OwnerStart {
  readonly platform: string;
  readonly position: Position | null;
}

/** Where a walk stands. */
export interface NetCursor {
  /** Null at the beginning of a walk that resumes. */
  readonly position: Position | null;
  /** Who is asked in this walk: null for everybody in scope; a walk that resumes names its owners. */
  readonly ask: readonly OwnerStart[] | null;
  /** Who failed in this walk, and where the page began on which that happened. */
  readonly owed: readonly OwnerStart[];
}

/** A walk's beginning. */
export const beginning: NetCursor = { position: null, ask: null, owed: [] };

/** The way in which rows come one after another when a list is walked forward or backward. */
export function walkDirection(list: ListIdentity, backward: boolean): Direction {
  if (!backward) return list.direction;
  return list.direction === 'ASC' ? 'DESC' : 'ASC';
}

/**
 * Writes the cursors of one page: they differ in their position only, so the rest is written once.
 * `direction` in the cursor is the way of the walk: it tells a cursor that is used the other way.
 */
export function netCursorWriter(
  list: ListIdentity,
  backward: boolean,
  ask: readonly OwnerStart[] | null,
  owed: readonly OwnerStart[],
): (position: Position | null) => string {
  const head = JSON.stringify([version, list.list, list.order, walkDirection(list, backward)]);
  const tail = JSON.stringify([ask && ask.map(writeStart), owed.map(writeStart)]);
  const start = `${head.slice(0, -1)},`;
  const end = `,${tail.slice(1)}`;
  return (position) => {
    const here = position
      ? `${JSON.stringify(position.key)},${JSON.stringify(position.id)}`
      : 'null,null';
    return Buffer.from(start + here + end, 'utf8').toString('base64url');
  };
}

/** Reads a cursor; one of another list, order or version, or a forged one, is `BAD_CURSOR`. */
export function readNetCursor(text: string, list: ListIdentity, backward: boolean): NetCursor {
  if (text.length > maxCursorLength) throw badCursor('it is too long');
  const parts = decodeCursor(text);
  const [v, listHash, order, direction, key, id, ask, owed] = parts;
  if (parts.length !== 8 || v !== version) throw badCursor('it is not of this version');
  if (direction !== 'ASC' && direction !== 'DESC') throw badCursor('it has no direction');
  if (listHash !== list.list || order !== list.order) {
    throw badCursor('it is of another list, order or scope');
  }
  const position = key === null && id === null ? null : readPosition(list, key, id);
  const asked = ask === null ? null : readStarts(list, ask);
  const sameWay = direction === walkDirection(list, backward);
  if (sameWay) return { position, ask: asked, owed: readStarts(list, owed) };
  // Turned round: whoever was owed on the way here is asked again, and nobody has a place of its own.
  if (!position) throw badCursor('it resumes a walk, and is used in the other direction');
  return { position, ask: asked && asked.map(withoutPosition), owed: [] };
}

/** Of two positions the one that is further on in a walk; null is its beginning. */
export function further(
  a: Position | null,
  b: Position | null,
  direction: Direction,
): Position | null {
  if (!a || !b) return a ?? b;
  return comparePositions(a, b, direction) >= 0 ? a : b;
}

/** Whether `key` can be a sort key of the list. */
export function isKeyOf(list: Pick<ListIdentity, 'key'>, key: unknown): key is string | number {
  return list.key === 'STRING' ? typeof key === 'string' : Number.isSafeInteger(key);
}

function withoutPosition(start: OwnerStart): OwnerStart {
  return { platform: start.platform, position: null };
}

function writeStart({ platform, position }: OwnerStart): readonly unknown[] {
  return position ? [platform, position.key, position.id] : [platform];
}

function readStarts(list: ListIdentity, value: unknown): OwnerStart[] {
  if (!Array.isArray(value)) throw badCursor('its owners cannot be read');
  const starts = value.map((entry: unknown) => readStart(list, entry));
  const platforms = new Set(starts.map((start) => start.platform));
  if (platforms.size !== starts.length) throw badCursor('an owner stands in it twice');
  return starts;
}

function readStart(list: ListIdentity, value: unknown): OwnerStart {
  if (!Array.isArray(value)) throw badCursor('its owners cannot be read');
  const [platform, key, id] = value as readonly unknown[];
  if (typeof platform !== 'string' || !isPlatformCode(platform)) {
    throw badCursor('its owners cannot be read');
  }
  if (value.length === 1) return { platform, position: null };
  if (value.length !== 3) throw badCursor('its owners cannot be read');
  return { platform, position: readPosition(list, key, id) };
}

function readPosition(list: ListIdentity, key: unknown, id: unknown): Position {
  if (!isKeyOf(list, key) || typeof id !== 'string' || !splitId(id)) {
    throw badCursor('its position cannot be read');
  }
  return { key, id };
}
