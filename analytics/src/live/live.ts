/** The live stream (`/live`, server-sent events): a snapshot, then what changed, at most four times a second. */
import type { ServerResponse } from 'node:http';
import { shownEvent } from '../recent.ts';
import type { ShownEvent } from '../recent.ts';
import { freshnessOf } from '../scope.ts';
import type { Sources } from '../series.ts';
import { Journal } from './journal.ts';
import { Listeners } from './listeners.ts';
import { newestTold } from '../ingest/news.ts';
import type { News } from '../ingest/news.ts';
import { changeOf, mattersOf, nothingYet, withChange } from './picture.ts';
import type { Picture, Total } from './picture.ts';
import { heartbeat, sse } from './sse.ts';
import { totalsOfToday } from './totals.ts';

const shortestGapMs = 250;
/** So often it is looked how far the feeds are, and whether a day has ended, though nothing came in. */
const progressEveryMs = 5_000;
const heartbeatMs = 15_000;

export class Live {
  readonly #sources: Sources;
  readonly #log: (message: string, detail?: unknown) => void;
  readonly #listeners = new Listeners();
  readonly #journal = new Journal();
  /** Who came since the last look, with the id up to which it was told everything. */
  readonly #joining = new Map<ServerResponse, string | undefined>();
  readonly #intervals: readonly NodeJS.Timeout[];
  #told: Picture = nothingYet;
  #untold: readonly ShownEvent[] = [];
  #matters = '';
  #isProgressDue = true;
  /** Something may have changed since the last look began. */
  #isDue = false;
  #isLooking = false;
  #isStopped = false;
  #lastLookMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(sources: Sources, log: (message: string, detail?: unknown) => void) {
    this.#sources = sources;
    this.#log = log;
    const progress = (): void => {
      this.#isProgressDue = true;
      this.#schedule();
    };
    this.#intervals = [
      setInterval(progress, progressEveryMs),
      setInterval(() => this.#listeners.write(heartbeat, this.#joining), heartbeatMs),
    ];
  }

  /** Lines are in: the newest of them go out at once, or within a quarter of a second. */
  ingested(platform: string, news: News | undefined): void {
    const shown = (news?.newest ?? []).flatMap((event) => shownEvent(platform, event) ?? []);
    // Though nobody listens: who comes back asks for what came meanwhile. Of what another process read none is known.
    this.#untold = [...shown.toReversed(), ...this.#untold].slice(0, newestTold);
    this.#schedule();
  }

  /** A feed's state may have changed. */
  feedChanged(): void {
    if (this.#listeners.size === 0) return;
    const matters = mattersOf(this.#sources.ingest.statuses());
    if (matters === this.#matters) return;
    this.#matters = matters;
    this.#schedule();
  }

  /** Begins a stream: with what came after this id, or, where that is not known any more, with everything. */
  subscribe(response: ServerResponse, lastEventId: string | undefined): void {
    this.#listeners.add(response);
    this.#joining.set(response, lastEventId);
    response.on('close', () => this.#joining.delete(response));
    this.#schedule();
  }

  stop(): void {
    this.#isStopped = true;
    for (const interval of this.#intervals) clearInterval(interval);
    clearTimeout(this.#timer);
    this.#listeners.end();
  }

  #schedule(): void {
    this.#isDue = true;
    if (this.#isStopped || this.#timer || this.#isLooking || this.#listeners.size === 0) return;
    const waitMs = Math.max(0, this.#lastLookMs + shortestGapMs - Date.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#isLooking = true;
      this.#isDue = false;
      this.#lastLookMs = Date.now();
      this.#look()
        .catch((error: unknown) => this.#log('the live stream stands still', error))
        .finally(() => {
          this.#isLooking = false;
          if (this.#isDue) this.#schedule();
        });
    }, waitMs);
  }

  /** One look, whoever listens: what changed goes to all, and who came gets what it lacks. */
  async #look(): Promise<void> {
    const { ingest } = this.#sources;
    // Before the figures are asked for: neither an event nor a time is told ahead of the figures that count it.
    const events = this.#untold;
    this.#untold = [];
    const { asOf } = freshnessOf(ingest, {});
    const totals = await this.#totals();
    const now: Picture = { asOf, events, totals, feeds: ingest.statuses() };
    const change = changeOf(this.#told, now, this.#isProgressDue);
    this.#isProgressDue = false;
    if (change !== undefined) {
      this.#told = withChange(this.#told, change);
      this.#listeners.write(this.#journal.add('change', change), this.#joining);
    }
    this.#admit();
  }

  #admit(): void {
    const snapshot = sse('snapshot', this.#told, this.#journal.lastId);
    for (const [response, lastEventId] of this.#joining) {
      const missed = this.#journal.after(lastEventId) ?? [snapshot];
      for (const message of missed) this.#listeners.writeTo(response, message);
    }
    this.#joining.clear();
  }

  /** Today's figures; those told last while the tables do not answer. */
  async #totals(): Promise<readonly Total[]> {
    try {
      return await totalsOfToday(this.#sources, Date.now());
    } catch (error) {
      this.#log('the live stream has no figures', error);
      return this.#told.totals;
    }
  }
}
