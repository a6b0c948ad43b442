/** The times between which use and access are asked for, as SQL conditions on `time`. */
import { NetError, parseDateTime } from '@onenet/contract';
import { timeLiteral } from '../clickhouse.ts';

/** RFC 3339, at or after, and before; absent or null: since the beginning, until now. */
export interface Window {
  readonly from?: string | null;
  readonly to?: string | null;
}

/** An empty range is a mistake, and not an empty list. */
export function withinWindow({ from, to }: Window): string[] {
  if (from != null && to != null && parseDateTime(to) <= parseDateTime(from)) {
    const isReversed = parseDateTime(to) < parseDateTime(from);
    throw new NetError(
      'BAD_INPUT',
      `\`to: ${to}\` is not after \`from: ${from}\`${isReversed ? ': are they the wrong way round?' : '.'}`,
    );
  }
  return [
    ...(from == null ? [] : [`time >= ${timeLiteral(timeIn(from))}`]),
    ...(to == null ? [] : [`time < ${timeLiteral(timeIn(to))}`]),
  ];
}

/** Outside the column's range a time would wrap in silence. */
function timeIn(text: string): number {
  return Math.min(Math.max(parseDateTime(text).getTime(), 0), Date.UTC(2100, 0, 1));
}
