/** A walk over pages: who is asked from where, and what a page's cursors say. No I/O, so that it can be simulated. */
import { badCursor, type Direction, type Page, type Position } from '@onenet/contract';
import { mergePage, type Part, type Pick } from './merge.ts';
import {
  beginning,
  further,
  netCursorWriter,
  readNetCursor,
  walkDirection,
  type ListIdentity,
  type NetCursor,
  type OwnerStart,
} from './net-cursor.ts';

/** A page that is about to be asked for. */
export interface Walk {
  readonly list: ListIdentity;
  readonly page: Page;
  readonly cursor: NetCursor;
  /** The way in which the rows of the walk come. */
  readonly direction: Direction;
  /** Who is asked, and after which position. */
  readonly asks: readonly OwnerStart[];
  /** Who failed on an earlier page. */
  readonly heldBack: readonly string[];
}

/** A page that was put together. */
export interface TurnedPage {
  /** In the list's order. */
  readonly rows: readonly Pick[];
  /** Whether there is more in the direction of the walk, at the owners that were asked. */
  readonly more: boolean;
  /** Owners whose page was not in order. */
  readonly wrong: ReadonlyMap<string, string>;
  readonly resume: string | null;
  cursorOf(position: Position): string;
}

/**
 * Begins or goes on with a walk among the owners in scope. Who refuses the caller now is owed no
 * longer, whatever the cursor says: no later page could bring it.
 */
export function beginPage(
  list: ListIdentity,
  page: Page,
  inScope: readonly string[],
  refusing: ReadonlySet<string> = new Set(),
): Walk {
  const given =
    page.cursor === undefined ? beginning : readNetCursor(page.cursor, list, page.backward);
  const cursor = { ...given, owed: given.owed.filter(({ platform }) => !refusing.has(platform)) };
  const direction = walkDirection(list, page.backward);
  const owed = new Set(cursor.owed.map((start) => start.platform));
  const own = cursor.ask && new Map(cursor.ask.map((start) => [start.platform, start.position]));
  const walked = own ? inScope.filter((platform) => own.has(platform)) : inScope;
  if (own && own.size === 0) throw badCursor('it asks nobody');
  return {
    list,
    page,
    cursor,
    direction,
    asks: walked
      .filter((platform) => !owed.has(platform))
      .map((platform) => ({
        platform,
        position: further(own?.get(platform) ?? null, cursor.position, direction),
      })),
    heldBack: inScope.filter((platform) => owed.has(platform)),
  };
}

/** Reasons that hold on the next page too. */
const lasting: ReadonlySet<string | undefined> = new Set(['NOT_OFFERED', 'REFUSED']);

/**
 * Puts a page together from those who answered; `failed` are those of `asks` who did not. Who does
 * not offer what is asked, or refuses it, is not owed: no later page could bring it.
 */
export function turnPage(
  walk: Walk,
  parts: readonly Part[],
  failed: ReadonlyMap<string, { readonly reason: string }>,
): TurnedPage {
  const { page, cursor, list, direction } = walk;
  const merged = mergePage(parts, page.size, direction);
  const wrong = new Map(
    [...merged.wrong].map(([index, why]) => [parts[index]?.platform ?? '', why]),
  );
  const fails = ({ platform }: OwnerStart): boolean => failed.has(platform) || wrong.has(platform);
  const isOwed = (start: OwnerStart): boolean =>
    fails(start) && !lasting.has(failed.get(start.platform)?.reason);
  const owed = [...cursor.owed, ...walk.asks.filter(isOwed)];
  const ask = cursor.ask && walk.asks.filter((start) => !fails(start)).map((start) => ahead(start));
  const cursorOf = netCursorWriter(list, page.backward, ask, owed);
  const resume = owed.length === 0 ? null : netCursorWriter(list, page.backward, owed, [])(null);
  return {
    rows: page.backward ? merged.picks.toReversed() : merged.picks,
    more: merged.more,
    wrong,
    resume,
    cursorOf,
  };

  /** An owner that the walk has reached needs no position of its own any more. */
  function ahead(start: OwnerStart): OwnerStart {
    return start.position === cursor.position
      ? { platform: start.platform, position: null }
      : start;
  }
}
