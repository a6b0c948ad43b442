/** The keys of an answer that a row of sums counts in, by what the tables tell it apart by. `outerKey` (cells.ts) says the same in SQL. */
import { significantDigits } from './cells.ts';
import type { Group } from './cells.ts';

/** By `inner_key` of a row; divisions overlap (a city and its county), so it may count in several. */
export function keysOf(group: Group): (inner: string) => readonly string[] {
  const known = new Map<string, readonly string[]>();
  const keys = keysOfGroup(group);
  return (inner) => {
    const found = known.get(inner) ?? keys(inner);
    known.set(inner, found);
    return found;
  };
}

function keysOfGroup(group: Group): (inner: string) => readonly string[] {
  if (group.by === 'divisions') {
    const divisions = group.codes.map((code) => [code, significantDigits(code)] as const);
    return (inner) =>
      divisions.filter(([, digits]) => inner.startsWith(digits)).map(([code]) => code);
  }
  if (group.by === 'module') {
    const modules = new Map(group.modules);
    return (inner) => [modules.get(inner) ?? ''];
  }
  if (group.by === 'level') return (inner) => [cut(inner, group.digits)];
  return (inner) => [inner];
}

/** To so many digits; of cities as codes of six, and the direct ones, which are counties' codes, as they are. */
function cut(place: string, digits: 4 | 6 | 9 | 12): string {
  if (digits !== 4) return place.slice(0, digits);
  return place.startsWith('4290') ? place.slice(0, 6) : `${place.slice(0, 4)}00`;
}
