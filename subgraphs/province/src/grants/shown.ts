/** Grants and applications as they are shown, over HTTP and by GraphQL alike. */
import {
  isOverdue,
  type ApplicationDocument,
  type Decision,
  type DecisionStatus,
  type GrantDocument,
  type GrantStatus,
} from './grant.ts';

export interface ShownGrant {
  readonly id: string;
  readonly client: string;
  readonly platform: string;
  readonly scopes: readonly string[];
  readonly purpose: string;
  readonly until: string | null;
  readonly status: GrantStatus;
  readonly grantedAt: string;
  readonly endedAt: string | null;
  readonly endReason: string | null;
  readonly application: string;
}

export interface ShownApplication {
  readonly id: string;
  readonly client: string;
  readonly scopes: readonly string[];
  readonly purpose: string;
  readonly reason: string;
  readonly until: string | null;
  readonly submittedAt: string;
  readonly dueAt: string;
  readonly isOverdue: boolean;
  readonly decisions: readonly ShownDecision[];
}

export interface ShownDecision {
  readonly platform: string;
  readonly status: DecisionStatus;
  readonly decidedAt: string | null;
  readonly reason: string | null;
  readonly grant: string | null;
}

export function shownGrant({ _id: id, ...grant }: GrantDocument): ShownGrant {
  const { until, grantedAt, endedAt } = grant;
  return {
    id,
    ...grant,
    until: textOf(until),
    grantedAt: grantedAt.toISOString(),
    endedAt: textOf(endedAt),
  };
}

export function shownApplication(application: ApplicationDocument): ShownApplication {
  const { _id: id, client, scopes, purpose, reason, until } = application;
  const { submittedAt, dueAt, decisions } = application;
  const now = new Date();
  return {
    id,
    client,
    scopes,
    purpose,
    reason,
    until: textOf(until),
    submittedAt: submittedAt.toISOString(),
    dueAt: dueAt.toISOString(),
    isOverdue: decisions.some((decision) => isOverdue(application, decision, now)),
    decisions: decisions.map(shownDecision),
  };
}

function shownDecision({ decidedAt, ...decision }: Decision): ShownDecision {
  return { ...decision, decidedAt: textOf(decidedAt) };
}

function textOf(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
