/** What comes over `/live`: the newest events, today's figures and the state of every feed. */
import { at } from '../address.ts';
import { mayAsk } from '../api/client.ts';
import type { FeedStatus } from '../api/health.ts';
import { liveChange, liveSnapshot, type FeedEvent } from '../api/live.ts';
import type { Read } from '../api/read.ts';
import { withChange, withSnapshot, type LivePicture } from './live-picture.ts';

export type LiveState = 'connecting' | 'open' | 'lost';

export interface LiveTotals {
  /** Metric → its value today. */
  readonly values: ReadonlyMap<string, number>;
  /** RFC 3339: all events up to this time are in. */
  readonly asOf: string;
  /** When they came, Unix milliseconds. */
  readonly at: number;
}

/** A refused stream the browser does not try again: we do, less and less often. */
const retryMs = { first: 5_000, most: 60_000 };

export class Live {
  state = $state<LiveState>('connecting');
  #picture = $state.raw<LivePicture>();
  #at = $state.raw(0);

  /** Newest first. */
  readonly events: readonly FeedEvent[] = $derived(this.#picture?.events ?? []);
  /** Today's figures as last told. */
  readonly totals: LiveTotals | undefined = $derived(
    this.#picture && {
      values: this.#picture.values,
      asOf: this.#picture.asOf,
      at: this.#at,
    },
  );
  readonly feeds: readonly FeedStatus[] | undefined = $derived(this.#picture?.feeds);

  /** Connects while the component is there; after a break the browser goes on where it was. */
  constructor() {
    $effect(() => {
      const gone = new AbortController();
      void mayAsk().then((may) => {
        if (gone.signal.aborted) return;
        if (may) this.#connect(retryMs.first, gone.signal);
        else this.state = 'lost';
      });
      return () => gone.abort();
    });
  }

  #connect(waitMs: number, gone: AbortSignal): void {
    const source = new EventSource(at('/live'));
    gone.addEventListener('abort', () => source.close());
    let nextMs = waitMs;
    source.addEventListener('open', () => {
      this.state = 'open';
      nextMs = retryMs.first;
    });
    source.addEventListener('error', () => {
      this.state = 'lost';
      if (source.readyState !== EventSource.CLOSED) return;
      const again = Math.min(nextMs * 2, retryMs.most);
      const timer = setTimeout(() => this.#connect(again, gone), nextMs);
      gone.addEventListener('abort', () => clearTimeout(timer));
    });
    source.addEventListener('snapshot', ({ data }: MessageEvent<string>) => {
      const told = parse(data, liveSnapshot);
      if (told) this.#saw(withSnapshot(this.#picture, told));
    });
    source.addEventListener('change', ({ data }: MessageEvent<string>) => {
      const change = parse(data, liveChange);
      if (change && this.#picture) this.#saw(withChange(this.#picture, change));
    });
  }

  #saw(picture: LivePicture): void {
    this.#picture = picture;
    this.#at = Date.now();
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
