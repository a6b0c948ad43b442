/** The one global order: (sort key, id), both in the order's direction. */

export type Direction = 'ASC' | 'DESC';

/** How a sort key is held: see `OrderKey` in the contract. */
export type SortKey = string | number;

/** A row's position in a list. */
export interface Position {
  readonly key: SortKey;
  readonly id: string;
}

/**
 * Compares strings by Unicode code point: the order of MongoDB's binary collation and of
 * PostgreSQL's "C". JavaScript's `<` compares UTF-16 units and puts 𠮷 before ～.
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const xAstral = x >= 0xd800 && x <= 0xdfff;
    const yAstral = y >= 0xd800 && y <= 0xdfff;
    // A surrogate stands for a code point above U+FFFF, so it sorts after every other unit.
    if (xAstral !== yAstral) return xAstral ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

/** Compares two keys of one order field: negative when `a` comes first ascending. */
export function compareKeys(a: SortKey, b: SortKey): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareCodePoints(String(a), String(b));
}

/** Compares two positions: negative when `a` comes first in the given direction. */
export function comparePositions(a: Position, b: Position, direction: Direction): number {
  const ascending = compareKeys(a.key, b.key) || compareCodePoints(a.id, b.id);
  return direction === 'ASC' ? ascending : -ascending;
}

/** Radius that MongoDB's 2dsphere index uses, in metres. */
const earthRadiusMetres = 6_378_100;

/** Great-circle distance in whole metres, by haversine. Degrees in. */
export function haversineMetres(
  from: { readonly latitude: number; readonly longitude: number },
  to: { readonly latitude: number; readonly longitude: number },
): number {
  const rad = Math.PI / 180;
  const dLat = (to.latitude - from.latitude) * rad;
  const dLon = (to.longitude - from.longitude) * rad;
  const h =
    Math.sin(dLat / 2) ** 2 +
    Math.cos(from.latitude * rad) * Math.cos(to.latitude * rad) * Math.sin(dLon / 2) ** 2;
  return Math.round(2 * earthRadiusMetres * Math.asin(Math.min(1, Math.sqrt(h))));
}
