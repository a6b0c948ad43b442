/** What the clock did to a request: a reminder before its deadline, that it passed, a level up. As platforms do it themselves. */
import { workingDaysAfter, workingDaysBefore } from '@onenet/contract';
import type { RequestStepRecord } from '../records.ts';

/** How the last time that it was open went. */
interface Clock {
  readonly steps: readonly RequestStepRecord[];
  readonly dueAt: number;
  readonly overdueAt: Date | null;
  readonly remindedAt: Date | null;
}

/** A time in which a request was open; `to` is null while it is. */
interface Opening {
  readonly from: number;
  readonly to: number | null;
  /** From when on an organization handled it. */
  readonly handledFrom: number | null;
}

/** Half of what lies between two sweeps of a platform. */
const noticedAfterMs = 15_000;

/** The steps of the clock until a moment, each time that the request was open. */
export function deadlineSteps(
  moves: readonly RequestStepRecord[],
  dueAfter: (time: number) => number,
  until: number,
): Clock {
  let level = 0;
  const clocks = openingsOf(moves).map((opening): Clock => {
    const dueAt = dueAfter(opening.from);
    const end = opening.to ?? until;
    const remindedAt = workingDaysBefore(new Date(dueAt), 1).getTime();
    const overdueAt = overdueMoment(dueAt, opening, until);
    const steps: RequestStepRecord[] = [];
    const isReminded = remindedAt < end;
    if (isReminded) steps.push(byClock('REMINDER', remindedAt));
    if (overdueAt !== null) {
      steps.push(byClock('OVERDUE', overdueAt));
      const escalatedAt = Math.max(
        workingDaysAfter(new Date(overdueAt), 3).getTime(),
        (opening.handledFrom ?? Infinity) + noticedAfterMs,
      );
      if (escalatedAt < end) {
        level += 1;
        steps.push({
          step: 'ESCALATION',
          at: new Date(escalatedAt),
          actorKind: 'SYSTEM',
          level,
        });
      }
    }
    return {
      steps,
      dueAt,
      overdueAt: overdueAt === null ? null : new Date(overdueAt),
      remindedAt: isReminded ? new Date(remindedAt) : null,
    };
  });
  const last = clocks.at(-1);
  if (!last) throw new Error('A request begins with its submission.');
  return { ...last, steps: clocks.flatMap(({ steps }) => steps) };
}

export function isReopening(step: RequestStepRecord): boolean {
  return step.step === 'STATUS' && step.to === 'ACCEPTED' && step.from !== 'DISPATCHED';
}

/** When it was noticed; who closes it before that says it then. */
function overdueMoment(dueAt: number, { to }: Opening, until: number): number | null {
  const noticed = dueAt + noticedAfterMs;
  if (to !== null && to > dueAt) return Math.min(noticed, to);
  return to === null && noticed <= until ? noticed : null;
}

function byClock(step: 'REMINDER' | 'OVERDUE', at: number): RequestStepRecord {
  return { step, at: new Date(at), actorKind: 'SYSTEM' };
}

function openingsOf(moves: readonly RequestStepRecord[]): readonly Opening[] {
  const openings: Opening[] = [];
  for (const step of moves) {
    if (step.step !== 'STATUS') continue;
    const at = step.at.getTime();
    const last = openings.at(-1);
    if (!last || isReopening(step)) {
      openings.push({ from: at, to: null, handledFrom: last ? at : null });
    } else if (step.to === 'DISPATCHED') {
      openings[openings.length - 1] = { ...last, handledFrom: at };
    } else if (step.to === 'RESOLVED' || step.to === 'REJECTED') {
      openings[openings.length - 1] = { ...last, to: at };
    }
  }
  return openings;
}
