/** The figures that every page opens with. */

export const overviewMetrics = [
  'requestsResolved',
  'requestsBacklog',
  'signUps',
  'engagement',
] as const;

/** Those and the one that was chosen, each once. */
export function withChosen(metric: string): readonly string[] {
  return [...new Set([...overviewMetrics, metric])];
}

/** (value − previous) ÷ previous; from nothing to nothing is no change, from nothing to something has no size. */
export function relativeChange(value: number | null, previous: number | null): number | null {
  if (value === null || previous === null) return null;
  if (value === previous) return 0;
  return previous === 0 ? null : (value - previous) / previous;
}
