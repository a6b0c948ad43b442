import { describe, expect, test } from 'vitest';
import type { SignedIn } from './api/session.ts';
import { isTeamOf, may, mayAdminister, onlyTeamOf, type Deed } from './may.ts';

const person = (role: string, platform: string | null = null): SignedIn => ({
  name: 'x',
  roles: [role],
  platform,
  canChangePassword: null,
});

describe('what is offered', () => {
  test.each<[Deed, string[]]>([
    ['supervise', ['leader']],
    ['composeBrief', ['leader', 'administrator']],
    ['publishRanking', ['administrator']],
    ['setAlertRule', ['administrator']],
    ['acknowledge', ['leader', 'administrator']],
  ])('%s', (deed, roles) => {
    const all = ['leader', 'team', 'administrator', 'auditor'];
    expect(all.filter((role) => may(person(role), deed))).toEqual(roles);
    expect(may(null, deed)).toBe(false);
    expect(may(undefined, deed)).toBe(false);
  });

  test('a team answers for its own platform alone', () => {
    expect(isTeamOf(person('team', '420100'), '420100')).toBe(true);
    expect(isTeamOf(person('team', '420100'), '420500')).toBe(false);
    expect(isTeamOf(person('leader'), '420100')).toBe(false);
    expect(isTeamOf(person('team', null), null)).toBe(false);
  });

  test('who is of a team alone is told what only its platform may know', () => {
    expect(onlyTeamOf(person('team', '420100'))).toBe('420100');
    expect(onlyTeamOf({ ...person('team', '420100'), roles: ['team', 'auditor'] })).toBeNull();
    expect(onlyTeamOf(person('leader'))).toBeNull();
    expect(onlyTeamOf(null)).toBeNull();
  });

  test('administration is for administrators and auditors, and the net’s own machine', () => {
    expect(
      ['leader', 'team', 'administrator', 'auditor'].filter((role) => mayAdminister(person(role))),
    ).toEqual(['administrator', 'auditor']);
    expect(mayAdminister(null)).toBe(true);
  });
});
