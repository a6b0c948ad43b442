/** What a brief tells, in reading order: the figures of each section, what is drawn of them, and how many things a share needs. */
import { samples } from '../ranking/samples.ts';

/** Sections that are made of figures. */
export const figureSections = ['overview', 'requests', 'members', 'services', 'aid'] as const;
export type FigureSection = (typeof figureSections)[number];

export interface SectionPlan {
  /** In the table; the first `told` of them also in words. */
  readonly metrics: readonly string[];
  readonly told: number;
  /** Drawn by day. */
  readonly trend?: string;
  /** Drawn by category or channel. */
  readonly shares?: readonly ShareOf[];
}

export interface ShareOf {
  readonly metric: string;
  readonly by: 'CATEGORY' | 'CHANNEL';
}

export const plan: Readonly<Record<FigureSection, SectionPlan>> = {
  overview: {
    metrics: [
      'requestsSubmitted',
      'requestsResolved',
      'requestsBacklog',
      'onTimeRate',
      'signUps',
      'members',
      'engagement',
      'activePeople',
    ],
    told: 7,
  },
  requests: {
    metrics: [
      'requestsSubmitted',
      'requestsResolved',
      'requestsBacklog',
      'onTimeRate',
      'resolveHoursMedian',
      'resolveHoursP90',
      'satisfaction',
      'ratedShare',
      'requestsReopened',
      'requestsOverdue',
      'requestsEscalated',
    ],
    told: 7,
    trend: 'requestsSubmitted',
    shares: [
      { metric: 'requestsSubmitted', by: 'CATEGORY' },
      { metric: 'requestsSubmitted', by: 'CHANNEL' },
    ],
  },
  members: {
    metrics: ['membersApplied', 'signUps', 'members', 'membersTransferredIn'],
    told: 3,
    trend: 'signUps',
    shares: [{ metric: 'signUps', by: 'CHANNEL' }],
  },
  services: {
    metrics: [
      'engagement',
      'reads',
      'shares',
      'likes',
      'comments',
      'articlesPublished',
      'followers',
      'activePeople',
      'cardsIssued',
      'cardUses',
      'cardDiscounts',
    ],
    told: 3,
    trend: 'engagement',
  },
  aid: {
    metrics: [
      'aidApplied',
      'aidPaid',
      'aidAmount',
      'aidPeople',
      'aidCompleted',
      'hardshipWorkers',
      'hardshipWorkersPaired',
      'cadresPaired',
      'fundsCredited',
    ],
    told: 4,
  },
};

/** Every metric of a brief, once. */
export const briefMetrics: readonly string[] = [
  ...new Set(figureSections.flatMap((section) => plan[section].metrics)),
];

/** The columns of the table by platform. */
export const platformColumns = [
  'requestsSubmitted',
  'requestsResolved',
  'requestsBacklog',
  'onTimeRate',
  'signUps',
  'engagement',
] as const;

/** What a figure that divides is of, and how many there must be before anything is said of its change: as in rankings. */
export const sampleOf: Readonly<
  Record<string, { readonly of: keyof typeof samples; readonly minimum: number }>
> = {
  onTimeRate: { of: 'endedWithDeadline', minimum: 10 },
  resolveHoursMedian: { of: 'resolvedWithDuration', minimum: 10 },
  resolveHoursP90: { of: 'resolvedWithDuration', minimum: 10 },
  ratedShare: { of: 'resolvedWithDuration', minimum: 10 },
  satisfaction: { of: 'ratingsGiven', minimum: 5 },
};

/** Whose ranking of the month is in it. */
export const rankingFormula = 'v2';
