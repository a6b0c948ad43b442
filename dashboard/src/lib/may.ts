/** Who may do what: what a person may not do is not offered to them, and the gateway refuses it anyway. */
import type { Who } from './grants.ts';

/** Things that are done here, each with the roles that may. */
const rolesOf = {
  /** A leader asks, returns, closes. */
  supervise: ['leader'],
  composeBrief: ['leader', 'administrator'],
  publishRanking: ['administrator'],
  setAlertRule: ['administrator'],
  acknowledge: ['leader', 'administrator'],
  administer: ['administrator', 'auditor'],
} as const;
export type Deed = keyof typeof rolesOf;

/** Whether somebody is signed in whose role it is. */
export function may(who: Who, deed: Deed): boolean {
  const roles: readonly string[] = rolesOf[deed];
  return who != null && who.roles.some((role) => roles.includes(role));
}

/** Whether it is theirs as the team of this platform. */
export function isTeamOf(who: Who, platform: string | null): boolean {
  return (
    who != null && platform !== null && who.roles.includes('team') && who.platform === platform
  );
}

/** The platform whose team it is that has no wider role: of others it is told what is published. */
export function onlyTeamOf(who: Who): string | null {
  const wider = ['leader', 'administrator', 'auditor'];
  if (who == null || who.roles.some((role) => wider.includes(role))) return null;
  return who.roles.includes('team') ? who.platform : null;
}

/** Whether a page of administration is shown: nobody signed in is the net's own machine, who is unknown is told by the gateway. */
export function mayAdminister(who: Who): boolean {
  return who == null || may(who, 'administer');
}
