/** Readings of feeds, of the self-check, and of months that are not closed. */
import { filterSql } from '../cells.ts';
import { timeLiteral } from '../clickhouse.ts';
import type { FeedStatus } from '../ingest/status.ts';
import { monthAt, monthStart, nextMonth } from '../months.ts';
import { dayMs } from '../periods.ts';
import type { SelfCheck } from '../self-check.ts';
import { epochsIn } from '../scope.ts';
import type { Sources } from '../series.ts';
import { firstOpenMonth } from '../statistics/close.ts';
import type { Reading, Rule } from './rule.ts';
import { theNet } from './rule.ts';

/** Since when a platform's feed has been as it is, as far as this process has seen. */
export class FeedTimes {
  private readonly since = new Map<string, { readonly state: string; readonly ms: number }>();

  /** Seconds in the state that it is in. */
  secondsIn({ platform, state }: FeedStatus, nowMs: number): number {
    const known = this.since.get(platform);
    const sinceMs = known?.state === state ? known.ms : nowMs;
    this.since.set(platform, { state, ms: sinceMs });
    return (nowMs - sinceMs) / 1000;
  }
}

/** How long a feed has been in the state that a rule is of; undefined: that is not known now. */
export function feedReading(
  state: 'BEHIND' | 'UNREACHABLE' | 'BROKEN',
  status: FeedStatus,
  secondsIn: number,
): Reading | undefined {
  const from = status.completeTo;
  if (status.state === state) {
    // After a restart nobody knows since when: that closes nothing.
    const figure = Math.max(secondsIn, status.lagSeconds ?? 0);
    return { ...plain(figure), from, mayClose: false };
  }
  // Not answered since this process began: neither well nor unwell.
  if (status.seenAt === null) return undefined;
  const isWell = status.state === 'OK' || status.state === 'QUIET';
  // Who is behind or broken has answered; who answers and is behind has a chain that verifies.
  const isOver =
    state === 'UNREACHABLE' ? status.state !== 'UNREACHABLE' : status.state === 'BEHIND';
  return isWell || (state !== 'BEHIND' && isOver) ? { ...plain(0), from } : undefined;
}

/** How many lines of the last day count nowhere, by platform of which anything is in. */
export async function rejectedReadings(
  { clickhouse, ingest }: Sources,
  platforms: readonly string[],
  nowMs: number,
): Promise<ReadonlyMap<string, Reading>> {
  const epochs = epochsIn(ingest, { platforms });
  if (epochs.size === 0) return new Map();
  const everywhere = { place: undefined, categories: undefined, channels: undefined };
  const fromMs = nowMs - dayMs;
  const rows = await clickhouse.rows<{ platform: string; lines: number }>(
    `SELECT t.platform AS platform, count() AS lines FROM onenet.raw AS t
    WHERE t.rejected != '' AND t.recorded >= ${timeLiteral(fromMs)}
      AND ${filterSql({ ...everywhere, epochs, simulated: true }, 't.place')}
    GROUP BY t.platform`,
  );
  const lines = new Map(rows.map((row) => [row.platform, row.lines]));
  const from = new Date(fromMs).toISOString();
  return new Map(
    [...epochs.keys()].map((code) => [code, { ...plain(lines.get(code) ?? 0), from }]),
  );
}

/** How many sums of a platform differ; undefined while it is not checked. */
export function selfCheckReading(selfCheck: SelfCheck, platform: string): Reading | undefined {
  const found = selfCheck.differencesOf(platform);
  return found && { ...plain(found.length), from: selfCheck.result().checkedAt };
}

/** For how many days the first month that is not closed has been over; undefined where there is none yet. */
export async function monthReading(
  { clickhouse, ingest }: Sources,
  nowMs: number,
): Promise<ReadonlyMap<string, Reading>> {
  const month = await firstOpenMonth(clickhouse, ingest);
  if (month === undefined) return new Map();
  const endMs = monthStart(nextMonth(month));
  const isOver = month < monthAt(nowMs);
  const reading: Reading = {
    ...plain(isOver ? (nowMs - endMs) / dayMs : 0),
    from: new Date(monthStart(month)).toISOString(),
    to: new Date(endMs).toISOString(),
    about: month,
  };
  return new Map([[theNet, reading]]);
}

/** Whether a rule is of the net as a whole. */
export function isOfNet({ subject }: Rule): boolean {
  return subject.of === 'MONTH';
}

function plain(figure: number): Reading {
  return {
    figure,
    value: figure,
    sample: 0,
    expected: null,
    spread: null,
    from: null,
    to: null,
    about: null,
    mayClose: true,
  };
}
