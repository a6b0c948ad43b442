/** What the dashboard asks of analytics: its own documents and variables, as its pages send them, caught before they leave. */
import { platforms } from '@onenet/platforms';
import { askAttention, askHealth } from '../../../dashboard/src/lib/api/health.ts';
import { askRecentEvents } from '../../../dashboard/src/lib/api/live.ts';
import {
  askDefinitions,
  askMetrics,
  askMetricsByPlatform,
  askTops,
  comparisons,
  periods as allPeriods,
} from '../../../dashboard/src/lib/api/metrics.ts';
import type { Comparison, MetricsInput } from '../../../dashboard/src/lib/api/metrics.ts';
import { overviewMetrics } from '../../../dashboard/src/lib/figures.ts';
import { codes } from './made-up-events.ts';
import { pageAsks } from './page-questions.ts';

/** One operation on the subgraph. */
export interface Asked {
  readonly name: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A function of the dashboard’s that asks. */
export type Ask = (signal: AbortSignal) => Promise<unknown>;

/** CUSTOM is of whoever chooses the days. */
const periods = allPeriods.filter((period) => period !== 'CUSTOM');
/** What the others read differs by the days alone. */
const usualComparisons = ['PREVIOUS_PERIOD', 'YEAR_AGO', 'NONE'] as const;
const province = '420000';
/** A city, a county and a street where much happens, and the platform of that city. */
const places = ['420100', '420102', '420102002'];
const platform = '420100';

/** By name, what each page asks in each of its states. */
function asks(): [name: string, ask: Ask][] {
  const figures = (
    scope: Partial<MetricsInput>,
    compared: readonly Comparison[] = usualComparisons,
  ) =>
    periods.flatMap((period) =>
      compared.map((compareWith): [string, Ask] => [
        `figures ${period} ${compareWith}`,
        (signal) => askMetrics({ metrics: overviewMetrics, period, compareWith, ...scope }, signal),
      ]),
    );
  const trend = (scope: Partial<MetricsInput>): [string, Ask] => [
    'trend',
    (signal) =>
      askMetrics(
        {
          metrics: [...overviewMetrics, 'resolveHoursMedian'],
          period: 'LAST_30_DAYS',
          grain: 'DAY',
          compareWith: 'NONE',
          ...scope,
        },
        signal,
      ),
  ];
  const map = (place: string, metric = 'requestsResolved') =>
    periods.map((period): [string, Ask] => [
      `map ${metric} ${period}`,
      (signal) => askTops({ metric, by: 'PLACE', period, place, first: 200 }, signal),
    ]);
  const bars = (scope: Partial<MetricsInput>) =>
    periods.flatMap((period): [string, Ask][] => [
      [
        `categories ${period}`,
        (signal) =>
          askTops(
            { metric: 'requestsSubmitted', by: 'CATEGORY', period, first: 10, ...scope },
            signal,
          ),
      ],
      [
        `channels ${period}`,
        (signal) =>
          askTops({ metric: 'engagement', by: 'CHANNEL', period, first: 10, ...scope }, signal),
      ],
    ]);
  const under = (page: string, of: readonly [string, Ask][]): [string, Ask][] =>
    of.map(([name, ask]) => [`${page}: ${name}`, ask]);
  const published = [
    ...new Set(
      platforms.flatMap((each) => each.publishedFigures.flatMap(({ metric }) => metric ?? [])),
    ),
  ];
  return [
    ['definitions', askDefinitions],
    ['health', askHealth],
    ['attention', askAttention],
    ['recent events', (signal) => askRecentEvents(null, signal)],
    ...under('overview', [
      ...figures({}, comparisons),
      trend({}),
      ...map(province),
      ...map(province, 'members'),
      ...map(province, 'resolveHoursMedian'),
      ...bars({}),
      ...periods.map((period): [string, Ask] => [
        `platforms ${period}`,
        (signal) =>
          askTops({ metric: 'requestsResolved', by: 'PLATFORM', period, first: 8 }, signal),
      ]),
      [
        'published figures',
        (signal) =>
          askMetricsByPlatform(
            { metrics: published, period: 'ALL', simulated: false, compareWith: 'NONE' },
            null,
            signal,
          ),
      ],
    ]),
    ...places.flatMap((place) =>
      under(`place ${place}`, [
        ...figures({ place }),
        trend({ place }),
        ...map(place),
        ...bars({ place }),
      ]),
    ),
    ...under(`platform ${platform}`, [
      ...figures({ platforms: [platform] }),
      trend({ platforms: [platform] }),
      ...bars({ platforms: [platform] }),
      ['recent events', (signal) => askRecentEvents(platform, signal)],
    ]),
    ...pageAsks(),
  ];
}

/** All of them. */
export async function questions(): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const [name, ask] of asks()) asked.push({ name, ...(await caught(ask)) });
  return asked;
}

/** What an ask would send. */
async function caught(ask: Ask): Promise<Omit<Asked, 'name'>> {
  const { fetch } = globalThis;
  let body: { query: string; variables: Record<string, unknown> } | undefined;
  globalThis.fetch = async (_, init) => {
    const { body: text } = init ?? {};
    if (typeof text === 'string') body = JSON.parse(text) as typeof body;
    return Response.json({});
  };
  try {
    // What is answered is of no use to it.
    await ask(new AbortController().signal).catch(() => undefined);
  } finally {
    globalThis.fetch = fetch;
  }
  if (!body) throw new Error('Nothing was asked.');
  return ofSubgraph(body);
}

/** `platforms { code metrics }` begins at the province: the gateway asks analytics for the fields of each. */
function ofSubgraph({ query, variables }: { query: string; variables: Record<string, unknown> }) {
  const [, name, fields] =
    /^query (\w+)\(\$input: MetricsInput!\) \{ platforms \{ code (.*) \} \}$/s.exec(query.trim()) ??
    [];
  if (name === undefined) return { query, variables };
  return {
    query: `query ${name}($input: MetricsInput!, $of: [_Any!]!) { _entities(representations: $of) { ... on Platform { ${fields} } } }`,
    variables: {
      ...variables,
      of: codes.map((code) => ({ __typename: 'Platform', code })),
    },
  };
}
