/** When people are awake: how lively an hour is in Hubei, 1 on average over the day. */

const weights = [
  0.25, 0.15, 0.1, 0.1, 0.15, 0.3, 0.7, 1.1, 1.5, 1.7, 1.7, 1.5, 1.4, 1.2, 1.4, 1.5, 1.5, 1.4, 1.3,
  1.5, 1.6, 1.3, 0.9, 0.5,
] as const;

const mean = weights.reduce<number>((sum, weight) => sum + weight, 0) / weights.length;

/** China has one time zone and no summer time. */
const offsetHours = 8;

/** The liveliness of a moment. */
export function liveliness(at: Date): number {
  const hours = at.getTime() / 3_600_000 + offsetHours;
  const hour = Math.floor(hours) % 24;
  const weight = (index: number): number => weights[(index + 24) % 24] ?? mean;
  const part = hours - Math.floor(hours);
  return (weight(hour) * (1 - part) + weight(hour + 1) * part) / mean;
}
