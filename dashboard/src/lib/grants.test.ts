import { describe, expect, test } from 'vitest';
import type { GrantApplication } from './api/grants.ts';
import type { SignedIn } from './api/session.ts';
import {
  dayInBeijing,
  earlierEnd,
  mayDecide,
  onlyPlatform,
  seesInFull,
  seesGrants,
  waitingOf,
} from './grants.ts';

const application = (
  id: string,
  submittedAt: string,
  decisions: Readonly<Record<string, string>>,
): GrantApplication => ({
  id,
  clientId: 'taxation',
  client: null,
  scopes: ['members:read'],
  purpose: 'statistics',
  reason: '示例',
  until: null,
  submittedAt,
  dueAt: '2026-12-11T00:00:00Z',
  isOverdue: false,
  decisions: Object.entries(decisions).map(([platformCode, status]) => ({ platformCode, status })),
});
const person = (roles: readonly string[], platform: string | null = null): SignedIn => ({
  name: 'li',
  roles,
  platform,
  canChangePassword: null,
});

test('what waits: a line for each undecided platform, the oldest first', () => {
  const all = [
    application('b', '2026-11-27T00:00:00Z', { '420100': 'SUBMITTED', '420500': 'SUBMITTED' }),
    application('a', '2026-11-20T00:00:00Z', { '420100': 'SUBMITTED', '420500': 'REFUSED' }),
  ];
  const shown = (platform: string) =>
    waitingOf(all, platform).map((row) => `${row.application.id} ${row.platform}`);
  expect(shown('')).toEqual(['a 420100', 'b 420100', 'b 420500']);
  expect(shown('420500')).toEqual(['b 420500']);
});

describe('rights', () => {
  const team = person(['team'], '420100');

  test('a team decides for its own platform, and nobody else for it', () => {
    expect(mayDecide(team, '420100')).toBe(true);
    const others = [team, person(['administrator']), person(['auditor']), null, undefined];
    expect(others.filter((who) => mayDecide(who, '420500'))).toEqual([]);
  });

  test('all but leaders see grants', () => {
    const seeing = [team, person(['administrator']), person(['auditor']), null, undefined];
    expect(seeing.every(seesGrants)).toBe(true);
    expect(seesGrants(person(['leader']))).toBe(false);
    expect(seesGrants(person(['leader', 'auditor']))).toBe(true);
  });

  test('a team has nothing to choose a platform from', () => {
    expect(onlyPlatform(team)).toBe('420100');
    expect(onlyPlatform(person(['team', 'auditor'], '420100'))).toBe('');
    expect(onlyPlatform(null)).toBe('');
    expect(['420100', '420500'].map((code) => seesInFull(team, code))).toEqual([true, false]);
    expect(seesInFull(null, '420500')).toBe(true);
  });
});

describe('an earlier end', () => {
  test('is the end of the chosen day in Beijing', () => {
    expect(earlierEnd('2026-12-31', null)).toBe('2026-12-31T23:59:59+08:00');
    expect(earlierEnd('2026-12-31', '2027-06-30T00:00:00Z')).toBe('2026-12-31T23:59:59+08:00');
  });

  test('is said only where it is earlier than what is asked', () => {
    expect(earlierEnd('', '2027-06-30T00:00:00Z')).toBeNull();
    expect(earlierEnd('2026-12-31', '2026-12-31T02:00:00Z')).toBeNull();
  });

  test('the day of a time is that of Beijing', () => {
    expect(dayInBeijing('2026-12-30T16:30:00Z')).toBe('2026-12-31');
  });
});
