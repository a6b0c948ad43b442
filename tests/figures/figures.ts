/** Reads every published figure back through the gateway, by metrics and by records, and says what differs. */
import type { EventTypeName } from '@onenet/contract';
import { platforms } from '@onenet/platforms';
import type { PlatformDefinition, PublishedFigure } from '@onenet/platforms';
import { ask } from '../fixtures/small-net.ts';

/** Figures up to this are records at any scale. */
const recordsUpTo = 20_000;

/** A figure as the net has it, beside what it should be. */
export interface FigureFound {
  /** Platform, key, and where it was read. */
  readonly what: string;
  readonly expected: number;
  readonly found: number | null;
  /** Of `found`, what comes from opening balances. */
  readonly opening: number | null;
}

/** The metric that counts a measure. */
const metricOf: Partial<Record<EventTypeName, string>> = {
  'onenet.organization.founded': 'organizations',
  'onenet.station.opened': 'stations',
  'onenet.request.submitted': 'requestsSubmitted',
  'onenet.request.resolved': 'requestsResolved',
  'onenet.member.accepted': 'members',
  'onenet.article.published': 'articlesPublished',
  'onenet.article.read': 'reads',
  'onenet.article.shared': 'shares',
  'onenet.article.commented': 'comments',
  'onenet.channel.followed': 'followers',
};

/** The list whose length counts a measure, up to the figure's date: what is simulated is younger. */
const listOf: Partial<Record<EventTypeName, (category: string | null, before: string) => string>> =
  {
    'onenet.organization.founded': (kind) =>
      `organizations(first: 1, filter: { kinds: [${kind}] })`,
    'onenet.station.opened': () => 'stations(first: 1)',
    'onenet.request.submitted': (category, before) =>
      `serviceRequests(first: 1, filter: { categories: [${category}], submittedTo: "${before}" })`,
    'onenet.article.published': (column, before) =>
      `articles(first: 1, filter: { column: "${column}", publishedTo: "${before}" })`,
  };

/** What is published, as the registry serves it: every figure of every platform. */
export async function figuresServed(
  gatewayUrl: string,
): Promise<Record<string, PublishedFigure[]>> {
  const { platforms: all } = await data<{
    platforms: { code: string; publishedFigures: PublishedFigure[] }[];
  }>(
    gatewayUrl,
    `{ platforms { code publishedFigures {
      key label labelEn value unit qualifier metric asOf scope quotation } } }`,
  );
  return Object.fromEntries(all.map(({ code, publishedFigures }) => [code, publishedFigures]));
}

/** Every figure that the reference records stand for, by metrics since the beginning, without simulation. */
export async function figuresByMetrics(gatewayUrl: string): Promise<FigureFound[]> {
  return await each(async (platform, { key, metric, demo }) => {
    const counts = demo.counts.map(({ measure, category }) =>
      metricText(metricOf[measure] ?? measure, category),
    );
    const texts = metric === null ? [counts] : [counts, [metricText(metric, null)]];
    return await Promise.all(
      texts.map(async (fields) => {
        const aliased = fields.map((field, i) => `m${i}: ${field}`).join(' ');
        const { platform: of } = await data<{
          platform: Record<string, [{ value: number | null; opening: number | null }]>;
        }>(gatewayUrl, `{ platform(code: "${platform.code}") { ${aliased} } }`);
        const series = Object.values(of).map(([only]) => only);
        return {
          what: `${platform.code} ${key} by ${fields.join(' + ')}`,
          expected: demo.total,
          found: sum(series.map(({ value }) => value)),
          opening: sum(series.map(({ opening }) => opening)),
        };
      }),
    );
  });
}

/** Every figure that is records at any scale and that a list counts. */
export async function figuresByRecords(gatewayUrl: string): Promise<FigureFound[]> {
  return await each(async (platform, { key, asOf, demo }) => {
    if (demo.total > recordsUpTo) return [];
    const lists = demo.counts.map(({ measure, category }) =>
      listOf[measure]?.(category, `${asOf}T23:59:59+08:00`),
    );
    if (!lists.every((list) => list !== undefined)) return [];
    const aliased = lists.map((list, i) => `l${i}: ${list} { totalCount }`).join(' ');
    const { platform: of } = await data<{
      platform: Record<string, { totalCount: number | null }>;
    }>(gatewayUrl, `{ platform(code: "${platform.code}") { ${aliased} } }`);
    return [
      {
        what: `${platform.code} ${key} by ${lists.join(' + ')}`,
        expected: demo.total,
        found: sum(Object.values(of).map(({ totalCount }) => totalCount)),
        opening: null,
      },
    ];
  });
}

/** Whether a figure of this size is made of records alone. */
export function isAllRecords({ expected }: FigureFound): boolean {
  return expected <= recordsUpTo;
}

/** One operation; an error of any kind ends it. */
export async function data<T>(gatewayUrl: string, query: string): Promise<T> {
  const answer = await ask(`${gatewayUrl}/graphql`, query);
  if (answer.errors || !answer.data) throw new Error(`${query}: ${JSON.stringify(answer.errors)}`);
  return answer.data as T;
}

type Reproduced = PublishedFigure & { readonly demo: NonNullable<PublishedFigure['demo']> };

async function each(
  read: (platform: PlatformDefinition, figure: Reproduced) => Promise<readonly FigureFound[]>,
): Promise<FigureFound[]> {
  const found = await Promise.all(
    platforms.flatMap((platform) =>
      platform.publishedFigures
        .filter((figure): figure is Reproduced => figure.demo !== null)
        .map((figure) => read(platform, figure)),
    ),
  );
  return found.flat();
}

function metricText(metric: string, category: string | null): string {
  const categories = category === null ? '' : `, categories: ["${category}"]`;
  return `metrics(input: { metrics: ["${metric}"], period: ALL, simulated: false, compareWith: NONE${categories} }) { value opening }`;
}

/** Null when one of them is not known. */
function sum(values: readonly (number | null)[]): number | null {
  return values.reduce(
    (total, value) => (total === null || value === null ? null : total + value),
    0,
  );
}
