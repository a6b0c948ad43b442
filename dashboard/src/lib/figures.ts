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
