/** The figures that every page opens with. */

export const overviewMetrics = [
  'requestsResolved',
  'requestsBacklog',
  'signUps',
  'engagement',
] as const;
