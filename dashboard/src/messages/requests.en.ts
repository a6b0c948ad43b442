/** The words of the page on requests, in English. */
import type { requests as zh } from './requests.zh.ts';
import type { Same } from './same.ts';

export const requests: Same<typeof zh> = {
  funnel: 'From submission to rating',
  funnelExplained:
    'Steps taken in the period, with their share of what was submitted. No cohort is followed: a later step may exceed the one before.',
  funnelSteps: {
    SUBMITTED: 'Submitted',
    VERIFIED: 'Verified',
    DISPATCHED: 'Dispatched',
    ACCEPTED: 'Accepted',
    RESOLVED: 'Resolved',
    FEEDBACK: 'Feedback',
    RATED: 'Rated',
  },
  step: 'Step',
  shareOfFirst: 'Of submitted',
  distributions: {
    TIME_TO_RESOLVE: 'Time to resolve',
    TIME_TO_ACCEPT: 'Time to accept',
    TIME_TO_REJECT: 'Time to reject',
    SUPERVISION_ANSWER: 'Time to answer a supervision',
  },
  distributionExplained:
    'Of what ended in the period: how long it had taken. Corrected events are left out.',
  distributionNone: 'Nothing ended in the period.',
  whichDistribution: 'Which time',
  howLong: 'Took',
  hoursShort: (hours) => `${hours} h`,
  daysShort: (days) => `${days} d`,
  median: 'median',
  p90: '9 in 10',
  mean: 'mean',
  ended: 'ended',
  backlogAge: 'How long requests have been open',
  backlogAgeExplained:
    'Of what is open now, the days since submission. Asked of the platforms’ own records; it does not change with the period.',
  age: 'Since submission',
  withinDays: (days) => `under ${days} days`,
  betweenDays: (from, to) => `${from}–${to} days`,
  olderThan: (days) => `over ${days} days`,
  oldestOpen: 'The oldest',
  requestsBreakdown: 'Breakdown',
};
