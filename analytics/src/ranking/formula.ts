/**
 * The formulas by which platforms are ranked, as data. A published formula is never edited: what shall be
 * otherwise is a new version (formula.test.ts holds each to its hash).
 */
import { createHash } from 'node:crypto';

/** What a part's value becomes, so that parts can be added. */
export type Scale =
  /** The number itself. */
  | { readonly scale: 'RAW' }
  /** Of a share: the lower end of Wilson's interval at `z` standard deviations, times 100. */
  | { readonly scale: 'WILSON'; readonly z: number }
  /** Of a mean from `from` to `to`: drawn to the peers' mean as by `prior` more of it, then 0 to 100. */
  | {
      readonly scale: 'SHRUNK_MEAN';
      readonly prior: number;
      readonly from: number;
      readonly to: number;
    }
  /** The place among the peers, 0 (last) to 100 (first); equal values share the middle of theirs. */
  | { readonly scale: 'PERCENTILE'; readonly lessIsBetter: boolean };

/** One metric of a formula. */
export type FormulaPart = Scale & {
  /** Of the one list of metrics. */
  readonly metric: string;
  /** Factor of the scaled value in the score. */
  readonly weight: number;
  /** What the value was made of, and how many it takes to count. */
  readonly sample?: { readonly of: SampleName; readonly minimum: number };
  /** The value is divided by this metric and taken `times`; fewer than `minimum` do not count. */
  readonly per?: { readonly metric: string; readonly times: number; readonly minimum: number };
};

/** How many single things a value was made of: see samples.ts. */
export type SampleName = 'endedWithDeadline' | 'ratingsGiven' | 'resolvedWithDuration';

export interface Formula {
  /** Its name for ever. */
  readonly id: string;
  readonly label: string;
  readonly labelEn: string;
  readonly explanation: string;
  readonly explanationEn: string;
  readonly parts: readonly FormulaPart[];
}

const per10000Members = { metric: 'members', times: 10_000, minimum: 100 } as const;
const byPlace = { scale: 'PERCENTILE', lessIsBetter: false } as const;

/** All that were ever published, oldest first. */
export const formulas: readonly Formula[] = [
  {
    id: 'v1',
    label: '点击与点赞',
    labelEn: 'Clicks and likes',
    explanation:
      '沿用平台原有办法：期内阅读（点击）与点赞之和，由多到少排名。不按人数折算，人多的平台占优，适合看总量。',
    explanationEn:
      "The source's own: reads (clicks) and likes of the period, added. Not by size, so platforms with many people lead; it shows volume.",
    parts: [
      { metric: 'reads', weight: 1, scale: 'RAW' },
      { metric: 'likes', weight: 1, scale: 'RAW' },
    ],
  },
  {
    id: 'v2',
    label: '综合服务',
    labelEn: 'Service, normalised',
    explanation:
      '满分 100。办理占七成：按期办结率（威尔逊 95% 下限）、满意度（向同组均值收缩）、办结时长（同组位次）；服务面占三成：新入会、阅读、点赞，按每万会员折算，取同组位次。任何一项样本不足的平台不参加排名。',
    explanationEn:
      "Out of 100. Seven tenths for requests: on-time rate (Wilson's lower bound at 95 %), satisfaction (drawn to the peers' mean), time to resolve (place among the peers); three tenths for reach: sign-ups, reads and likes per 10,000 members, each by its place among the peers. A platform with too small a sample of any of them is not ranked.",
    parts: [
      {
        metric: 'onTimeRate',
        weight: 0.3,
        scale: 'WILSON',
        z: 1.96,
        sample: { of: 'endedWithDeadline', minimum: 10 },
      },
      {
        metric: 'satisfaction',
        weight: 0.25,
        scale: 'SHRUNK_MEAN',
        prior: 20,
        from: 1,
        to: 5,
        sample: { of: 'ratingsGiven', minimum: 5 },
      },
      {
        metric: 'resolveHoursMedian',
        weight: 0.15,
        scale: 'PERCENTILE',
        lessIsBetter: true,
        sample: { of: 'resolvedWithDuration', minimum: 10 },
      },
      { metric: 'signUps', weight: 0.1, ...byPlace, per: per10000Members },
      { metric: 'reads', weight: 0.12, ...byPlace, per: per10000Members },
      { metric: 'likes', weight: 0.08, ...byPlace, per: per10000Members },
    ],
  },
];

/** SHA-256 of what a formula computes, hexadecimal. Its words may be mended, its numbers may not. */
export function formulaHash({ id, parts }: Formula): string {
  return createHash('sha256')
    .update(JSON.stringify([id, parts]))
    .digest('hex');
}
