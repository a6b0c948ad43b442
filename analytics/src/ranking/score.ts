/**
 * From figures to ranks, without I/O: platforms are ranked among their peers alone, those that lack
 * something are named with the reason and take no rank, and equal scores share one.
 */
import { metricByName } from '../metrics.ts';
import type { Formula, FormulaPart } from './formula.ts';
import { scaled } from './scale.ts';
import type { Known } from './scale.ts';

/** Why a platform, or a part of it, is not ranked; the gravest first. */
export const rankingReasons = [
  'NOT_CONNECTED',
  'FEED_BEHIND',
  'NOT_OFFERED',
  'BELOW_MINIMUM',
  'NO_VALUE',
  'NO_PEERS',
] as const;
export type RankingReason = (typeof rankingReasons)[number];

/** A platform before it is ranked. */
export interface Candidate {
  readonly platform: string;
  readonly name: string;
  readonly nameEn: string;
  /** Only platforms of one kind are compared. */
  readonly peers: string;
  /** Why its figures are not whole. */
  readonly absent: 'NOT_CONNECTED' | 'FEED_BEHIND' | undefined;
  readonly modules: readonly string[];
  /** Of each metric and sample by name. */
  readonly figures: ReadonlyMap<string, number | null>;
}

/** `RankingPart` of analytics.graphql: how a part of a score came about. */
export interface RankingPart {
  readonly metric: string;
  /** As `metrics` answers it. */
  readonly value: number | null;
  /** What it was divided by; null where by nothing. */
  readonly per: number | null;
  /** `value` per head, or `value`. */
  readonly rate: number | null;
  /** How many it was made of; null where the formula asks for none. */
  readonly sample: number | null;
  /** Null where the platform is not ranked. */
  readonly normalised: number | null;
  readonly weight: number;
  readonly contribution: number | null;
  /** Why it does not count. */
  readonly reason: RankingReason | null;
}

/** `RankingRow` of analytics.graphql, before its movement is known. */
export interface ScoredRow {
  readonly platform: string;
  readonly name: string;
  readonly nameEn: string;
  readonly rank: number | null;
  readonly score: number | null;
  readonly reason: RankingReason | null;
  readonly parts: readonly RankingPart[];
}

/** Platforms of one kind, the ranked ones first. */
export interface ScoredGroup {
  readonly peers: string;
  readonly ranked: number;
  readonly rows: readonly ScoredRow[];
}

/** Every group that has anybody, in the order of `kinds`. */
export function scoredGroups(
  formula: Formula,
  candidates: readonly Candidate[],
  kinds: readonly string[],
): readonly ScoredGroup[] {
  return kinds.flatMap((peers) => {
    const group = candidates.filter((candidate) => candidate.peers === peers);
    return group.length === 0 ? [] : [scoredGroup(formula, peers, group)];
  });
}

function scoredGroup(
  formula: Formula,
  peers: string,
  candidates: readonly Candidate[],
): ScoredGroup {
  const drafts = candidates.map((candidate) => ({
    candidate,
    parts: formula.parts.map((part) => draftOf(part, candidate)),
  }));
  const whole = drafts.filter(({ parts }) => !reasonOf(parts));
  // Who stands alone is first and last.
  const compared = whole.length > 1 ? whole : [];
  const known = formula.parts.map((_, i) => compared.map(({ parts }) => knownOf(parts[i])));
  const rows = drafts.map((draft): ScoredRow => {
    const { platform, name, nameEn } = draft.candidate;
    const isCompared = compared.includes(draft);
    const parts = formula.parts.map((part, i) =>
      partOf(part, draft.parts[i], isCompared ? known[i] : undefined),
    );
    const reason = isCompared ? null : (reasonOf(draft.parts) ?? 'NO_PEERS');
    const sum = parts.reduce((total, { contribution }) => total + (contribution ?? 0), 0);
    const score = isCompared ? published(sum) : null;
    return { platform, name, nameEn, rank: null, score, reason, parts };
  });
  return { peers, ranked: compared.length, rows: inOrder(rows) };
}

/** A part of one platform before its peers are known. */
type Draft = Pick<RankingPart, 'value' | 'per' | 'rate' | 'sample' | 'reason'>;

function draftOf(part: FormulaPart, { figures, modules, absent }: Candidate): Draft {
  if (absent) return { value: null, sample: null, per: null, rate: null, reason: absent };
  const value = figures.get(part.metric) ?? null;
  const sample = part.sample ? (figures.get(part.sample.of) ?? 0) : null;
  const per = part.per ? (figures.get(part.per.metric) ?? 0) : null;
  const draft = { value, sample, per, rate: null };
  const needed = [part.metric, ...(part.per ? [part.per.metric] : [])];
  if (needed.some((name) => !modules.includes(metricByName(name)?.module ?? ''))) {
    return { ...draft, reason: 'NOT_OFFERED' };
  }
  if ((sample ?? 0) < (part.sample?.minimum ?? 0) || (per ?? 0) < (part.per?.minimum ?? 0)) {
    return { ...draft, reason: 'BELOW_MINIMUM' };
  }
  if (value === null) return { ...draft, reason: 'NO_VALUE' };
  const rate = part.per && per !== null ? (value * part.per.times) / per : value;
  return { ...draft, rate, reason: null };
}

function reasonOf(parts: readonly Draft[]): RankingReason | undefined {
  return rankingReasons.find((reason) => parts.some((part) => part.reason === reason));
}

function knownOf(draft: Draft | undefined): Known {
  return { value: draft?.rate ?? 0, sample: draft?.sample ?? 0 };
}

function partOf(
  part: FormulaPart,
  draft: Draft | undefined,
  peers: readonly Known[] | undefined,
): RankingPart {
  const { value = null, per = null, rate = null, sample = null, reason = null } = draft ?? {};
  const { metric, weight } = part;
  const normalised = peers ? published(scaled(part, knownOf(draft), peers)) : null;
  const contribution = normalised === null ? null : normalised * weight;
  return { metric, value, per, rate, sample, normalised, weight, contribution, reason };
}

/** As it is published, and compared: below it only the order of additions would decide. */
function published(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** By score, and equal ones share a rank: 1, 2, 2, 4. Who is not ranked comes after, by code. */
function inOrder(rows: readonly ScoredRow[]): readonly ScoredRow[] {
  const ordered = rows.toSorted(
    (a, b) => (b.score ?? -Infinity) - (a.score ?? -Infinity) || (a.platform < b.platform ? -1 : 1),
  );
  return ordered.map((row) => {
    if (row.score === null) return row;
    return { ...row, rank: 1 + ordered.findIndex(({ score }) => score === row.score) };
  });
}
