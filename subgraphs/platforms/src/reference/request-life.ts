/** What happens to one request, step by step, up to a moment. */
import { requestWorkingDays, workingDaysAfter } from '@onenet/contract';
import type {
  RequestCategory,
  RequestStatus,
  RequestStepRecord,
  ServiceRequestRecord,
} from '../records.ts';
import { dayMs, hourMs, minuteMs, officeMoment } from './calendar.ts';
import { deadlineSteps, isReopening } from './request-deadlines.ts';
import type { Random } from './random.ts';

/**
 * RESOLVED: resolved once, perhaps rated. REJECTED. OPEN: accepted at most, without a deadline.
 * ANY: whatever may happen, reopening and supervision included.
 */
export type Outcome = 'RESOLVED' | 'REJECTED' | 'OPEN' | 'ANY';

type Life = Pick<
  ServiceRequestRecord,
  | 'status'
  | 'history'
  | 'dueAt'
  | 'resolvedAt'
  | 'overdue'
  | 'supervised'
  | 'reopenedCount'
  | 'rating'
  | 'overdueAt'
  | 'remindedAt'
  | 'remindedCount'
  | 'escalationLevel'
  | 'updatedAt'
>;

interface Draft {
  readonly submittedAt: number;
  readonly until: number;
  readonly category: RequestCategory;
  readonly outcome: Outcome;
}

export function liveRequest(random: Random, draft: Draft): Life {
  const { submittedAt, until, category, outcome } = draft;
  const dueAfter = (time: number) => dueMoment(time, category);
  const planned = plannedSteps(random, draft, dueAfter);
  const moves = planned.filter((step) => step.at.getTime() <= until);
  const clock = outcome === 'OPEN' ? undefined : deadlineSteps(moves, dueAfter, until);
  const history = inOrder([...(clock?.steps ?? []), ...moves]);
  const closedAt = closingMoment(history);
  const status = lastStatus(history);
  const dueAt = clock?.dueAt ?? null;
  return {
    status,
    history,
    dueAt: dueAt === null ? null : new Date(dueAt),
    resolvedAt: status === 'RESOLVED' || status === 'RATED' ? closedAt : null,
    overdue: dueAt !== null && (closedAt?.getTime() ?? until) > dueAt,
    supervised: history.some((step) => step.step === 'SUPERVISION'),
    reopenedCount: history.filter(isReopening).length,
    rating: history.findLast((step) => step.step === 'RATING')?.rating ?? null,
    overdueAt: clock?.overdueAt ?? null,
    remindedAt: clock?.remindedAt ?? null,
    remindedCount: history.filter((step) => step.step === 'REMINDER').length,
    escalationLevel: history.filter((step) => step.step === 'ESCALATION').length,
    updatedAt: history.at(-1)?.at ?? new Date(submittedAt),
  };
}

/** Steps at the same time keep the order in which they are given: who closes late says first that it is late. */
function inOrder(steps: readonly RequestStepRecord[]): readonly RequestStepRecord[] {
  return steps.toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

function dueMoment(time: number, category: RequestCategory): number {
  return workingDaysAfter(new Date(time), requestWorkingDays[category]).getTime();
}

/** Everything that would happen, given time. */
function plannedSteps(
  random: Random,
  draft: Draft,
  dueAfter: (time: number) => number,
): readonly RequestStepRecord[] {
  const { submittedAt, outcome } = draft;
  const dueAt = dueAfter(submittedAt);
  const life = new Steps(submittedAt);
  const office = (least: number, most: number) =>
    officeMoment(random, life.time + random.between(least, most));

  life.to('VERIFIED', office(20 * minuteMs, 8 * hourMs));
  if (outcome === 'REJECTED' || (outcome === 'ANY' && random.chance(0.06))) {
    life.to('REJECTED', office(hourMs, 20 * hourMs));
    return life.steps;
  }
  // Some that are open have not come far.
  if (outcome === 'OPEN' && random.chance(0.2)) return life.steps;
  life.to('DISPATCHED', office(30 * minuteMs, 10 * hourMs));
  if (outcome === 'OPEN' && random.chance(0.3)) return life.steps;
  life.to('ACCEPTED', office(hourMs, 20 * hourMs));
  if (outcome === 'OPEN') return life.steps;

  const allowedMs = dueAt - submittedAt;
  const late = outcome === 'ANY' && random.chance(0.09);
  if (late && random.chance(0.6)) {
    // 督办: shortly before or after the deadline.
    const at = officeMoment(random, dueAt + random.between(-0.1, 0.1) * allowedMs);
    life.supervise(Math.max(at, life.time + hourMs));
  } else if (random.chance(0.12)) {
    life.feedback(life.time + random.between(6 * hourMs, 30 * hourMs));
  }
  const resolved = late
    ? dueAt + random.between(0.03, 0.5) * allowedMs
    : life.time + random.between(0.05, 0.75) ** 2 * Math.max(allowedMs, dayMs);
  life.to('RESOLVED', officeMoment(random, Math.max(resolved, life.time + hourMs)));

  if (outcome === 'ANY' && random.chance(0.05)) {
    life.to('ACCEPTED', life.time + random.between(hourMs, 60 * hourMs), 'WORKER');
    life.to('RESOLVED', office(dayMs, 6 * dayMs));
  }
  if (random.chance(0.62)) {
    const rating = Number(random.weighted({ 5: 58, 4: 27, 3: 9, 2: 4, 1: late ? 8 : 2 }));
    life.rate(life.time + random.between(0.5 * hourMs, 50 * hourMs), rating);
  }
  return life.steps;
}

/** Collects steps in order; times only rise. */
class Steps {
  readonly steps: RequestStepRecord[] = [];
  time: number;
  #status: RequestStatus = 'SUBMITTED';

  constructor(submittedAt: number) {
    this.time = submittedAt;
    this.steps.push({
      step: 'STATUS',
      at: new Date(submittedAt),
      actorKind: 'WORKER',
      from: null,
      to: 'SUBMITTED',
    });
  }

  to(to: RequestStatus, at: number, actorKind: 'OFFICER' | 'WORKER' = 'OFFICER'): void {
    this.steps.push({ step: 'STATUS', at: this.#moment(at), actorKind, from: this.#status, to });
    this.#status = to;
  }

  supervise(at: number): void {
    this.steps.push({ step: 'SUPERVISION', at: this.#moment(at), actorKind: 'OFFICER' });
  }

  feedback(at: number): void {
    const text = '材料已补充，请继续办理。';
    this.steps.push({ step: 'FEEDBACK', at: this.#moment(at), actorKind: 'WORKER', text });
  }

  rate(at: number, rating: number): void {
    this.to('RATED', at, 'WORKER');
    this.steps.push({ step: 'RATING', at: new Date(this.time), actorKind: 'WORKER', rating });
  }

  #moment(at: number): Date {
    this.time = Math.floor(at);
    return new Date(this.time);
  }
}

/** When it was last resolved or rejected, unless it was reopened since. */
function closingMoment(history: readonly RequestStepRecord[]): Date | null {
  let closedAt: Date | null = null;
  for (const step of history) {
    if (step.step !== 'STATUS') continue;
    if (step.to === 'RESOLVED' || step.to === 'REJECTED') closedAt = step.at;
    if (isReopening(step)) closedAt = null;
  }
  return closedAt;
}

function lastStatus(history: readonly RequestStepRecord[]): RequestStatus {
  const last = history.findLast((step) => step.step === 'STATUS');
  return last?.to ?? 'SUBMITTED';
}
