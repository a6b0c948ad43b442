/** The ranking of any period as it stands now, each rank with its parts, and how it moved since the edition before. */
import { NetError, platformKinds } from '@onenet/contract';
import { isPartial, rangeOf } from '../periods.ts';
import type { Period, PeriodInput } from '../periods.ts';
import { freshnessOf } from '../scope.ts';
import type { Freshness } from '../scope.ts';
import type { Sources } from '../series.ts';
import { candidatesOf, metricsOf } from './candidates.ts';
import type { Published } from './edition.ts';
import type { Editions } from './editions.ts';
import { formulas } from './formula.ts';
import type { Formula } from './formula.ts';
import { asOf, definitionsOf } from '../as-of.ts';
import { monthAt } from '../months.ts';
import { noteOf } from './note.ts';
import type { Note } from './note.ts';
import { scoredGroups } from './score.ts';
import type { Candidate, ScoredGroup, ScoredRow } from './score.ts';

/** `RankingInput` of analytics.graphql. */
export interface RankingInput extends PeriodInput {
  readonly formula: string;
  readonly period: Period;
  readonly peers?: readonly string[] | null;
  readonly simulated: boolean;
  /** A token that an answer gave: the same figures again. */
  readonly state?: string | null;
}

/** `RankingRow` of analytics.graphql. */
export interface RankingRow extends ScoredRow, Note {
  /** Among the same peers in the edition before; null where it was not ranked. */
  readonly previousRank: number | null;
  /** How many ranks up; down is negative. */
  readonly movement: number | null;
}

/** `RankingGroup` of analytics.graphql. */
export interface RankingGroup extends Omit<ScoredGroup, 'rows'> {
  readonly rows: readonly RankingRow[];
}

/** `Ranking` of analytics.graphql. */
export interface Ranking extends Freshness {
  readonly formula: Formula;
  readonly from: string | null;
  readonly to: string;
  /** The period is not over: it is up to now. */
  readonly partial: boolean;
  readonly comparedWith: string | null;
  readonly groups: readonly RankingGroup[];
  readonly state: string | null;
}

export async function ranking(
  sources: Sources,
  editions: Editions,
  input: RankingInput,
  nowMs: number,
): Promise<Ranking> {
  const formula = knownFormula(input.formula);
  const asked = { state: input.state, definitions: definitionsOf(metricsOf(formula)) };
  return await asOf(sources, asked, nowMs, async (moment) => {
    if (!moment.hasOwners) {
      throw new NetError(
        'BAD_INPUT',
        '`state` does not say of which owners it was: the names, kinds and modules by which it ranked are not known any more. Ask without it; published editions hold their own.',
      );
    }
    const { period, from, to, at, simulated } = input;
    const { range, momentMs } = moment.periods({ period, from, to, at }, (resolvedMs) => ({
      range: rangeOf(period, resolvedMs, input),
      momentMs: resolvedMs,
    }));
    const { fromMs, toMs } = range;
    const before =
      fromMs === undefined
        ? undefined
        : await editions.before(formula.id, monthAt(fromMs), momentMs);
    const ranked = { formula, range, simulated, momentMs, nowMs };
    const candidates = await candidatesOf(sources, moment, ranked);
    return {
      formula,
      from: fromMs === undefined ? null : new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
      partial: isPartial(range),
      comparedWith: before?.id ?? null,
      groups: ofPeers(rankedGroups(formula, candidates, before), input.peers),
      state: moment.state(),
      ...freshnessOf(moment.feeds, {}),
    };
  });
}

/** The groups in the order of kinds, with movement against an edition. */
export function rankedGroups(
  formula: Formula,
  candidates: readonly Candidate[],
  before: Published | undefined,
): readonly RankingGroup[] {
  return scoredGroups(formula, candidates, platformKinds).map((group) => {
    const was = before?.groups.find(({ peers }) => peers === group.peers)?.rows ?? [];
    const ranks = new Map(was.map(({ platform, rank }) => [platform, rank]));
    const rows = group.rows.map((row): RankingRow => {
      const previousRank = ranks.get(row.platform) ?? null;
      const movement = row.rank === null || previousRank === null ? null : previousRank - row.rank;
      return { ...row, previousRank, movement, ...noteOf(formula, row) };
    });
    return { ...group, rows };
  });
}

/** Those that are asked for; all without names. */
export function ofPeers(
  groups: readonly RankingGroup[],
  peers: readonly string[] | null | undefined,
): readonly RankingGroup[] {
  return peers ? groups.filter((group) => peers.includes(group.peers)) : groups;
}

/** A formula by its name; an unknown one is the caller's error. */
export function knownFormula(id: string): Formula {
  const formula = formulas.find((each) => each.id === id);
  if (formula) return formula;
  const known = formulas.map((each) => each.id).join(', ');
  throw new NetError('BAD_INPUT', `"${id}" is no ranking formula: take one of ${known}.`);
}
