/** The one paging rule: `first` or `last`, 20 by default, from 1 to 100. */
import { NetError } from './errors.ts';

export const defaultPageSize = 20;
export const maxPageSize = 100;

/** The four paging arguments of a connection. */
export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** A page, checked: how many rows, which way, from which cursor. */
export interface Page {
  readonly size: number;
  readonly backward: boolean;
  readonly cursor: string | undefined;
}

/** Checks the paging arguments: a page runs forward (`first`, `after`) or backward (`last`, `before`). */
export function parsePage(args: PageArguments): Page {
  const backward = args.last != null || args.before != null;
  if (backward && (args.first != null || args.after != null)) {
    throw new NetError(
      'BAD_PAGE',
      'A page runs one way: give `first` with `after`, or `last` with `before`.',
    );
  }
  const size = (backward ? args.last : args.first) ?? defaultPageSize;
  if (!Number.isInteger(size) || size < 1 || size > maxPageSize) {
    throw new NetError(
      'BAD_PAGE',
      `\`${backward ? 'last' : 'first'}: ${size}\` is out of range: from 1 to ${maxPageSize}.`,
    );
  }
  return { size, backward, cursor: (backward ? args.before : args.after) ?? undefined };
}
