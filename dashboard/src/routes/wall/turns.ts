/** Pages in turn: which comes next, and after how long. */

export const slides = ['now', 'requests', 'people', 'net'] as const;
export type Slide = (typeof slides)[number];

const seconds = { usual: 20, least: 5, most: 600 };

/** How long a page stays, milliseconds, from `turn` of the address in seconds; null: for ever (0). */
export function stayMs(turn: string | null): number | null {
  if (turn === null || !/^\d+$/.test(turn)) return seconds.usual * 1000;
  const asked = Number(turn);
  if (asked === 0) return null;
  return Math.min(seconds.most, Math.max(seconds.least, asked)) * 1000;
}

/** The page so many steps on, round and round. */
export function slideAfter(slide: Slide, steps: number): Slide {
  const index = slides.indexOf(slide) + steps;
  return slides[((index % slides.length) + slides.length) % slides.length] ?? slides[0];
}

/** After so long without an answer or a message of the stream, what is shown is told to be old. */
export const staleAfterMs = 90_000;

/** Whether what was last heard at a time (Unix milliseconds) is old; what was never heard is not: it is on its way. */
export function isStale(heardAt: number, now: number): boolean {
  return heardAt > 0 && now - heardAt > staleAfterMs;
}
