/** What of the net's use a platform's team is told: all of its own platform's; of the others only what does not say whom a client asked. */
import { NetError, type Caller } from '@onenet/contract';
import { sightOfSummary, sightOfUse } from '../access/who.ts';
import { comparedRange } from '../comparisons.ts';
import type { Comparison } from '../comparisons.ts';
import { grainOf } from '../grains.ts';
import type { AskedGrain } from '../grains.ts';
import { metricByName } from '../metrics.ts';
import { rangeOf, shanghaiMs, startOf } from '../periods.ts';
import type { Period, PeriodInput, Range } from '../periods.ts';
import { isOfRequests } from './dimensions.ts';

/** What series, tops and tables ask of the net's use. */
interface AskedOfUse extends PeriodInput {
  readonly metrics: readonly string[];
  /** Undefined or null: all. */
  readonly platforms?: readonly string[] | null | undefined;
  readonly clients?: readonly string[] | null;
  readonly by?: string;
  readonly period: Period;
  readonly compareWith: Comparison;
  readonly grain?: AskedGrain | null;
}

/** Refuses what would tell a team more. `deliveredTo`: up to when the gateways' record is whole; null: not known. */
export function checkSight(
  caller: Caller,
  asked: AskedOfUse,
  deliveredTo: string | null,
  nowMs: number,
): void {
  const { platforms, clients, by } = asked;
  if (by === 'CLIENT' || clients != null) checkClients(caller, platforms);
  const isOfUse = asked.metrics.some((name) => {
    const metric = metricByName(name);
    return metric !== undefined && isOfRequests(metric);
  });
  if (!isOfUse) return;
  const own = sightOfUse(caller);
  if (own !== undefined && !isOnly(own, platforms)) checkDays(own, asked, deliveredTo, nowMs);
}

/** A platform's team learns who asked for its own data, and not who asked others for theirs. */
function checkClients(caller: Caller, platforms: readonly string[] | null | undefined): void {
  const { platform } = sightOfSummary(caller);
  if (platform === undefined || isOnly(platform, platforms)) return;
  throw new NetError(
    'NOT_ALLOWED',
    `Clients are told to a platform's team for its own platform: ask with \`platforms: ["${platform}"]\`.`,
  );
}

/**
 * Of its own access records a team knows the moment and the client. A figure of another platform over that very
 * moment, or one that grew by it, would tell that the client asked there too: so only days that can grow no more.
 */
function checkDays(
  own: string,
  asked: AskedOfUse,
  deliveredTo: string | null,
  nowMs: number,
): void {
  const { period, compareWith, grain } = asked;
  const wholeMs = deliveredTo === null ? nowMs : Math.min(nowMs, Date.parse(deliveredTo));
  const closedMs = startOf('day', wholeMs);
  const range = rangeOf(period, nowMs, asked);
  const compared = comparedRange(range, compareWith);
  const areDays = [range, ...(compared ? [compared] : [])].every((each) =>
    isOfClosedDays(each, closedMs),
  );
  if (areDays && !isWithinDays(grain, range)) return;
  throw new NetError(
    'NOT_ALLOWED',
    `Of other platforms than its own, a platform's team is told use by whole days of Asia/Shanghai that are over and in: ask for CUSTOM from the beginning of a day to that of another, ${dayOf(closedMs)} at the latest${grain == null ? '' : ', with a grain of DAY, WEEK or MONTH'}; or with \`platforms: ["${own}"]\`.`,
  );
}

function isOfClosedDays({ fromMs, toMs }: Range, closedMs: number): boolean {
  if (fromMs === undefined || toMs > closedMs) return false;
  return startOf('day', fromMs) === fromMs && startOf('day', toMs) === toMs;
}

function isWithinDays(grain: AskedGrain | null | undefined, range: Range): boolean {
  if (grain == null || range.fromMs === undefined) return false;
  const given = grain === 'AUTO' ? grainOf(grain, { ...range, fromMs: range.fromMs }) : grain;
  return given === 'HOUR' || given === 'MINUTE';
}

function isOnly(own: string, platforms: readonly string[] | null | undefined): boolean {
  return platforms?.length === 1 && platforms[0] === own;
}

/** A date alone is its beginning in Asia/Shanghai. */
function dayOf(startMs: number): string {
  return new Date(startMs + shanghaiMs).toISOString().slice(0, 10);
}
