/** What comes over `/live`: the newest events, today's figures and the state of every feed. */
import { at } from '../address.ts';
import { mayAsk } from '../api/client.ts';
import type { FeedStatus } from '../api/health.ts';
import type { FeedEvent } from '../api/live.ts';
import { whenIdle, whenLoaded } from '../lazy.ts';
import type { LiveState, Told } from '../live/stream.ts';

export interface LiveTotals {
  /** Metric → its value today. */
  readonly values: ReadonlyMap<string, number>;
  /** RFC 3339: all events up to this time are in. */
  readonly asOf: string;
  /** When they came, Unix milliseconds. */
  readonly at: number;
}

export class Live {
  #told = $state.raw<Told>({ state: 'connecting', picture: undefined, at: 0 });

  readonly state: LiveState = $derived(this.#told.state);
  /** Newest first. */
  readonly events: readonly FeedEvent[] = $derived(this.#told.picture?.events ?? []);
  /** Today's figures as last told. */
  readonly totals: LiveTotals | undefined = $derived(
    this.#told.picture && {
      values: this.#told.picture.values,
      asOf: this.#told.picture.asOf,
      at: this.#told.at,
    },
  );
  readonly feeds: readonly FeedStatus[] | undefined = $derived(this.#told.picture?.feeds);

  /** Listens while the component is there. */
  constructor() {
    $effect(() => {
      let stop: (() => void) | undefined;
      let gone = false;
      void mayAsk().then((may) => {
        if (gone) return;
        if (!may) {
          this.#told = { ...this.#told, state: 'lost' };
          return;
        }
        const address = new URL(at('/live'), location.href).href;
        stop = whenIdle(() => {
          stop = whenLoaded(
            () => import('../live/share.ts'),
            ({ shareLive }) => {
              stop = shareLive(address, (told) => (this.#told = told));
            },
          );
        });
      });
      return () => {
        gone = true;
        stop?.();
      };
    });
  }
}
