/** What a listener of `/live` knows: everything at first, then what changed, put together. */
import type { FeedStatus } from '../api/health.ts';
import type { FeedEvent, LiveChange, LiveSnapshot } from '../api/live.ts';

export interface LivePicture {
  /** RFC 3339: all events up to this time are in. */
  readonly asOf: string;
  /** Newest first. */
  readonly events: readonly FeedEvent[];
  /** Metric → its value today, of those that have one. */
  readonly values: ReadonlyMap<string, number>;
  readonly feeds: readonly FeedStatus[];
}

/** Events that are kept; older ones are in the platform's own lists. */
const kept = 40;

/** Everything anew, but for older events, which no snapshot has. */
export function withSnapshot(known: LivePicture | undefined, told: LiveSnapshot): LivePicture {
  return {
    asOf: told.asOf,
    events: newest(told.events, known?.events ?? []),
    values: valuesWith(new Map(), told.totals),
    feeds: told.feeds,
  };
}

/** What is absent from a change is as it was. */
export function withChange(known: LivePicture, change: LiveChange): LivePicture {
  const feeds = new Map(
    [...known.feeds, ...(change.feeds ?? [])].map((feed) => [feed.platform, feed]),
  );
  for (const code of change.gone ?? []) feeds.delete(code);
  return {
    asOf: change.asOf,
    events: newest(change.events ?? [], known.events),
    values: valuesWith(known.values, change.totals ?? []),
    feeds: [...feeds.values()],
  };
}

/** Each event once: a snapshot repeats what was told before. */
function newest(told: readonly FeedEvent[], known: readonly FeedEvent[]): readonly FeedEvent[] {
  const all = new Map<string, FeedEvent>();
  for (const event of [...told, ...known]) {
    const key = `${event.platform}/${event.sequence}`;
    if (!all.has(key)) all.set(key, event);
  }
  return [...all.values()].slice(0, kept);
}

function valuesWith(
  known: ReadonlyMap<string, number>,
  totals: LiveSnapshot['totals'],
): ReadonlyMap<string, number> {
  const values = new Map(known);
  for (const { metric, value } of totals) {
    if (value === null) values.delete(metric);
    else values.set(metric, value);
  }
  return values;
}
