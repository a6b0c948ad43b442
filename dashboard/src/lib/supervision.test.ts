import { describe, expect, test } from 'vitest';
import type { SignedIn } from './api/session.ts';
import { askedAbout, endOfDay, stepsOf } from './supervision.ts';

const leader: SignedIn = { name: 'l', roles: ['leader'], platform: null, canChangePassword: null };
const team: SignedIn = { name: 't', roles: ['team'], platform: '420100', canChangePassword: null };

describe('steps of a supervision', () => {
  test.each([
    ['ASKED', ['close'], ['answer']],
    ['RETURNED', ['close'], ['answer']],
    ['ANSWERED', ['return', 'close'], []],
    ['CLOSED', [], []],
  ])('%s', (status, ofLeader, ofTeam) => {
    const supervision = { status, platformCode: '420100' };
    expect(stepsOf(supervision, leader)).toEqual(ofLeader);
    expect(stepsOf(supervision, team)).toEqual(ofTeam);
    expect(stepsOf({ ...supervision, platformCode: '420500' }, team)).toEqual([]);
    expect(stepsOf(supervision, null)).toEqual([]);
  });
});

test('the last day is a whole day of Beijing', () => {
  expect(endOfDay('2026-12-04')).toBe('2026-12-04T23:59:59+08:00');
  expect(endOfDay('')).toBeNull();
});

test('a question is about a request or a figure, never both', () => {
  expect(askedAbout({ platform: 'a', requestId: 'a:1', title: 'x' })).toEqual({ requestId: 'a:1' });
  const figure = { metric: 'reads', value: 3, periodFrom: null, periodTo: null };
  expect(askedAbout({ platform: 'a', ...figure })).toEqual(figure);
});
