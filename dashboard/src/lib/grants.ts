/** Who decides about grants and who sees them, and what a decision says. */
import type { GrantApplication } from './api/grants.ts';
import type { SignedIn } from './api/session.ts';
import { sorted } from './sorted.ts';

/** Null: nobody is signed in, so it is this machine; undefined: not known. */
export type Who = SignedIn | null | undefined;

/** An application at one of the platforms that it asks. */
export interface Waiting {
  readonly application: GrantApplication;
  readonly platform: string;
}

/** What the platforms have not decided, the oldest first; of one platform alone where one is named. */
export function waitingOf(
  applications: readonly GrantApplication[],
  platform: string,
): readonly Waiting[] {
  const oldestFirst = sorted(
    applications,
    (a, b) => Date.parse(a.submittedAt) - Date.parse(b.submittedAt),
  );
  return oldestFirst.flatMap((application) =>
    application.decisions
      .filter(({ status }) => status === 'SUBMITTED')
      .filter(({ platformCode }) => platform === '' || platformCode === platform)
      .map(({ platformCode }) => ({ application, platform: platformCode })),
  );
}

/** Whether it is theirs to decide for the platform: its team's alone. */
export function mayDecide(who: Who, platform: string): boolean {
  return who != null && who.roles.includes('team') && who.platform === platform;
}

/** Whether they see applications, grants and single records; who is unknown is told by the gateway. */
export function seesGrants(who: Who): boolean {
  if (who == null) return true;
  return who.roles.some((role) => ['team', 'administrator', 'auditor'].includes(role));
}

/** The one platform whose part a team sees; empty for whoever sees several. */
export function onlyPlatform(who: Who): string {
  const seesAll = who?.roles.some((role) => ['leader', 'administrator', 'auditor'].includes(role));
  return who == null || seesAll === true ? '' : (who.platform ?? '');
}

/** Whether they see a platform in full: a team its own, and of the others what they publish. */
export function seesInFull(who: Who, platform: string): boolean {
  const own = onlyPlatform(who);
  return own === '' || own === platform;
}

/** RFC 3339 for the end of a chosen day in Beijing; null where that is no earlier than what is asked. */
export function earlierEnd(day: string, asked: string | null): string | null {
  if (day === '') return null;
  const end = `${day}T23:59:59+08:00`;
  return asked !== null && Date.parse(end) >= Date.parse(asked) ? null : end;
}

/** The day in Beijing, as a date field has it. */
export function dayInBeijing(at: string | number): string {
  return new Date(new Date(at).getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
}
