/** What stands at a line over time and beside bars, in English. */
import type { annotating as zh } from './annotating.zh.ts';
import type { Same } from './same.ts';

export const annotating: Same<typeof zh> = {
  annotations: {
    SPRING_FESTIVAL: 'Spring Festival',
    WITHDRAWN: 'withdrew',
    SUSPENDED: 'suspended',
    RESUMED: 'resumed',
    STOPPED: 'stopped by its team',
    STARTED: 'started by its team',
    MAINTENANCE_BEGAN: 'maintenance begins',
    MAINTENANCE_ENDED: 'maintenance ends',
    UNREACHABLE: 'unreachable',
    FEED_BROKEN: 'feed does not verify',
    FEED_BEHIND: 'feed behind',
    BACK: 'feed back',
  },
  annotationsOf: 'Marked in the chart',
  annotation: 'Mark',
  annotationsOmitted: (count) => `${count} earlier ones are not listed`,
  annotationsMissing: 'Marks of suspensions and outages could not be had.',
  breakdownLeadsOn: 'A name leads on, a head sorts',
  shareOfAll: 'Share',
};
