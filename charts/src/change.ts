/** What has changed between two figures, and what it means. */

/** A percentage of less than this says nothing: of 2 to 30 it would be +1400%. */
const smallestBase = 10;
/** Below half a tenth of a percent nothing is shown to have changed. */
const noChange = 0.0005;

/** Whether something was counted before, but too little to measure a change by. */
export function isBaseTooSmall(
  value: number | null,
  previous: number | null,
  kind: string,
): boolean {
  if (value === null || previous === null || value === previous) return false;
  return (kind === 'FLOW' || kind === 'PEOPLE') && previous < smallestBase;
}

/** (value − previous) ÷ previous; from nothing to nothing is no change, from nothing or from below zero to something has no size. */
export function relativeChange(value: number | null, previous: number | null): number | null {
  if (value === null || previous === null) return null;
  if (value === previous) return 0;
  return previous <= 0 ? null : (value - previous) / previous;
}

/** What a change means, by the direction in which its metric is good. */
export type Verdict = 'better' | 'worse' | 'unchanged' | 'rose' | 'fell';

export function verdict(change: number, direction: string): Verdict {
  if (Math.abs(change) < noChange) return 'unchanged';
  const up = change > 0;
  if (direction === 'UP_IS_GOOD') return up ? 'better' : 'worse';
  if (direction === 'DOWN_IS_GOOD') return up ? 'worse' : 'better';
  return up ? 'rose' : 'fell';
}
