/** When simulated activity happens: the last 35 days, and a thinner fortnight a year ago. */
import { dayFactor, dayMs, momentOfDay, startOfDay } from './calendar.ts';
import type { Random } from './random.ts';
import type { Site } from './site.ts';

const recentDays = 35;
const yearAgoDays = 14;
const yearAgoShare = 0.6;

/** Moments in order of days, about `perDay` on a working day, none after now. */
export function* recentMoments(site: Site, random: Random, perDay: number): Generator<number> {
  const today = startOfDay(site.now);
  const aYearAgo = startOfDay(yearBefore(site.now));
  for (const { day, share } of [
    ...lastDays(aYearAgo + dayMs, yearAgoDays, yearAgoShare),
    ...lastDays(today, recentDays, 1),
  ]) {
    const expected = perDay * share * dayFactor(day) * random.between(0.75, 1.25);
    const count = Math.floor(expected) + (random.chance(expected % 1) ? 1 : 0);
    for (let n = 0; n < count; n++) {
      const moment = momentOfDay(random, day);
      if (moment <= site.now) yield moment;
    }
  }
}

function lastDays(last: number, days: number, share: number): { day: number; share: number }[] {
  return Array.from({ length: days }, (_, n) => ({ day: last - (days - 1 - n) * dayMs, share }));
}

/** The same date and time of the year before, in UTC; 29 February becomes 1 March. */
function yearBefore(time: number): number {
  const date = new Date(time);
  return date.setUTCFullYear(date.getUTCFullYear() - 1);
}
