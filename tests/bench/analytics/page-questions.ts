/** What the pages of one subject ask: figures, their way over 30 days, tables, shares, platforms side by side. */
import { askAlerts } from '../../../dashboard/src/lib/api/alerts.ts';
import { askBriefs } from '../../../dashboard/src/lib/api/briefs.ts';
import {
  askMetrics,
  askMetricsByPlatform,
  askMetricTable,
} from '../../../dashboard/src/lib/api/metrics.ts';
import { askEditions, askRanking } from '../../../dashboard/src/lib/api/ranking.ts';
import { askDistribution, askRequestFunnel } from '../../../dashboard/src/lib/api/requests.ts';
import type { Ask } from './questions.ts';

/** Each page's figures, and the columns of its table, as its `+page.svelte` has them. */
const subjects = {
  requests: {
    figures: [
      'requestsBacklog',
      'requestsOverdue',
      'onTimeRate',
      'satisfaction',
      'requestsSubmitted',
      'requestsResolved',
    ],
    columns: [
      'requestsBacklog',
      'requestsSubmitted',
      'requestsResolved',
      'requestsOverdue',
      'onTimeRate',
      'resolveHoursMedian',
      'satisfaction',
    ],
  },
  'sign-ups': {
    figures: [
      'signUps',
      'membersApplied',
      'members',
      'membersTransferredIn',
      'cardsIssued',
      'cards',
      'cardUseRate',
      'cardUses',
      'cardDiscounts',
    ],
    columns: ['signUps', 'membersApplied', 'members', 'cardsIssued', 'cards', 'cardUseRate'],
  },
  engagement: {
    figures: ['reads', 'activePeople', 'shares', 'likes', 'comments', 'followers'],
    columns: ['reads', 'shares', 'likes', 'comments', 'engagement', 'activePeople', 'followers'],
  },
  aid: {
    figures: ['aidAmount', 'aidPeople', 'aidPaid', 'aidCompleted', 'aidApplied', 'hardshipWorkers'],
    columns: ['aidAmount', 'aidPeople', 'aidApplied', 'aidPaid', 'aidCompleted', 'hardshipWorkers'],
  },
} as const;
/** Short, usual and long: what a period costs the overview has in full. */
const periods = ['TODAY', 'MONTH', 'YEAR'] as const;
const dimensions = ['PLATFORM', 'PLACE', 'CATEGORY', 'CHANNEL'] as const;

/** By name. */
export function pageAsks(): [name: string, ask: Ask][] {
  return [
    ...Object.entries(subjects).flatMap(([page, of]) => subjectAsks(page, of)),
    ...periods.flatMap((period): [string, Ask][] => [
      [`requests: funnel ${period}`, (signal) => askRequestFunnel({ period }, signal)],
      [
        `requests: time to resolve ${period}`,
        (signal) => askDistribution({ of: 'TIME_TO_RESOLVE', period }, signal),
      ],
      [`ranking: ${period}`, (signal) => askRanking({ formula: 'v2', period }, signal)],
    ]),
    ['ranking: editions', (signal) => askEditions('v2', signal)],
    ['alerts: open', (signal) => askAlerts({ state: 'OPEN', first: 50 }, signal)],
    ['brief: list', (signal) => askBriefs({ first: 24 }, 'ZH', signal)],
  ];
}

function subjectAsks(
  page: string,
  { figures, columns }: { figures: readonly string[]; columns: readonly string[] },
): [string, Ask][] {
  const [first = ''] = figures;
  const month = { period: 'LAST_30_DAYS', compareWith: 'NONE' } as const;
  return [
    [
      `${page}: trends`,
      (signal) => askMetrics({ ...month, metrics: figures, grain: 'DAY' }, signal),
    ],
    [
      `${page}: rhythm`,
      (signal) => askMetrics({ ...month, metrics: [first], grain: 'HOUR' }, signal),
    ],
    ...periods.flatMap((period): [string, Ask][] => [
      [
        `${page}: figures ${period}`,
        (signal) =>
          askMetrics({ metrics: figures, period, compareWith: 'PREVIOUS_PERIOD' }, signal),
      ],
      [
        `${page}: side by side ${period}`,
        (signal) =>
          askMetricsByPlatform(
            { metrics: [first], period, grain: 'AUTO', compareWith: 'NONE' },
            null,
            signal,
          ),
      ],
      ...dimensions.map((by): [string, Ask] => [
        `${page}: table ${by} ${period}`,
        (signal) =>
          askMetricTable(
            {
              metrics: columns,
              by,
              period,
              compareWith: 'PREVIOUS_PERIOD',
              first: 200,
              ...(by === 'PLACE' && { place: '420000' }),
            },
            signal,
          ),
      ]),
    ]),
  ];
}
