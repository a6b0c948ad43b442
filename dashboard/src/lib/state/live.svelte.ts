/** What comes over `/live`: the newest events, today's figures and the state of every feed. */
import type { FeedStatus } from '../api/health.ts';
import { eventsMessage, feedsMessage, type FeedEvent } from '../api/live.ts';
import type { Read } from '../api/read.ts';

export type LiveState = 'connecting' | 'open' | 'lost';

export interface LiveTotals {
  /** Metric → its value today. */
  readonly values: ReadonlyMap<string, number>;
  /** RFC 3339: all events up to this time are in. */
  readonly asOf: string;
  /** When they came, Unix milliseconds. */
  readonly at: number;
}

/** Events that are kept; older ones are in the platform's own lists. */
const kept = 40;

export class Live {
  state = $state<LiveState>('connecting');
  /** Newest first. */
  events = $state.raw<readonly FeedEvent[]>([]);
  /** Today's figures as last sent. */
  totals = $state.raw<LiveTotals>();
  feeds = $state.raw<readonly FeedStatus[]>();

  /** Connects while the component is there; the browser reconnects by itself. */
  constructor() {
    $effect(() => {
      const source = new EventSource('/live');
      source.addEventListener('open', () => (this.state = 'open'));
      source.addEventListener('error', () => (this.state = 'lost'));
      source.addEventListener('events', ({ data }: MessageEvent<string>) => {
        const message = parse(data, eventsMessage);
        if (message === null) return;
        this.events = [...message.events, ...this.events].slice(0, kept);
        this.totals = {
          values: new Map(
            message.totals.flatMap(({ metric, value }) =>
              value === null ? [] : [[metric, value] as const],
            ),
          ),
          asOf: message.asOf,
          at: Date.now(),
        };
      });
      source.addEventListener('feeds', ({ data }: MessageEvent<string>) => {
        this.feeds = parse(data, feedsMessage)?.feeds ?? this.feeds;
      });
      return () => source.close();
    });
  }
}

/** Null for a message of a later version: what it changes, the next full answer brings. */
function parse<T>(data: string, read: Read<T>): T | null {
  try {
    return read(JSON.parse(data) as unknown, 'live');
  } catch {
    return null;
  }
}
