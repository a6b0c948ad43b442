/** Grants and the applications for them, as they are kept: what an owner lets a client ask, why, and until when. */
import type { NetGrant } from '@onenet/contract';
import { workingDaysAfter } from '@onenet/contract';

export const grantStatuses = ['LIVE', 'REVOKED', 'ENDED'] as const;
export type GrantStatus = (typeof grantStatuses)[number];

/** One document of the collection `grants`. */
export interface GrantDocument {
  /** 24 hexadecimal digits that rise with time. */
  readonly _id: string;
  readonly client: string;
  readonly platform: string;
  readonly scopes: readonly string[];
  readonly purpose: string;
  /** Null: until it is revoked. */
  readonly until: Date | null;
  readonly status: GrantStatus;
  readonly grantedAt: Date;
  /** Of what made it. */
  readonly application: string;
  /** When it was revoked or its time was over. */
  readonly endedAt: Date | null;
  /** Why it was revoked. */
  readonly endReason: string | null;
}

export const decisionStatuses = ['SUBMITTED', 'APPROVED', 'REFUSED', 'WITHDRAWN'] as const;
export type DecisionStatus = (typeof decisionStatuses)[number];

/** What one of the platforms that are asked has decided. */
export interface Decision {
  readonly platform: string;
  readonly status: DecisionStatus;
  readonly decidedAt: Date | null;
  /** Why it refused. */
  readonly reason: string | null;
  /** The grant that it made. */
  readonly grant: string | null;
}

/** One document of the collection `applications`. */
export interface ApplicationDocument {
  readonly _id: string;
  readonly client: string;
  readonly scopes: readonly string[];
  readonly purpose: string;
  /** Why it is needed: for those who decide, and for nobody else. */
  readonly reason: string;
  readonly until: Date | null;
  readonly submittedAt: Date;
  /** By when every platform is to have decided. */
  readonly dueAt: Date;
  /** One a platform, in the order of their codes. */
  readonly decisions: readonly Decision[];
  /** What is asked of each platform that has not decided: no second application may ask the same meanwhile. */
  readonly open: readonly string[];
}

/**
 * Working days in which an owner decides: 国发〔2016〕51号, article 12, has the provider of data that is
 * shared on conditions answer within ten, and say why where it refuses.
 */
export const decisionWorkingDays = 10;

/** Characters of a reason. */
export const maxReason = 500;

export function dueFrom(submittedAt: Date): Date {
  return workingDaysAfter(submittedAt, decisionWorkingDays);
}

/** Whether a platform should have decided, and has not. */
export function isOverdue(
  { dueAt }: Pick<ApplicationDocument, 'dueAt'>,
  { status }: Pick<Decision, 'status'>,
  now: Date,
): boolean {
  return status === 'SUBMITTED' && dueAt <= now;
}

/** What stands in `open`: two that ask the same of a platform have the same text. */
export function openKey(
  { client, purpose, scopes }: Pick<ApplicationDocument, 'client' | 'purpose' | 'scopes'>,
  platform: string,
): string {
  return [client, platform, purpose, ...scopes].join(' ');
}

/** Whether a grant still holds at `now`, whatever the clock has written of it. */
export function isLive({ status, until }: GrantDocument, now: Date): boolean {
  return status === 'LIVE' && (until === null || until > now);
}

/** The grant as the net knows it. */
export function netGrantOf(grant: GrantDocument): NetGrant {
  const { _id: id, client, platform, scopes, purpose, until } = grant;
  return { id, client, platform, scopes, purpose, until: until?.toISOString() ?? null };
}
