/** What a rule of alerts is, and what of it administrators set. */
import type { ListedMetric } from '../metrics.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Quiet } from './quiet.ts';

/** THRESHOLD: a figure passes a bound. CHANGE: a figure is far from what is usual for that weekday. */
export type AlertKind = 'THRESHOLD' | 'CHANGE';
/** `AttentionKind` of analytics.graphql. */
export type AttentionKind =
  | 'OVERDUE'
  | 'BACKLOG_GROWS'
  | 'LOW_ON_TIME'
  | 'LOW_AVAILABILITY'
  | 'UNUSUAL_DAY'
  | 'UNUSUAL_HOUR'
  | 'FEED_BEHIND'
  | 'FEED_BROKEN'
  | 'UNREACHABLE'
  | 'SELF_CHECK'
  | 'MONTH_OPEN'
  | 'REJECTED_LINES'
  | 'ABOVE_BOUND'
  | 'BELOW_BOUND';
/** Which time a figure is of. DAY and HOUR: the last whole one. */
export type AlertPeriod = 'NOW' | 'LAST_7_DAYS' | 'DAY' | 'HOUR';
/** Where a figure is wrong: at or above the bound, below it, or as far off either way. */
export type AlertDirection = 'ABOVE' | 'BELOW' | 'BOTH';
export type Severity = 1 | 2 | 3;

/** What is looked at. */
export type Subject =
  | {
      readonly of: 'METRIC';
      readonly metric: ListedMetric;
      /** VALUE: the figure itself. GROWTH: its share more than the period before. */
      readonly figure: 'VALUE' | 'GROWTH';
      /** What must reach the minimum sample; absent: of GROWTH the difference, of CHANGE the figure or what is usual. */
      readonly sample?: Metric;
    }
  /** Seconds for which a feed is in this state. */
  | { readonly of: 'FEED'; readonly state: 'BEHIND' | 'UNREACHABLE' | 'BROKEN' }
  /** How many of a platform's lines of the last day count nowhere. */
  | { readonly of: 'REJECTED' }
  /** How many sums of a platform differ. */
  | { readonly of: 'SELF_CHECK' }
  /** Days since the end of the first month that is not closed. */
  | { readonly of: 'MONTH' };

/** What administrators set of a rule, for all platforms or for one. */
export interface RuleSettings {
  readonly enabled: boolean;
  readonly bound: number;
  /** From here on one grade graver; null: never. */
  readonly graverBound: number | null;
  /** Of fewer nothing is said; 0: of any. */
  readonly minimumSample: number;
  /** Of CHANGE: a smaller difference from what is usual is none. */
  readonly minimumDifference: number;
  readonly severity: Severity;
  readonly quiet: Quiet;
}

/** One rule, as data. */
export interface Rule {
  readonly name: string;
  readonly attention: AttentionKind;
  readonly kind: AlertKind;
  readonly subject: Subject;
  readonly period: AlertPeriod;
  readonly comparison: 'NONE' | 'PREVIOUS_PERIOD' | 'WEEKDAY';
  readonly direction: AlertDirection;
  /** Of the figure that the bound is for. With `%` it is a share from 0 to 1. */
  readonly unit: string;
  readonly unitEn: string;
  /** What a bound may be. */
  readonly leastBound: number;
  readonly mostBound: number;
  /** An open alert closes when the figure is back by this share of the bound, not at the bound itself. */
  readonly hysteresis: number;
  /** And has been so for as long. */
  readonly closeAfterMs: number;
  readonly defaults: RuleSettings;
  readonly label: string;
  readonly labelEn: string;
  readonly explanation: string;
  readonly explanationEn: string;
}

/** What was found of one platform, or of the net, by one rule. */
export interface Reading {
  /** What the bound is for; of CHANGE, how many spreads the value is off. */
  readonly figure: number;
  /** What is shown. */
  readonly value: number;
  readonly sample: number;
  /** Of CHANGE: what is usual, and how much that varies. */
  readonly expected: number | null;
  readonly spread: number | null;
  /** RFC 3339: the period, or since when. */
  readonly from: string | null;
  readonly to: string | null;
  /** Of a whole day, hour or month: its name. There is one alert about it at most, also after it closed. */
  readonly about: string | null;
  /** False where this says nothing about an alert that is open. */
  readonly mayClose: boolean;
}

/** By rule, then by platform; the net itself is `''`. What is not in it is not known, and changes nothing. */
export type Readings = ReadonlyMap<string, ReadonlyMap<string, Reading>>;

/** The key of what concerns no platform by itself. */
export const theNet = '';
