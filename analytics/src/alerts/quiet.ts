/** Quiet times in Asia/Shanghai: when a notification waits, and until when. The alert itself is shown at once. */
import { isWorkingDay } from '@onenet/contract';
import { dayMs, minuteMs, startOf } from '../periods.ts';
import type { Severity } from './rule.ts';

/** `QuietTimes` of analytics.graphql. */
export interface Quiet {
  /** `22:00`, in Asia/Shanghai; where `to` is earlier, it is of the day after. The same as `to`: no hours are. */
  readonly from: string;
  readonly to: string;
  /** Weekends and public holidays, by China's calendar of working days, are quiet as a whole. */
  readonly daysOff: boolean;
  /** Also what is to be looked at now (severity 3) waits. */
  readonly gravestWaits: boolean;
}

export const noQuiet: Quiet = { from: '00:00', to: '00:00', daysOff: false, gravestWaits: false };

const times = /^([01]\d|2[0-3]):[0-5]\d$/;
/** The longest row of days off is some ten days; without a limit a mistake in the calendar would hold back for ever. */
const mostSteps = 60;

/** Whether a text is a time of day, as quiet times are given. */
export function isTimeOfDay(text: string): boolean {
  return times.test(text);
}

/** When something that happens now may be told: now, or at the end of the quiet time. */
export function tellAt(quiet: Quiet, severity: Severity, nowMs: number): number {
  if (severity === 3 && !quiet.gravestWaits) return nowMs;
  let ms = nowMs;
  for (let step = 0; step < mostSteps; step += 1) {
    const until = quietUntil(quiet, ms);
    if (until === undefined) return ms;
    ms = until;
  }
  return ms;
}

/** Where the quiet time that a moment lies in ends; undefined: it lies in none. */
function quietUntil({ from, to, daysOff }: Quiet, ms: number): number | undefined {
  const day = startOf('day', ms);
  if (daysOff && !isWorkingDay(new Date(ms))) return day + dayMs;
  const begin = day + minutesOf(from) * minuteMs;
  const end = day + minutesOf(to) * minuteMs;
  if (begin < end) return ms >= begin && ms < end ? end : undefined;
  if (begin === end) return undefined;
  if (ms < end) return end;
  return ms >= begin ? end + dayMs : undefined;
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
