/** Which steps of a supervision are whose: the contract's life cycle, read for whoever looks. */
import type { Supervision } from './api/records.ts';
import type { SupervisionStep, SupervisionSubject } from './api/supervisions.ts';
import type { Who } from './grants.ts';
import { isTeamOf, may } from './may.ts';

export type SupervisionStepName = SupervisionStep['step'];

/** The steps that this person may take now, in the order in which they are offered. */
export function stepsOf(
  { status, platformCode }: Pick<Supervision, 'status' | 'platformCode'>,
  who: Who,
): readonly SupervisionStepName[] {
  if (status === null || status === 'CLOSED') return [];
  const steps: SupervisionStepName[] = [];
  if (isTeamOf(who, platformCode) && status !== 'ANSWERED') steps.push('answer');
  if (may(who, 'supervise')) {
    if (status === 'ANSWERED') steps.push('return');
    steps.push('close');
  }
  return steps;
}

/** The end of a chosen day in Beijing, RFC 3339; null where none is chosen: then the owner's default holds. */
export function endOfDay(day: string): string | null {
  return day === '' ? null : `${day}T23:59:59+08:00`;
}

/** The subject as a question carries it. */
export function askedAbout(subject: SupervisionSubject): Readonly<Record<string, unknown>> {
  if ('requestId' in subject) return { requestId: subject.requestId };
  const { metric, value, periodFrom, periodTo } = subject;
  return { metric, value, periodFrom, periodTo };
}
