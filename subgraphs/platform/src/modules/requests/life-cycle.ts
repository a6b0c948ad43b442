/** Deadlines of requests: by when, and what the clock does on the way there and beyond. Pure. */
import {
  contractVersion,
  isAfter,
  requestWorkingDays,
  workingDaysAfter,
  workingDaysBefore,
} from '@onenet/contract';
import type { RequestCategory, RequestStatus } from '@onenet/platforms';
import type { Platform } from '../../context.ts';

/** Neither closed nor transferred, nor offered to another platform. */
export const openStatuses: readonly RequestStatus[] = [
  'SUBMITTED',
  'VERIFIED',
  'DISPATCHED',
  'ACCEPTED',
];

export function isOpen(status: RequestStatus): boolean {
  return openStatuses.includes(status);
}

/** Those in which an organization handles it, so that there is one above. */
const handledStatuses: readonly RequestStatus[] = ['DISPATCHED', 'ACCEPTED'];

/** A category's own deadline, after a request's submission or its reopening. */
export function dueAfter(time: Date, category: RequestCategory): Date {
  return workingDaysAfter(time, requestWorkingDays[category]);
}

/** Working days before the deadline on which it is reminded of. */
const reminderDays = 1;
/** Working days after a missed deadline on which it goes a level up. */
const escalationDays = 3;

/** Whether a platform says what passed its deadline: the contract does since 1.2. */
export function keepsDeadlines({ definition }: Pick<Platform, 'definition'>): boolean {
  return isAfter(definition.contractVersion ?? contractVersion, '1.1');
}

/** What of a request its deadline depends on. */
export interface Deadline {
  readonly status: RequestStatus;
  readonly dueAt: Date | null;
  readonly overdueAt: Date | null;
  readonly remindedAt: Date | null;
  readonly escalatedAt: Date | null;
}

export type ClockStep = 'REMINDER' | 'OVERDUE' | 'ESCALATION';

/** What the clock does to a request at a moment; each is done once for each time that it was opened. */
export function clockStep(request: Deadline, now: Date): ClockStep | undefined {
  const next = nextClockStep(request);
  if (!next || next.at > now) return undefined;
  // The reminder was missed: what is overdue needs none.
  return next.step === 'REMINDER' && isPastDue(request, now) ? 'OVERDUE' : next.step;
}

/** When the clock next does something to it; null: never, as things are. */
export function clockAt(request: Deadline): Date | null {
  return nextClockStep(request)?.at ?? null;
}

/** Open, and its deadline has passed without anybody having said so. */
export function isNewlyOverdue(request: Deadline, now: Date): boolean {
  return isOpen(request.status) && request.overdueAt === null && isPastDue(request, now);
}

function nextClockStep(
  request: Deadline,
): { readonly step: ClockStep; readonly at: Date } | undefined {
  const { status, dueAt, overdueAt, remindedAt, escalatedAt } = request;
  if (!isOpen(status) || dueAt === null) return undefined;
  if (overdueAt === null) {
    return remindedAt === null
      ? { step: 'REMINDER', at: workingDaysBefore(dueAt, reminderDays) }
      : { step: 'OVERDUE', at: new Date(dueAt.getTime() + 1) };
  }
  if (escalatedAt !== null || !handledStatuses.includes(status)) return undefined;
  return { step: 'ESCALATION', at: workingDaysAfter(overdueAt, escalationDays) };
}

function isPastDue({ dueAt }: Deadline, now: Date): boolean {
  return dueAt !== null && dueAt < now;
}
