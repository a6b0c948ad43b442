/** How many working days lie between two times, by the calendar by which the net sets its deadlines. */
import table from '@onenet/contract/working-days.json' with { type: 'json' };

const holidays: ReadonlySet<string> = new Set(table.holidays);
const workdays: ReadonlySet<string> = new Set(table.workdays);

const dayMs = 86_400_000;
/** A day in Shanghai always has 24 hours. */
const shanghaiMs = 8 * 3_600_000;

/** Working days after the day of `from`, up to that of `to` and with it; none where `to` is earlier. Unix milliseconds. */
export function workingDaysBetween(from: number, to: number): number {
  const last = dayOf(to);
  let days = 0;
  for (let at = from + dayMs; dayOf(at) <= last; at += dayMs) if (isWorked(at)) days += 1;
  return days;
}

function isWorked(time: number): boolean {
  const weekday = new Date(time + shanghaiMs).getUTCDay();
  const day = dayOf(time);
  return weekday === 0 || weekday === 6 ? workdays.has(day) : !holidays.has(day);
}

/** 2026-11-29 */
function dayOf(time: number): string {
  return new Date(time + shanghaiMs).toISOString().slice(0, 10);
}
