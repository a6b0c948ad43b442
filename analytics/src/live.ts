/** The live stream (`/live`, server-sent events): what changed, at most four times a second. */
import type { ServerResponse } from 'node:http';
import type { FeedLine } from '@onenet/feed';
import { overviewMetrics } from './metrics.ts';
import { shownEvent } from './recent.ts';
import type { ShownEvent } from './recent.ts';
import { freshnessOf } from './scope.ts';
import { metricSeries } from './series.ts';
import type { Sources } from './series.ts';

const shortestGapMs = 250;
const newestKept = 50;
const feedsEveryMs = 5_000;
const heartbeatMs = 15_000;
/** Who does not read this much is cut off: the browser comes back by itself. */
const maxUnreadBytes = 1024 * 1024;

export class Live {
  private readonly sources: Sources;
  private readonly log: (message: string, detail?: unknown) => void;
  private readonly listeners = new Set<ServerResponse>();
  private newest: ShownEvent[] = [];
  private states = '';
  private lastSentMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private sending = false;
  private readonly intervals: readonly NodeJS.Timeout[];

  constructor(sources: Sources, log: (message: string, detail?: unknown) => void) {
    this.sources = sources;
    this.log = log;
    this.intervals = [
      setInterval(() => this.sendFeeds(), feedsEveryMs),
      setInterval(() => this.write(': still here\n\n'), heartbeatMs),
    ];
  }

  /** Lines that are in: the newest of them go out at once, or within a quarter of a second. */
  ingested(platform: string, lines: readonly FeedLine[]): void {
    if (this.listeners.size === 0) return;
    const shown = lines
      .slice(-newestKept)
      .flatMap((line) => (line.kind === 'event' ? (shownEvent(platform, line.event) ?? []) : []));
    this.newest = [...shown.toReversed(), ...this.newest].slice(0, newestKept);
    this.schedule();
  }

  /** A feed's state may have changed: if so, all of them go out. */
  feedChanged(): void {
    if (this.listeners.size === 0) return;
    const states = this.sources.ingest
      .statuses()
      .map(({ platform, state, epoch }) => `${platform} ${state} ${epoch}`)
      .join();
    if (states === this.states) return;
    this.states = states;
    this.sendFeeds();
  }

  /** Begins a stream on a response. */
  subscribe(response: ServerResponse): void {
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.on('close', () => this.listeners.delete(response));
    this.listeners.add(response);
    response.write(message('hello', { asOf: freshnessOf(this.sources.ingest, {}).asOf }));
    response.write(message('feeds', { feeds: this.sources.ingest.statuses() }));
    // The figures of now, without waiting for the next event.
    this.schedule();
  }

  stop(): void {
    for (const interval of this.intervals) clearInterval(interval);
    clearTimeout(this.timer);
    for (const listener of this.listeners) listener.end();
  }

  private schedule(): void {
    if (this.timer || this.sending) return;
    const waitMs = Math.max(0, this.lastSentMs + shortestGapMs - Date.now());
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.sending = true;
      this.sendEvents()
        .catch((error: unknown) => this.log('the live stream has no figures', error))
        .finally(() => {
          this.sending = false;
          if (this.newest.length > 0) this.schedule();
        });
    }, waitMs);
  }

  private async sendEvents(): Promise<void> {
    this.lastSentMs = Date.now();
    const events = this.newest;
    this.newest = [];
    const input = {
      metrics: overviewMetrics,
      period: 'TODAY',
      simulated: true,
      compareWith: 'NONE',
    } as const;
    const series = await metricSeries(this.sources, input, { of: 'net' }, Date.now());
    const totals = (series.get('') ?? []).map(({ metric, value }) => ({ metric, value }));
    const { asOf } = freshnessOf(this.sources.ingest, {});
    this.write(message('events', { asOf, events, totals }));
  }

  private sendFeeds(): void {
    if (this.listeners.size === 0) return;
    this.write(message('feeds', { feeds: this.sources.ingest.statuses() }));
  }

  private write(text: string): void {
    for (const listener of this.listeners) {
      if (listener.writableLength > maxUnreadBytes) listener.destroy();
      else listener.write(text);
    }
  }
}

function message(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
