/** When things happen: weekdays and daylight in Asia/Shanghai, which is UTC+8 all year. */
import type { Random } from './random.ts';

export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;
const shanghaiMs = 8 * hourMs;

/** The end of the day that the published figures speak of. */
export const figuresAsOf = new Date('2016-09-01T00:00:00+08:00');

/** The start of the day, in Shanghai, that holds `time`. */
export function startOfDay(time: number): number {
  return Math.floor((time + shanghaiMs) / dayMs) * dayMs - shanghaiMs;
}

/** How busy a day is: weekends are quieter. */
export function dayFactor(dayStart: number): number {
  return isWeekend(dayStart) ? 0.45 : 1;
}

/** A moment of the day as workers spread over it: two peaks, a dip at noon, little at night. */
export function momentOfDay(random: Random, dayStart: number): number {
  for (;;) {
    const hour = random.between(0, 24);
    if (random.next() < (hourWeights[Math.floor(hour)] ?? 0)) {
      return dayStart + Math.floor(hour * hourMs);
    }
  }
}

/** A moment within the window, with the rhythm of days and hours. */
export function momentBetween(random: Random, from: number, to: number): number {
  for (;;) {
    const day = startOfDay(random.between(from, to));
    if (random.next() >= dayFactor(day)) continue;
    const moment = momentOfDay(random, day);
    if (moment >= from && moment < to) return moment;
  }
}

/** The first moment at or after `time` at which an office works. */
export function officeMoment(random: Random, time: number): number {
  let day = startOfDay(time);
  if (!isWeekend(day) && time - day < closesMs) {
    return Math.max(time, day + opensMs + random.integer(0, 40 * minuteMs));
  }
  do day += dayMs;
  while (isWeekend(day));
  return day + opensMs + random.integer(0, 90 * minuteMs);
}

const opensMs = 8.5 * hourMs;
const closesMs = 17.5 * hourMs;

/** Share of a peak hour's activity, for the hours from 0 to 23. */
const hourWeights = [
  0.05, 0.03, 0.02, 0.02, 0.03, 0.08, 0.2, 0.4, 0.75, 1, 1, 0.9, 0.55, 0.6, 0.9, 1, 0.95, 0.8, 0.55,
  0.6, 0.65, 0.55, 0.3, 0.12,
];

function isWeekend(dayStart: number): boolean {
  // 1970-01-01 was a Thursday. Counted rather than asked of a Date: every moment of every record asks.
  const weekday = (Math.floor((dayStart + shanghaiMs) / dayMs) + 4) % 7;
  return weekday === 0 || weekday === 6;
}
