/** A brief as it is kept: figures and what they are of, without a word of text that could be derived from them. */
import type { Point } from '@onenet/charts';
import type { Metric } from '../metrics/metric.ts';
import type { RankingGroup } from '../ranking/ranking.ts';
import type { BriefKind } from './calendar.ts';
import type { ShareOf } from './plan.ts';

/** Analytics itself, at its time; or somebody who asked. */
export type ComposedBy = 'SCHEDULE' | 'REQUEST';

/** At or after, and before; RFC 3339. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** One metric of the period. */
export interface BriefFigure {
  readonly metric: string;
  /** Null: there is nothing to compute it from, which is no zero. */
  readonly value: number | null;
  /** Over the period before; null where there is nothing to compare with. */
  readonly before: number | null;
  /** Over the same period a year ago. */
  readonly yearAgo: number | null;
  /** Of a figure that divides: how many things it is of, now and in what it is compared with. */
  readonly samples: Readonly<Record<'now' | 'before' | 'yearAgo', number>> | null;
  /** People who may be counted several times, on several platforms. */
  readonly upperBound: boolean;
}

/** What a metric means, as it meant when the brief was composed. */
export type BriefMetric = Pick<
  Metric,
  | 'name'
  | 'kind'
  | 'direction'
  | 'unit'
  | 'unitEn'
  | 'label'
  | 'labelEn'
  | 'explanation'
  | 'explanationEn'
>;

/** A platform by the name that it had. */
export interface BriefPlatform {
  readonly code: string;
  readonly name: string;
  readonly nameEn: string;
}

export interface Brief {
  /** `month-2026-10`, `week-2026-W47-420100`: one for ever. */
  readonly id: string;
  readonly kind: BriefKind;
  readonly period: string;
  /** Null: the province. */
  readonly platform: BriefPlatform | null;
  readonly span: Span;
  readonly before: Span;
  readonly yearAgo: Span;
  /** RFC 3339 */
  readonly composedAt: string;
  readonly composedBy: ComposedBy;
  /** Which version of words and layout it is shown by. */
  readonly renderer: number;
  /** The records that were counted are generated, for demonstration. */
  readonly isDemo: boolean;
  /** By it `metrics` gives these figures again. */
  readonly state: string;
  readonly completeness: Completeness;
  readonly metrics: readonly BriefMetric[];
  readonly figures: readonly BriefFigure[];
  /** Metrics that nobody here offers: they are not told. */
  readonly notOffered: readonly BriefMetric[];
  readonly trends: readonly { readonly metric: string; readonly points: readonly Point[] }[];
  readonly shares: readonly (ShareOf & {
    readonly rows: readonly { readonly key: string; readonly value: number }[];
  })[];
  /** By platform, in the order of `columns`; of a platform's own brief none. */
  readonly byPlatform: {
    readonly columns: readonly string[];
    readonly rows: readonly {
      readonly platform: string;
      readonly values: readonly (number | null)[];
    }[];
  } | null;
  readonly ranking: BriefRanking | null;
  /** Open at any time of the period, the gravest first, as they were when it was composed. */
  readonly alerts: readonly BriefAlert[];
  /** With those beyond `alerts`. */
  readonly alertCount: number;
  /** Every platform that is named. */
  readonly names: readonly BriefPlatform[];
}

/** Which platforms are in, by code. */
export interface Completeness {
  /** RFC 3339: all events up to this time are in. */
  readonly asOf: string;
  readonly connected: readonly string[];
  readonly notConnected: readonly string[];
  /** Connected, and not all that they have of the period is in. */
  readonly behind: readonly string[];
  /** All is in, and that is nothing. */
  readonly silent: readonly string[];
  /** With events now and none in the period before, or a year ago. */
  readonly newSinceBefore: readonly string[];
  readonly newSinceYearAgo: readonly string[];
}

/** An alert in the words that it had. */
export interface BriefAlert {
  readonly text: string;
  readonly textEn: string;
  /** Null: the net as a whole. */
  readonly platform: string | null;
  /** 1 (look today) to 3 (look now). */
  readonly severity: number;
  /** RFC 3339 */
  readonly openedAt: string;
  /** Null: it was open at the period's end. */
  readonly closedAt: string | null;
}

/** The month's published ranking; without groups: it was not published when the brief was composed. */
export interface BriefRanking {
  readonly edition: string;
  /** SHA-256 of the edition. */
  readonly hash: string | null;
  readonly label: string;
  readonly labelEn: string;
  readonly groups: readonly RankingGroup[];
}

/** A brief in the store. */
export interface StoredBrief extends Brief {
  /** SHA-256 of the brief as it is kept, hexadecimal. */
  readonly hash: string;
}

/** A brief's name for ever. */
export function briefId(kind: BriefKind, period: string, platform: string | undefined): string {
  const of = platform === undefined ? '' : `-${platform}`;
  return `${kind.toLowerCase()}-${period}${of}`;
}
