/** What a bucket of time is called, by how long it is. */
import type { Format } from './format.ts';

export function bucketName(at: string, grain: string, format: Format): string {
  switch (grain) {
    case 'MINUTE':
    case 'HOUR':
      return format.minute(at);
    case 'MONTH':
      return format.month(at);
    default:
      return format.day(at);
  }
}
