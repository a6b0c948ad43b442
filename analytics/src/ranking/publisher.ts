/**
 * Publishes each formula's ranking of each month once: from the third of the next month on, when every
 * connected feed has reached the month's end; from the tenth on also without those that have not, which
 * are then named and not ranked. One platform must not keep the others from their ranking for ever.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { NetError } from '@onenet/contract';
import {
  monthAt,
  monthsBetween,
  nextMonth,
  openAfterEndMs,
  previousMonth,
  rangeOfMonth,
  settleMs,
  waitedForMs,
} from '../months.ts';
import type { Sources } from '../series.ts';
import { absenceOf } from './candidates.ts';
import { editionId, editionOf } from './edition.ts';
import type { Published, Publisher } from './edition.ts';
import type { Editions } from './editions.ts';
import { formulas } from './formula.ts';
import type { Formula } from './formula.ts';
import { knownFormula } from './ranking.ts';

const pauseMs = 10 * 60_000;

/** `PublishRankingInput` of analytics.graphql. */
export interface PublishRankingInput {
  readonly formula: string;
  readonly month: string;
  readonly evenIfBehind: boolean;
}

export class RankingPublisher {
  private readonly sources: Sources;
  private readonly editions: Editions;
  private readonly log: (message: string, detail?: unknown) => void;
  /** What was said last of each formula, so that it is said once. */
  private readonly told = new Map<string, string>();

  constructor(
    sources: Sources,
    editions: Editions,
    log: (message: string, detail?: unknown) => void,
  ) {
    this.sources = sources;
    this.editions = editions;
    this.log = log;
  }

  /** Publishes what is due until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await rest(settleMs, signal);
    while (!signal.aborted) {
      await this.publishDue(Date.now()).catch((error: unknown) =>
        this.log('a ranking could not be published', error),
      );
      await rest(pauseMs, signal);
    }
  }

  /** Publishes every edition that is due and can be, each formula's months in order; returns their ids. */
  async publishDue(nowMs: number): Promise<string[]> {
    const published: string[] = [];
    for (const formula of formulas) {
      const [newest] = await this.editions.list(formula.id, 1);
      for (const month of dueMonths(newest?.month, nowMs)) {
        const waiting = this.waitingFor(month, nowMs);
        const isLate = nowMs >= rangeOfMonth(month).toMs + waitedForMs;
        if (!waiting || (waiting.length > 0 && !isLate)) {
          this.say(formula, month, waiting ?? ['the owner directory']);
          break;
        }
        const edition = await this.publish(formula, month, 'SCHEDULE', nowMs);
        if (edition) published.push(edition.id);
      }
    }
    return published;
  }

  /** Publishes one month at an administrator's word. */
  async publishNow(input: PublishRankingInput, nowMs: number): Promise<Published> {
    const formula = knownFormula(input.formula);
    const { month } = input;
    const { toMs } = rangeOfMonth(month);
    const id = editionId(formula, month);
    if (toMs > nowMs) {
      throw new NetError('WRONG_STATE', `${month} is not over: its ranking is not published yet.`);
    }
    const [newest] = await this.editions.list(formula.id, 1);
    if (newest && newest.month > month) {
      throw new NetError(
        'WRONG_STATE',
        `${newest.id} is published: no edition of an earlier month comes after it.`,
      );
    }
    const waiting = this.waitingFor(month, nowMs);
    if (!waiting) throw new NetError('UNAVAILABLE', 'The owner directory is not in yet.');
    if (waiting.length > 0 && !input.evenIfBehind) {
      throw new NetError(
        'WRONG_STATE',
        `Not all of ${month} is in from ${waiting.join(', ')}: wait, or publish without them with \`evenIfBehind: true\`.`,
      );
    }
    const edition = await this.publish(formula, month, 'ADMINISTRATOR', nowMs);
    if (edition) return edition;
    throw new NetError('CONFLICT', `${id} is published already, and stays as it is.`);
  }

  /** Undefined where somebody else was first. */
  private async publish(
    formula: Formula,
    month: string,
    by: Publisher,
    nowMs: number,
  ): Promise<Published | undefined> {
    const before = await this.editions.before(formula.id, month, nowMs);
    const edition = await editionOf(this.sources, formula, month, before, { by, nowMs });
    const published = await this.editions.publish(edition);
    if (published) this.log(`published the ranking ${published.id}, sha-256 ${published.hash}`);
    return published;
  }

  /** The connected platforms whose feed has not reached a month's end; undefined where none is known. */
  private waitingFor(month: string, nowMs: number): string[] | undefined {
    const statuses = this.sources.ingest.statuses();
    if (statuses.length === 0) return undefined;
    const range = rangeOfMonth(month);
    return statuses
      .filter((status) => absenceOf(status, range, nowMs) === 'FEED_BEHIND')
      .map(({ platform }) => platform);
  }

  private say(formula: Formula, month: string, waiting: readonly string[]): void {
    const text = `the ranking ${editionId(formula, month)} waits for ${waiting.join(', ')}`;
    if (this.told.get(formula.id) === text) return;
    this.told.set(formula.id, text);
    this.log(text);
  }
}

/** The months after the newest edition that may be published by now; of a formula without any, the last such month alone. */
function dueMonths(newest: string | undefined, nowMs: number): string[] {
  const last = previousMonth(monthAt(nowMs - openAfterEndMs));
  return monthsBetween(newest === undefined ? last : nextMonth(newest), last);
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
