/** What the live stream shows, and what of it changed since it was last told. No I/O. */
import { newestTold } from '../ingest/news.ts';
import type { FeedStatus } from '../ingest/status.ts';
import type { ShownEvent } from '../recent.ts';

/** A figure of today. */
export interface Total {
  readonly metric: string;
  readonly value: number | null;
}

/** `data` of `event: snapshot`: everything, as it was told up to its id. */
export interface Picture {
  /** RFC 3339: all events up to this time are in. */
  readonly asOf: string;
  /** The newest, newest first. */
  readonly events: readonly ShownEvent[];
  readonly totals: readonly Total[];
  readonly feeds: readonly FeedStatus[];
}

/** `data` of `event: change`: what is absent is as it was. */
export interface Change {
  readonly asOf: string;
  /** What came in, newest first; of very many the newest only. */
  readonly events?: readonly ShownEvent[];
  readonly totals?: readonly Total[];
  readonly feeds?: readonly FeedStatus[];
  /** Owners that the net has no more. */
  readonly gone?: readonly string[];
}

export const nothingYet: Picture = { asOf: '', events: [], totals: [], feeds: [] };

/**
 * What is to be told; undefined: nothing. How far a feed is moves with every answer of its owner: only
 * `withProgress` tells that by itself, else a feed is told when something is the matter with it, or no more.
 */
export function changeOf(told: Picture, now: Picture, withProgress: boolean): Change | undefined {
  const { asOf, events } = now;
  const before = new Map(told.totals.map(({ metric, value }) => [metric, value]));
  const totals = now.totals.filter(({ metric, value }) => before.get(metric) !== value);
  const known = new Map(told.feeds.map((feed) => [feed.platform, feed]));
  const feeds = now.feeds.filter((feed) => {
    const as = known.get(feed.platform);
    if (as === undefined || matterOf(as) !== matterOf(feed)) return true;
    return withProgress && JSON.stringify(as) !== JSON.stringify(feed);
  });
  const there = new Set(now.feeds.map(({ platform }) => platform));
  const gone = told.feeds.map(({ platform }) => platform).filter((code) => !there.has(code));
  const isSame = [events, totals, feeds, gone].every((list) => list.length === 0);
  if (isSame && !(withProgress && asOf !== told.asOf)) return undefined;
  return {
    asOf,
    ...(events.length > 0 && { events }),
    ...(totals.length > 0 && { totals }),
    ...(feeds.length > 0 && { feeds }),
    ...(gone.length > 0 && { gone }),
  };
}

/** What somebody knows who was told the one, and then the other. */
export function withChange(told: Picture, change: Change): Picture {
  const totals = new Map([...told.totals, ...(change.totals ?? [])].map((t) => [t.metric, t]));
  const feeds = new Map([...told.feeds, ...(change.feeds ?? [])].map((f) => [f.platform, f]));
  for (const code of change.gone ?? []) feeds.delete(code);
  return {
    asOf: change.asOf,
    events: [...(change.events ?? []), ...told.events].slice(0, newestTold),
    totals: [...totals.values()],
    feeds: [...feeds.values()],
  };
}

/** What is the matter with feeds, in short: when this changes, somebody should see it at once. */
export function mattersOf(feeds: readonly FeedStatus[]): string {
  return feeds.map((feed) => `${feed.platform} ${matterOf(feed)}`).join();
}

function matterOf({ state, epoch, rejected, contiguous, waitingFor }: FeedStatus): string {
  return `${state} ${epoch} ${rejected} ${contiguous} ${waitingFor}`;
}
