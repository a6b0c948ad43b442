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

/** A percentage of less than this says nothing: of 2 to 30 it would be +1400%. */
const smallestBase = 10;

/** Whether something was counted before, but too little to measure a change by. */
export function isBaseTooSmall(
  value: number | null,
  previous: number | null,
  kind: string,
): boolean {
  if (value === null || previous === null || value === previous) return false;
  return (kind === 'FLOW' || kind === 'PEOPLE') && previous < smallestBase;
}

/** (value − previous) ÷ previous; from nothing to nothing is no change, from nothing to something has no size. */
export function relativeChange(value: number | null, previous: number | null): number | null {
  if (value === null || previous === null) return null;
  if (value === previous) return 0;
  return previous === 0 ? null : (value - previous) / previous;
}
