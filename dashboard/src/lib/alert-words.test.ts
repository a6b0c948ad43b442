import { expect, test } from 'vitest';
import type { Alert } from './api/alerts.ts';
import { boundGiven, boundShown, mayAcknowledge, openFor } from './alert-words.ts';

const alert: Alert = {
  id: 'a',
  rule: 'OVERDUE',
  kind: 'THRESHOLD',
  metric: 'requestsOverdue',
  label: null,
  labelEn: null,
  text: '',
  textEn: '',
  platform: '420100',
  severity: 1,
  value: 12,
  figure: 12,
  bound: 10,
  sample: null,
  expected: null,
  spread: null,
  from: null,
  to: null,
  openedAt: '2026-11-30T00:00:00Z',
  seenAt: '2026-11-30T01:00:00Z',
  closedAt: null,
  closedBecause: null,
  graverAt: null,
  acknowledgedAt: null,
  acknowledgedBy: null,
  notifications: [],
};

test('an open alert is acknowledged once, by leaders, administrators, and its platform’s team', () => {
  const who = (role: string, platform: string | null = null) => ({
    name: 'x',
    roles: [role],
    platform,
    canChangePassword: null,
  });
  expect(mayAcknowledge(alert, who('leader'))).toBe(true);
  expect(mayAcknowledge(alert, who('administrator'))).toBe(true);
  expect(mayAcknowledge(alert, who('team', '420100'))).toBe(true);
  expect(mayAcknowledge(alert, who('team', '420500'))).toBe(false);
  expect(mayAcknowledge(alert, who('auditor'))).toBe(false);
  expect(mayAcknowledge(alert, null)).toBe(false);
  expect(mayAcknowledge({ ...alert, acknowledgedAt: '2026-11-30T00:10:00Z' }, who('leader'))).toBe(
    false,
  );
  expect(mayAcknowledge({ ...alert, closedAt: '2026-11-30T00:10:00Z' }, who('leader'))).toBe(false);
});

test('it is open from its opening to its closing, or to now', () => {
  expect(openFor(alert, Date.parse('2026-11-30T02:00:00Z'))).toBe(7200);
  expect(
    openFor({ ...alert, closedAt: '2026-11-30T00:30:00Z' }, Date.parse('2026-11-30T02:00:00Z')),
  ).toBe(1800);
});

test('a share is written in percent and given back as it was', () => {
  for (const bound of [0.07, 0.8, 0.035, 1]) {
    const shown = boundShown(bound, { unit: '%' });
    expect(String(shown).length).toBeLessThan(6);
    expect(boundGiven(shown, { unit: '%' })).toBe(bound);
  }
  expect(boundShown(10, { unit: '件' })).toBe(10);
  expect(boundGiven(10, { unit: '件' })).toBe(10);
});
