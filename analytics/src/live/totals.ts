/**
 * Today's figures of the overview, asked for with every look: what was before this hour is kept from look to
 * look, until something comes in that it counts. So a look reads the sums of one hour, and no openings. It does not wait for
 * inserts under way: what has been counted half, the next look has whole.
 */
import type { News } from '../ingest/news.ts';
import { knownMetric } from '../known.ts';
import type { Metric } from '../metrics/metric.ts';
import { overviewMetrics } from '../metrics.ts';
import { hourMs, rangeOf } from '../periods.ts';
import type { Range } from '../periods.ts';
import { answer } from '../query.ts';
import { epochsIn } from '../scope.ts';
import type { Sources } from '../series.ts';
import type { Total } from './picture.ts';

const metrics = overviewMetrics.map(knownMetric);
/** What was there at the hour's beginning and what happened since add up: of a level that is its change. */
const changes = metrics.map((metric): Metric => ({ ...metric, kind: 'FLOW' }));
for (const { name, kind, inFen } of metrics) {
  if ((kind !== 'FLOW' && kind !== 'STOCK') || inFen)
    throw new Error(`${name} of the overview does not add up over hours: a ${kind}.`);
}

type Values = ReadonlyMap<string, number>;

/** What is kept: of these epochs, up to this moment. */
interface Kept {
  readonly epochs: string;
  readonly untilMs: number;
  readonly values: Promise<Values>;
  /** Something came in since that it should count. */
  isOutdated: boolean;
}

export class TodaysTotals {
  readonly #sources: Sources;
  #kept: Kept | undefined;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** Lines are in. Undefined: another process read them, and it is not known which. */
  ingested(news: News | undefined): void {
    const kept = this.#kept;
    if (!kept || kept.isOutdated) return;
    kept.isOutdated = news === undefined || news.earliestMs < kept.untilMs;
  }

  /** Null where no feed has ever come in: that is not zero. */
  async at(nowMs: number): Promise<readonly Total[]> {
    const epochs = epochsIn(this.#sources.ingest, {});
    if (epochs.size === 0) return metrics.map(({ name }) => ({ metric: name, value: null }));
    const today = rangeOf('TODAY', nowMs);
    // Shanghai's hours are those of UTC.
    const hourBeganMs = Math.floor((today.toMs - 1) / hourMs) * hourMs;
    const [before, since] = await Promise.all([
      this.#before({ ...today, toMs: hourBeganMs }, epochs, nowMs),
      this.#ask(changes, { ...today, fromMs: hourBeganMs }, epochs, nowMs),
    ]);
    return metrics.map(({ name }) => ({
      metric: name,
      value: (before.get(name) ?? 0) + (since.get(name) ?? 0),
    }));
  }

  async #before(range: Range, epochs: ReadonlyMap<string, number>, nowMs: number): Promise<Values> {
    const kept = this.#kept;
    const key = JSON.stringify([...epochs]);
    const isGood = kept?.epochs === key && kept.untilMs === range.toMs && !kept.isOutdated;
    if (isGood) return await kept.values;
    const values = this.#ask(metrics, range, epochs, nowMs);
    // Kept before it is read: what comes in meanwhile makes it outdated.
    const next: Kept = { epochs: key, untilMs: range.toMs, values, isOutdated: false };
    this.#kept = next;
    values.catch(() => (next.isOutdated = true));
    return await values;
  }

  async #ask(
    of: readonly Metric[],
    range: Range,
    epochs: ReadonlyMap<string, number>,
    nowMs: number,
  ): Promise<Values> {
    const filter = {
      epochs,
      place: undefined,
      categories: undefined,
      channels: undefined,
      simulated: true,
    };
    const question = { metrics: of, range, group: { by: 'all' }, filter, nowMs } as const;
    const figures = (await answer(this.#sources.clickhouse, question)).get('');
    return new Map([...(figures ?? [])].map(([name, { value }]) => [name, value ?? 0]));
  }
}
