/** One month's ranking as it is published: figures, formula and state of the feeds, and what has changed in the edition before. */
import { createHash } from 'node:crypto';
import { NetError } from '@onenet/contract';
import { asOf, definitionsOf } from '../as-of.ts';
import type { Moment } from '../as-of.ts';
import type { Sources } from '../series.ts';
import { textOf } from '../metrics/formula.ts';
import { valuesRule } from '../values.ts';
import { candidatesOf, metricsOf } from './candidates.ts';
import type { Ranked } from './candidates.ts';
import type { Formula } from './formula.ts';
import { rangeOfMonth } from '../months.ts';
import { rankedGroups } from './ranking.ts';
import type { RankingGroup } from './ranking.ts';
import type { RankingPart } from './score.ts';

/** Who had it published: analytics itself, at its time, or an administrator. */
export type Publisher = 'SCHEDULE' | 'ADMINISTRATOR';

/** What is frozen. */
export interface Edition {
  readonly id: string;
  /** Whole, as it was applied. */
  readonly formula: Formula;
  readonly month: string;
  readonly from: string;
  readonly to: string;
  readonly publishedAt: string;
  readonly publishedBy: Publisher;
  /** What the figures were computed by, as a hash. */
  readonly metricsHash: string;
  /** How far each feed was in when the figures were taken. */
  readonly vector: readonly FeedPlace[];
  /** The same as a token, by which `ranking` and `metrics` give these figures again while raw is kept. */
  readonly state: string;
  readonly groups: readonly RankingGroup[];
  /** The edition before, and its hash: each holds to the one before it. */
  readonly before: { readonly id: string; readonly hash: string } | null;
  /** Null where nobody can say: there is none before, or metrics are computed in another way since. */
  readonly corrections: readonly Correction[] | null;
}

/** An edition as it is kept. */
export interface Published extends Edition {
  readonly hash: string;
}

/** A platform's log up to a line: epoch, number and the chain's head there. */
interface FeedPlace {
  readonly platform: string;
  readonly epoch: number;
  readonly sequence: string;
  readonly head: string | null;
}

/** A figure of the edition before that later events changed. That edition stays as it is. */
interface Correction {
  readonly platform: string;
  /** A metric, or what a sample is of. */
  readonly metric: string;
  readonly published: number | null;
  readonly now: number | null;
}

/** What an edition of a month would be if it were published now. */
export async function editionOf(
  sources: Sources,
  formula: Formula,
  month: string,
  before: Published | undefined,
  { by, nowMs }: { readonly by: Publisher; readonly nowMs: number },
): Promise<Edition> {
  const range = rangeOfMonth(month);
  const definitions = definitionsOf(metricsOf(formula));
  return await asOf(sources, { definitions }, nowMs, async (moment): Promise<Edition> => {
    const vector = vectorOf(moment);
    const candidates = await candidatesOf(sources, moment, monthly(formula, month, nowMs));
    const corrections = before ? await correctionsOf(sources, moment, before, nowMs) : null;
    const groups = rankedGroups(formula, candidates, before);
    const state = moment.state();
    // What was half in meanwhile would stand there for ever.
    if (state === null) throw disturbed(editionId(formula, month));
    return {
      id: editionId(formula, month),
      formula,
      month,
      from: new Date(range.fromMs).toISOString(),
      to: new Date(range.toMs).toISOString(),
      publishedAt: new Date(nowMs).toISOString(),
      publishedBy: by,
      metricsHash: metricsHashOf(formula),
      vector,
      groups,
      before: before ? { id: before.id, hash: before.hash } : null,
      corrections,
      state,
    };
  });
}

function disturbed(id: string): NetError {
  return new NetError(
    'UNAVAILABLE',
    `${id} is not published: events came in while it was counted, or an insert has failed half way, so its figures could not be had again. Try again.`,
  );
}

/** What an edition ranks. */
function monthly(formula: Formula, month: string, nowMs: number): Ranked {
  return { formula, range: rangeOfMonth(month), simulated: false, momentMs: nowMs, nowMs };
}

/** An edition's name for ever. */
export function editionId({ id }: Formula, month: string): string {
  return `${id}-${month}`;
}

/** Of the connected platforms, as the figures have them: what is known of feeds that others read comes later. */
function vectorOf({ feeds, places }: Moment): readonly FeedPlace[] {
  return feeds.statuses().map(({ platform }) => {
    const place = places.get(platform);
    return {
      platform,
      epoch: place?.epoch ?? 0,
      sequence: String(place?.sequence ?? 0),
      head: place?.head ?? null,
    };
  });
}

/** Takes the figures of a published month again, by its own formula, and names those that are otherwise now. */
async function correctionsOf(
  sources: Sources,
  moment: Moment,
  { formula, month, groups, metricsHash }: Published,
  nowMs: number,
): Promise<readonly Correction[] | null> {
  if (metricsHash !== metricsHashOf(formula)) return null;
  const now = await candidatesOf(sources, moment, monthly(formula, month, nowMs));
  const rows = new Map(groups.flatMap((group) => group.rows.map((row) => [row.platform, row])));
  return now
    .filter(({ absent, platform }) => !absent && rows.has(platform))
    .flatMap(({ platform, figures }) => {
      const published = figuresOf(formula, rows.get(platform)?.parts ?? []);
      return [...figures].flatMap(([metric, value]) => {
        const then = published.get(metric) ?? null;
        return then === value ? [] : [{ platform, metric, published: then, now: value }];
      });
    });
}

/** What was published of a platform, by the names that its figures have. */
function figuresOf(
  { parts }: Formula,
  published: readonly RankingPart[],
): ReadonlyMap<string, number | null> {
  return new Map(
    parts.flatMap(({ metric, per, sample }, i) => {
      const part = published[i];
      return [
        [metric, part?.value ?? null] as const,
        ...(per ? [[per.metric, part?.per ?? null] as const] : []),
        ...(sample ? [[sample.of, part?.sample ?? null] as const] : []),
      ];
    }),
  );
}

/** What a formula's figures are computed by: figures of two editions compare while it is the same. */
function metricsHashOf(formula: Formula): string {
  const definitions = metricsOf(formula).map(({ name, kind, types, expression, whole, inFen }) => [
    name,
    kind,
    types,
    expression,
    whole ? textOf(whole) : null,
    inFen ?? false,
    ...(kind === 'DISTRIBUTION' ? [valuesRule] : []),
  ]);
  return createHash('sha256').update(JSON.stringify(definitions)).digest('hex');
}
