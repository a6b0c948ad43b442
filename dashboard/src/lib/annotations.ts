/** What a line over time may show without explaining it: the Spring Festival, and what platforms went through. */
import { springFestivalOf } from '@onenet/contract/spring-festival';
import { sorted } from './sorted.ts';

/** Something that happened at one time. */
export interface Annotation {
  /** RFC 3339. */
  readonly at: string;
  /** `words.annotations` names it. */
  readonly kind: string;
  /** Null: everybody's. */
  readonly platform: string | null;
}

/** What the registry tells that may bend a line; the rest of its trail is about people, grants and versions. */
export const bendingActions: readonly string[] = [
  'WITHDRAWN',
  'SUSPENDED',
  'RESUMED',
  'STOPPED',
  'STARTED',
  'MAINTENANCE_BEGAN',
  'MAINTENANCE_ENDED',
];

/** Rules of alerts that say of a platform that its figures stand still. */
export const outageRules: readonly string[] = ['UNREACHABLE', 'FEED_BROKEN', 'FEED_BEHIND'];

/** The Spring Festivals in [from, to), Unix milliseconds. */
export function festivalsBetween(from: number, to: number): readonly Annotation[] {
  const found: Annotation[] = [];
  const last = new Date(to).getUTCFullYear();
  for (let year = new Date(from).getUTCFullYear(); year <= last; year += 1) {
    const at = springFestivalOf(year);
    if (at >= from && at < to)
      found.push({ at: new Date(at).toISOString(), kind: 'SPRING_FESTIVAL', platform: null });
  }
  return found;
}

/** What happened in one bucket of a line. */
export interface Mark {
  /** Of the bucket among the points. */
  readonly index: number;
  readonly annotations: readonly Annotation[];
}

/** In which bucket each of them lies, in the order of time; what lies outside [first point, to) in none. */
export function marksOn(
  points: readonly { readonly at: string }[],
  to: number,
  annotations: readonly Annotation[],
): readonly Mark[] {
  const starts = points.map(({ at }) => Date.parse(at));
  const marks = new Map<number, Annotation[]>();
  for (const annotation of annotations) {
    const at = Date.parse(annotation.at);
    if (at >= to) continue;
    const after = starts.findIndex((start) => start > at);
    const index = (after === -1 ? starts.length : after) - 1;
    if (index < 0) continue;
    const there = marks.get(index);
    if (there) there.push(annotation);
    else marks.set(index, [annotation]);
  }
  const found = [...marks].map(([index, of]) => ({ index, annotations: of }));
  return sorted(found, (a, b) => a.index - b.index);
}
