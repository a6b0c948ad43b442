/** The matches of a look-up as a list: in the order of their hashes, found when the page is read. */
import type { Direction, Position } from '@onenet/contract';
import { Connection } from '../../connection.ts';
import type { PlatformContext } from '../../context.ts';
import type { ListArgs } from '../../list.ts';
import { listOrder, type ListOrder } from '../../order.ts';
import { noRows, type Rows } from '../../rows.ts';
import { facetsOf, isAsked, type ScopeFilter } from '../../scope.ts';
import { lookUp, type LookupInput, type PersonMatch } from './lookup.ts';

/** What a client asks; without a look-up, nothing. */
export function personMatchList(
  args: ListArgs<ScopeFilter> & { readonly lookup?: LookupInput | null | undefined },
  { platform, caller, now }: PlatformContext,
): Connection<PersonMatch> {
  const { lookup, filter } = args;
  const order = listOrder('personMatches', args.orderBy);
  // A place decides who is asked; a division that is none is refused all the same.
  facetsOf(filter, undefined);
  if (!lookup || !isAsked(platform, filter)) return new Connection(noRows(order), args);
  const found = lookUp(platform, caller, lookup, now);
  // It is awaited by whatever reads the list, and by nothing where only the type's name is asked.
  found.catch(() => undefined);
  return new Connection(new MatchRows(order, found), args);
}

class MatchRows implements Rows<PersonMatch> {
  readonly order: ListOrder;
  readonly #found: Promise<readonly PersonMatch[]>;

  constructor(order: ListOrder, found: Promise<readonly PersonMatch[]>) {
    this.order = order;
    this.#found = found;
  }

  async read(
    from: Position | undefined,
    direction: Direction,
    limit: number,
    inclusive = false,
  ): Promise<readonly PersonMatch[]> {
    const sign = direction === 'ASC' ? 1 : -1;
    const start = from && { hash: String(from.key), _id: from.id };
    return (await this.#found)
      .toSorted((a, b) => sign * compare(a, b))
      .filter((row) => {
        if (!start) return true;
        const distance = sign * compare(row, start);
        return distance > 0 || (inclusive && distance === 0);
      })
      .slice(0, limit);
  }

  async count(): Promise<number> {
    return (await this.#found).length;
  }

  positionOf({ hash, _id }: PersonMatch): Position {
    return { key: hash, id: _id };
  }
}

type Placed = Pick<PersonMatch, 'hash' | '_id'>;

/** Hashes and ids are ASCII, so that code units are code points. */
function compare(a: Placed, b: Placed): number {
  if (a.hash !== b.hash) return a.hash < b.hash ? -1 : 1;
  return a._id === b._id ? 0 : a._id < b._id ? -1 : 1;
}
