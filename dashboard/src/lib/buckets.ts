/** What a bucket of time is called, by how long it is. */
import type { Format } from './format.ts';

/** `shown`: when the others begin that stand beside it, in order. Parts of a day say of which, unless all are of today. */
export function bucketName(
  at: string,
  grain: string,
  format: Format,
  shown: readonly string[] = [],
  now = Date.now(),
): string {
  switch (grain) {
    case 'MINUTE':
    case 'HOUR': {
      const today = format.day(now);
      const ends = [shown[0], shown[shown.length - 1]];
      const isToday = ends.every((end) => end === undefined || format.day(end) === today);
      return isToday ? format.minute(at) : format.moment(at);
    }
    case 'MONTH':
      return format.month(at);
    default:
      return format.day(at);
  }
}
