/** Why an alert is there, as numbers in words: what was found, what the bound is, what is usual. */
import type { Alert, AlertRule } from './api/alerts.ts';
import { isTeamOf, may } from './may.ts';
import type { Who } from './grants.ts';

/** Whether they may note that somebody looks after it; once is enough. */
export function mayAcknowledge(alert: Alert, who: Who): boolean {
  if (alert.acknowledgedAt !== null || alert.closedAt !== null) return false;
  return may(who, 'acknowledge') || isTeamOf(who, alert.platform);
}

/** How long it was, or has been, open: seconds. */
export function openFor({ openedAt, closedAt }: Alert, now: number): number {
  const end = closedAt === null ? now : Date.parse(closedAt);
  return Math.max(0, (end - Date.parse(openedAt)) / 1000);
}

/** A bound as people write it: a share in percent, else the number. */
export function boundShown(bound: number, { unit }: Pick<AlertRule, 'unit'>): number {
  // 0.07 × 100 is 7.000000000000001.
  return unit === '%' ? Math.round(bound * 1e6) / 1e4 : bound;
}

/** And as the rule takes it. */
export function boundGiven(shown: number, { unit }: Pick<AlertRule, 'unit'>): number {
  return unit === '%' ? Math.round(shown * 1e4) / 1e6 : shown;
}
