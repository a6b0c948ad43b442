/** Reads every published figure back through the gateway, by metrics and by records, and says what differs. Long, since each figure is read in both ways. */
import { setTimeout as delay } from 'node:timers/promises';
import type { EventTypeName } from '@onenet/contract';
import { platforms } from '@onenet/platforms';
import type { FigureCount, PlatformDefinition, PublishedFigure } from '@onenet/platforms';
import { ask } from '../fixtures/small-net.ts';

/** Figures up to this are records at any scale. */
const recordsUpTo = 20_000;

/** A figure as the net has it, beside what it should be. */
export interface FigureFound {
  /** Platform, key, and where it was read. */
  readonly what: string;
  readonly expected: number;
  readonly found: number | null;
  /** Of `found`, what comes from opening balances; of a quotient, of what was divided. */
  readonly opening: number | null;
  /** How many records stand for it at scale 1. */
  readonly records: number;
}

/** The metric that counts a measure; with ` value`, that adds up its values. */
const metricOf: Readonly<Record<string, string>> = {
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
  'onenet.card.issued': 'cardsIssued',
  'onenet.card.started': 'cardsStarted',
  'onenet.card.used value': 'cardDiscounts',
  'onenet.claim.paid': 'claimsPaid',
  'onenet.claim.paid value': 'claimsPaidAmount',
  'onenet.hardship.registered': 'hardshipWorkers',
  'onenet.hardship.paired': 'hardshipWorkersPaired',
  'onenet.pairing.started': 'cadresPaired',
  'onenet.aid.applied': 'aidApplied',
  'onenet.aid.paid': 'aidPaid',
  'onenet.aid.paid value': 'aidAmount',
  'onenet.matching.connected': 'departmentsMatched',
};

/** The list that holds what a measure counts. */
interface CountedList {
  readonly list: string;
  /** What is simulated is younger than the figure's date. */
  readonly filter: (category: string | null, before: string) => string;
  /** The field, in fen, that adds up to the events' values. */
  readonly fen?: string;
}

const listOf: Partial<Record<EventTypeName, CountedList>> = {
  'onenet.organization.founded': {
    list: 'organizations',
    filter: (kind) => `kinds: [${kind}]`,
  },
  'onenet.station.opened': { list: 'stations', filter: () => '' },
  'onenet.request.submitted': {
    list: 'serviceRequests',
    filter: (category, before) => `categories: [${category}], submittedTo: "${before}"`,
  },
  'onenet.article.published': {
    list: 'articles',
    filter: (column, before) => `column: "${column}", publishedTo: "${before}"`,
  },
  'onenet.card.issued': {
    list: 'cards',
    filter: (kind, before) => `kinds: ["${kind}"], issuedTo: "${before}"`,
  },
  'onenet.card.started': {
    list: 'cards',
    filter: (kind, before) => `kinds: ["${kind}"], used: true, issuedTo: "${before}"`,
  },
  'onenet.claim.paid': {
    list: 'cardClaims',
    filter: (_category, before) => `statuses: [PAID], submittedTo: "${before}"`,
    fen: 'paidFen',
  },
  'onenet.hardship.registered': {
    list: 'hardshipWorkers',
    filter: (_category, before) => `statuses: [REGISTERED], appliedTo: "${before}"`,
  },
  'onenet.hardship.paired': {
    list: 'hardshipWorkers',
    filter: (_category, before) => `paired: true, appliedTo: "${before}"`,
  },
  'onenet.pairing.started': {
    list: 'cadrePairings',
    filter: (_category, before) => `statuses: [ACTIVE], pairedTo: "${before}"`,
  },
  'onenet.aid.applied': {
    list: 'aidGrants',
    filter: (form, before) => `forms: ${formsOf(form)}, appliedTo: "${before}"`,
  },
  'onenet.aid.paid': {
    list: 'aidGrants',
    filter: (form, before) => `forms: ${formsOf(form)}, statuses: [PAID], appliedTo: "${before}"`,
    fen: 'amountFen',
  },
};

function formsOf(form: string | null): string {
  return form === null ? 'null' : `[${form}]`;
}

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
  return await each(async (platform, { key, metric, unit, demo }) => {
    const read = async (fields: readonly string[]): Promise<Reading> => {
      const aliased = fields.map((field, i) => `m${i}: ${field}`).join(' ');
      const { platform: of } = await data<{ platform: Record<string, [Reading]> }>(
        gatewayUrl,
        `{ platform(code: "${platform.code}") { ${aliased} } }`,
      );
      const series = Object.values(of).map(([only]) => only);
      return {
        value: sum(series.map(({ value }) => value)),
        opening: sum(series.map(({ opening }) => opening)),
      };
    };
    const found = (fields: string, { value, opening }: Reading): FigureFound => ({
      what: `${platform.code} ${key} by ${fields}`,
      expected: demo.total,
      found: inUnit(unit, value),
      opening,
      records: demo.records ?? demo.total,
    });
    const fieldsOf = (counts: readonly FigureCount[]) =>
      counts.map(({ measure, category, sum: of }) => {
        const name = of ? `${measure} ${of}` : measure;
        return metricText(metricOf[name] ?? name, category);
      });
    const [counts, of] = [fieldsOf(demo.counts), fieldsOf(demo.of ?? [])];
    const parts = await read(counts);
    const whole = demo.of ? await read(of) : { value: 1, opening: 0 };
    const byCounts = found([...counts, ...of].join(' , '), {
      value: quotient(parts.value, whole.value),
      opening: sum([parts.opening, whole.opening]),
    });
    if (metric === null) return [byCounts];
    const field = metricText(metric, null);
    return [byCounts, found(field, await read([field]))];
  });
}

interface Reading {
  readonly value: number | null;
  readonly opening: number | null;
}

/** Every figure that is records, up to so many, and that lists hold: by their length, or what they add up to. */
export async function figuresByRecords(
  gatewayUrl: string,
  upTo = recordsUpTo,
): Promise<FigureFound[]> {
  return await each(async (platform, { key, asOf, unit, demo }) => {
    const records = demo.records ?? demo.total;
    const all = [...demo.counts, ...(demo.of ?? [])];
    const isListed = ({ measure, sum: of }: FigureCount) =>
      listOf[measure] && (!of || listOf[measure].fen !== undefined);
    if (records > upTo || !all.every(isListed)) return [];
    const before = `${asOf}T23:59:59+08:00`;
    const read = async (counts: readonly FigureCount[]) =>
      sum(
        await Promise.all(
          counts.map((count) => readList(gatewayUrl, platform.code, count, before)),
        ),
      );
    const whole = demo.of ? await read(demo.of) : 1;
    return [
      {
        what: `${platform.code} ${key} by ${all.map(({ measure }) => listOf[measure]?.list).join(' , ')}`,
        expected: demo.total,
        found: inUnit(unit, quotient(await read(demo.counts), whole)),
        opening: null,
        records,
      },
    ];
  });
}

/** How long a list is, or what it adds up to, in yuan. */
async function readList(
  gatewayUrl: string,
  platform: string,
  { measure, category, sum: of }: FigureCount,
  before: string,
): Promise<number | null> {
  const counted = listOf[measure];
  if (!counted) throw new Error(`No list holds ${measure}.`);
  const { list, filter, fen } = counted;
  const filters = filter(category, before);
  const where = filters === '' ? '' : `, filter: { ${filters} }`;
  interface Page {
    readonly totalCount?: number | null;
    readonly edges?: readonly { readonly node: Readonly<Record<string, number | null>> }[];
    readonly pageInfo?: { readonly hasNextPage: boolean; readonly endCursor: string };
  }
  const read = async (page: string, selection: string): Promise<Page> => {
    const { platform: found } = await data<{ platform: { list: Page } }>(
      gatewayUrl,
      `{ platform(code: "${platform}") { list: ${list}(${page}${where}) { ${selection} } } }`,
    );
    return found.list;
  };
  if (!of) return (await read('first: 1', 'totalCount')).totalCount ?? null;
  const selection = `edges { node { ${fen} } } pageInfo { hasNextPage endCursor }`;
  let total = 0;
  for (let page = 'first: 100'; page !== '';) {
    const { edges = [], pageInfo } = await read(page, selection);
    for (const { node } of edges) total += node[fen ?? ''] ?? Number.NaN;
    page = pageInfo?.hasNextPage ? `first: 100, after: "${pageInfo.endCursor}"` : '';
  }
  return total / 100;
}

/** Whether a figure is made of records alone, at any scale. */
export function isAllRecords({ records }: FigureFound): boolean {
  return records <= recordsUpTo;
}

/** A share is a percentage; floats are compared to a ten thousandth. */
function inUnit(unit: string, value: number | null): number | null {
  if (value === null) return null;
  return Math.round(value * (unit === '%' ? 100 : 1) * 1e4) / 1e4;
}

function quotient(above: number | null, below: number | null): number | null {
  return above === null || below === null ? null : above / below;
}

/** A net that is busy with millions of events does not always answer in time: it is asked again, so often. */
const triesAtMost = 60;
const againMs = 1_000;

/** One operation; any other error than that a part did not answer ends it. */
export async function data<T>(gatewayUrl: string, query: string): Promise<T> {
  let answer = await ask(`${gatewayUrl}/graphql`, query);
  for (let tries = 1; tries < triesAtMost && isUnavailable(answer.errors); tries++) {
    await delay(againMs);
    answer = await ask(`${gatewayUrl}/graphql`, query);
  }
  if (answer.errors || !answer.data) throw new Error(`${query}: ${JSON.stringify(answer.errors)}`);
  return answer.data as T;
}

function isUnavailable(errors: unknown): boolean {
  return JSON.stringify(errors ?? []).includes('"code":"UNAVAILABLE"');
}

type Reproduced = PublishedFigure & { readonly demo: NonNullable<PublishedFigure['demo']> };

/** One figure after another: together they would be more queries at once than a small machine answers in time. */
async function each(
  read: (platform: PlatformDefinition, figure: Reproduced) => Promise<readonly FigureFound[]>,
): Promise<FigureFound[]> {
  const found: FigureFound[] = [];
  for (const platform of platforms) {
    for (const figure of platform.publishedFigures) {
      if (figure.demo !== null) {
        found.push(...(await read(platform, { ...figure, demo: figure.demo })));
      }
    }
  }
  return found;
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
