/** The order of rows: by a number, what has none last, equal ones by key, so that it is the same every time. */
import { NetError } from '@onenet/contract';

const maxRows = 200;

/** A row as far as its place in the order goes. */
export interface RowPosition {
  readonly key: string;
  /** The number or name that rows are ordered by. */
  readonly by: number | string | null;
}

/** Negative: `a` comes before `b`. */
export function comparePositions(a: RowPosition, b: RowPosition, ascending: boolean): number {
  if (a.by === b.by) return a.key === b.key ? 0 : a.key < b.key ? -1 : 1;
  if (a.by === null) return 1;
  if (b.by === null) return -1;
  return a.by < b.by === ascending ? -1 : 1;
}

/** How many rows an answer may have. */
export function checkFirst(first: number): void {
  if (first >= 1 && first <= maxRows) return;
  throw new NetError('BAD_INPUT', `\`first: ${first}\` is out of range: from 1 to ${maxRows}.`);
}
