/** Answers that are made up, for the gallery: as the net would give them, in each state that a part can be in. */

import { netAnswers } from './net-answers.ts';

export const states = [
  'normal',
  'loading',
  'empty',
  'partial',
  'stale',
  'error',
  'huge',
  'hostile',
] as const;
export type GalleryState = (typeof states)[number];

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What stands in place of a name or a title. */
export const textIn = (state: GalleryState) => (usual: string) =>
  state === 'hostile' ? hostile : usual;

/** Markup, a formula, right to left, very long, emoji. */
const hostile = '=1+1<img src=x onerror=alert(1)>\u202eاختبار👩‍👩‍👧‍👦' + '很长的名字'.repeat(12);
const codes = ['420100', '420200', '420300', '420500', '420600', '420700', '420800', '420900'];

/** In place of the gateway. */
export async function respond(
  state: GalleryState,
  init: RequestInit | undefined,
): Promise<Response> {
  const { query, variables } = JSON.parse(typeof init?.body === 'string' ? init.body : '{}') as {
    readonly query: string;
    readonly variables: {
      readonly input?: { readonly metrics?: readonly string[]; readonly by?: string };
    };
  };
  const [, operation = ''] = /query (\w+)/.exec(query) ?? [];
  if (state === 'loading') await new Promise(() => undefined);
  if (state === 'stale') await new Promise((resolve) => setTimeout(resolve, 4000));
  if (state === 'error') return Response.json({ errors: [error] });
  const data = answers(state)[operation]?.(variables.input ?? {}) ?? null;
  return Response.json(state === 'partial' ? { data, errors: [error] } : { data });
}

const error = { message: 'not available', extensions: { code: 'UNAVAILABLE' } };

type Input = { readonly metrics?: readonly string[]; readonly by?: string };

function answers(state: GalleryState): Readonly<Record<string, (input: Input) => Json>> {
  const none = state === 'empty';
  const size = state === 'huge' ? 123_456_789 : 120;
  const behind = state === 'partial' ? codes.slice(0, 2) : [];
  const covered = {
    asOf: '2026-11-30T02:00:00Z',
    state: 'token',
    asked: 23,
    answered: 23 - behind.length,
    behind,
  };
  const span = { from: null, to: covered.asOf, partial: true };
  const wave = (index: number) => Math.round(size * (1.2 + Math.sin(index / 2)));
  const points = (count: number, stepMs: number) =>
    Array.from({ length: count }, (_each, index) => ({
      at: new Date(Date.parse('2026-11-01T00:00:00Z') + index * stepMs).toISOString(),
      value: none || index % 9 === 8 ? null : wave(index),
    }));
  const hourMs = 3_600_000;
  const series = (metric: string, index = 0): Json => ({
    ...covered,
    ...span,
    metric,
    value: none ? null : metric.endsWith('Rate') ? 0.912 : wave(index),
    opening: null,
    previous: none ? null : size,
    change: none ? null : 0.123,
    points: metric.endsWith('Submitted') ? points(720, hourMs) : points(30, 24 * hourMs),
    upperBound: state === 'partial',
    comparedFrom: null,
    comparedTo: null,
    grain: 'DAY',
  });
  const keys = (by = 'PLATFORM') => {
    if (none) return [];
    if (state === 'hostile') return [hostile, '<b>', 'OTHER'];
    if (by === 'CATEGORY') return ['WAGES', 'CONTRACT', 'SAFETY', 'OTHER'];
    return by === 'CHANNEL' ? ['WECHAT', 'WEBSITE'] : codes;
  };
  const cell = (index: number) => ({
    value: index === 3 ? null : wave(index),
    previous: size,
    change: index - 1.5,
  });
  const node = {
    id: '1',
    platformCode: '420100',
    category: 'WAGES',
    channel: 'WECHAT',
    status: 'ACCEPTED',
    placeCode: '420106',
    place: { code: '420106', name: state === 'hostile' ? hostile : '武昌区' },
    dueAt: null,
    overdue: true,
    supervised: true,
    escalationLevel: 2,
  };
  const listed = {
    title: state === 'hostile' ? hostile : '拖欠工资',
    submittedAt: '2026-09-01T00:00:00Z',
  };
  const whole = {
    edges: none ? [] : [{ node: { ...node, ...listed } }],
    totalCount: none ? 0 : size,
    knownCount: size,
    pageInfo: { hasNextPage: false, endCursor: null },
    completeness: {
      asked: 23,
      answered: 23,
      notAsked: [],
      missing: behind.map((platform) => ({ platform, reason: 'TIMEOUT' })),
      asOf: covered.asOf,
    },
  };
  const buckets = [0, 1, 4, 8, 24, 48, 72, 120, 240].map((fromHours, index, all) => ({
    fromHours,
    toHours: all[index + 1] ?? null,
    count: none ? 0 : wave(index),
    share: 0.1,
  }));
  const steps = [
    'SUBMITTED',
    'VERIFIED',
    'DISPATCHED',
    'ACCEPTED',
    'RESOLVED',
    'FEEDBACK',
    'RATED',
  ];
  return {
    ...netAnswers({ none, size, text: textIn(state), behind }),
    Metrics: ({ metrics = [] }) => ({ metrics: metrics.map((name, index) => series(name, index)) }),
    MetricsByPlatform: ({ metrics = [] }) => ({
      platforms: none
        ? []
        : codes.map((code, index) => ({
            code,
            metrics: metrics.map((name) => series(name, index)),
          })),
    }),
    MetricTable: ({ metrics = [], by = 'PLATFORM' }) => ({
      metricTable: {
        ...covered,
        ...span,
        by,
        totalRows: keys(by).length,
        rows: keys(by).map((key, index) => ({
          key,
          cells: metrics.map((metric) => ({ metric, ...cell(index) })),
        })),
      },
    }),
    Tops: ({ by }) => ({
      tops: { ...covered, rows: keys(by).map((key, index) => ({ key, ...cell(index) })) },
    }),
    RequestFunnel: () => ({
      funnel: {
        ...covered,
        partial: true,
        steps: steps.map((step, index) => ({
          step,
          count: none ? null : size * (7 - index),
          shareOfBefore: 0.9,
          shareOfFirst: none ? null : (7 - index) / 7,
        })),
      },
    }),
    Distribution: () => ({
      distribution: {
        ...covered,
        of: 'TIME_TO_RESOLVE',
        partial: true,
        n: none ? 0 : size,
        medianHours: 30,
        p90Hours: 130,
        meanHours: 44,
        buckets,
      },
    }),
    BacklogAges: () => ({
      whole,
      ...Object.fromEntries(
        buckets
          .slice(0, 5)
          .map(({ count }, index) => [`age${index}`, { totalCount: count, knownCount: count }]),
      ),
    }),
    ServiceRequests: () => ({ page: whole }),
  };
}
