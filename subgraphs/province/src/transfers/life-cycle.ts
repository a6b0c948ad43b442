/**
 * What comes next in a transfer, and what an answer makes of it: no clock, no database, no network.
 *
 * The record is never live at both platforms, or lost: the target makes it only while the source keeps
 * it back, and the source takes it back only once the target has closed the transfer for ever.
 */
import type { Answered } from './platforms.ts';
import { after, type Changes } from './store.ts';
import type { Problem, Step, Transfer, WithdrawnFor } from './transfer.ts';

/** One platform's side, as it answers a step. */
export interface Part {
  readonly state: string;
  readonly recordId: string | null;
  readonly sealed: string | null;
}

/** What comes next: a call, or a change that needs none. */
export type Move =
  | { readonly ask: 'key' | Step; readonly before: Changes }
  | { readonly change: Changes };

export function nextMove(transfer: Transfer, now: Date): Move {
  const { status, offers, sealingKey, declined } = transfer;
  const ends = endOf(transfer, now);
  switch (status) {
    case 'OFFERING':
      // An offer that was sent may come late: the source closes it.
      if (ends) return { change: offers === 0 ? ended(now, ends) : withdrawing(ends, true) };
      if (sealingKey === null) return { ask: 'key', before: {} };
      return { ask: 'offer', before: { offers: offers + 1 } };
    case 'OFFERED':
      // The target was never given what is sealed to it, so it need not be asked to decline.
      if (ends) return { change: withdrawing(ends, true) };
      return { change: { status: 'ACCEPTING' } };
    case 'ACCEPTING':
      if (ends) return { change: withdrawing(ends, false) };
      return { ask: 'accept', before: {} };
    case 'ACCEPTED':
      return { ask: 'complete', before: {} };
    case 'WITHDRAWING':
      return { ask: declined ? 'withdraw' : 'decline', before: {} };
    case 'COMPLETED':
    case 'WITHDRAWN':
      return { change: { nextAt: null } };
  }
}

/** What the answer to a step changes. */
export function afterStep(
  transfer: Transfer,
  step: Step,
  answered: Answered<Part>,
  now: Date,
): Changes {
  const platform = platformOf(transfer, step);
  if (answered.kind === 'UNKNOWN') return again(transfer, { platform, code: answered.code }, now);
  if (answered.kind === 'REFUSED') return refused(transfer, step, answered.code, now);
  return done(transfer, step, answered.value, now) ?? unfit(transfer, platform, now);
}

/** What the target's key, or its lack, changes. */
export function afterKey(transfer: Transfer, answered: Answered<string>, now: Date): Changes {
  const { to: platform } = transfer;
  if (answered.kind === 'DONE') return { sealingKey: answered.value, ...forward };
  const problem = { platform, code: answered.code };
  if (answered.kind === 'UNKNOWN') return again(transfer, problem, now);
  return { ...ended(now, 'REFUSED'), refusal: problem };
}

/** Which platform a step is asked of. */
export function platformOf({ from, to }: Transfer, step: Step): string {
  return step === 'accept' || step === 'decline' ? to : from;
}

/** Undefined: the answer is not one of this step. */
function done(transfer: Transfer, step: Step, part: Part, now: Date): Changes | undefined {
  const { state, recordId, sealed } = part;
  switch (step) {
    case 'offer':
      if (state === 'WITHDRAWN') return ended(now, endOf(transfer, now) ?? 'REFUSED');
      if (state !== 'OFFERED') return undefined;
      return sealed === null ? undefined : { status: 'OFFERED', sealed, ...forward };
    case 'accept':
    case 'decline':
      if (state === 'ACCEPTED') return accepted(transfer, recordId);
      if (state !== 'DECLINED') return undefined;
      return withdrawing(transfer.withdrawnFor ?? 'REFUSED', true);
    case 'complete':
      return state === 'COMPLETED' ? { status: 'COMPLETED', ...end(now) } : undefined;
    case 'withdraw':
      return state === 'WITHDRAWN' ? { status: 'WITHDRAWN', ...end(now) } : undefined;
  }
}

/** From here on the record is the target's, whatever the clock or an officer said meanwhile. */
function accepted({ to }: Transfer, recordId: string | null): Changes | undefined {
  if (recordId === null || !recordId.startsWith(`${to}:`)) return undefined;
  const own = { targetId: recordId, sealed: null, withdrawnFor: null, refusal: null };
  return { status: 'ACCEPTED', ...own, ...forward };
}

/** A platform will not: of an offer and an acceptance that is an answer, and the others have to be carried out. */
function refused(transfer: Transfer, step: Step, code: string, now: Date): Changes {
  const refusal = { platform: platformOf(transfer, step), code };
  if (step === 'offer') {
    const why = endOf(transfer, now) ?? 'REFUSED';
    // Of several, one may come late, and be taken then.
    return { ...(transfer.offers === 1 ? ended(now, why) : withdrawing(why, true)), refusal };
  }
  // An earlier call may have reached it late: only once it has declined it will never accept.
  if (step === 'accept') return { ...withdrawing('REFUSED', false), refusal };
  return again(transfer, refusal, now);
}

function unfit(transfer: Transfer, platform: string, now: Date): Changes {
  return again(transfer, { platform, code: 'INVALID' }, now);
}

const firstWaitMs = 250;
const longestWaitMs = 60_000;

/** The same again later, and not after the deadline, which may change it. */
function again(transfer: Transfer, problem: Problem, now: Date): Changes {
  const tries = transfer.tries + 1;
  const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(tries - 1, 16));
  const { dueAt } = transfer;
  const later = after(now, waitMs);
  return { tries, problem, nextAt: dueAt > now && dueAt < later ? dueAt : later, lease: null };
}

const forward = { tries: 0, problem: null } as const;

/** Why it is to end at its source now; undefined: it is not. */
function endOf({ withdrawnFor, dueAt }: Transfer, now: Date): WithdrawnFor | undefined {
  return withdrawnFor ?? (dueAt <= now ? 'DEADLINE' : undefined);
}

function withdrawing(withdrawnFor: WithdrawnFor, declined: boolean): Changes {
  const erased = declined ? { sealed: null } : {};
  return { status: 'WITHDRAWING', withdrawnFor, declined, ...erased, ...forward };
}

function ended(now: Date, withdrawnFor: WithdrawnFor): Changes {
  return { status: 'WITHDRAWN', withdrawnFor, ...end(now) };
}

function end(now: Date): Changes {
  return { ...forward, sealed: null, endedAt: now, nextAt: null, lease: null };
}
