/** Reference members are plausible: identity numbers that fit, firms of their size, QR codes that count who came by them. */
import { parseIdentityNumber } from '@onenet/contract';
import { expect, test } from 'vitest';
import { platforms } from '../platforms.ts';
import type { MemberRecord, ModuleRecord } from '../records.ts';
import { bornEarlierYears } from './names.ts';
import { referenceRecords } from './reference.ts';

const now = new Date('2026-11-24T08:00:00Z');
const offering = platforms.filter(({ modules }) => modules.includes('members'));
const records = offering.map((platform) => {
  const all = [...referenceRecords(platform, { scale: 0.001, now })];
  return {
    platform,
    members: all.filter((record): record is MemberRecord => record.type === 'Member'),
    codes: all.filter(
      (record): record is ModuleRecord => record.type === 'Record' && record.of === 'JoinCode',
    ),
  };
});
const members = records.flatMap((each) => each.members);
const living = members.filter(({ status }) => status !== 'TRANSFERRED');

test('identity numbers are of GB 11643, of the member’s county, and nobody’s who is alive', () => {
  expect(living.length).toBeGreaterThan(2_000);
  for (const { identityNumber, placeCode, appliedAt } of living) {
    const number = parseIdentityNumber(identityNumber ?? '');
    expect(number.slice(0, 6)).toBe(placeCode.slice(0, 6));
    const age = appliedAt.getUTCFullYear() - bornEarlierYears - Number(number.slice(6, 10));
    expect(age).toBeGreaterThanOrEqual(19);
    expect(age).toBeLessThanOrEqual(59);
  }
  expect(new Set(living.map(({ identityNumber }) => identityNumber)).size).toBeGreaterThan(
    living.length * 0.99,
  );
});

test('firms of fewer than 25 say how many they are', () => {
  for (const { kind, employerSize } of living) {
    if (kind === 'MICRO_ENTERPRISE') expect(employerSize).toBeLessThan(25);
    else expect(employerSize ?? 25).toBeGreaterThanOrEqual(25);
  }
});

test('some have entered their families', () => {
  const families = living.filter(({ family }) => family.length > 0);
  expect(families.length).toBeGreaterThan(living.length * 0.05);
  for (const { family } of families) {
    expect(new Set(family.map(({ key }) => key)).size).toBe(family.length);
  }
});

test('QR codes lead to unions, and count the members who came by them', () => {
  let applied = 0;
  for (const { platform, members: own, codes } of records) {
    const before = platform.contractVersion === '1.1';
    expect([platform.code, codes.length > 0]).toEqual([platform.code, !before]);
    for (const code of codes) {
      const came = own.filter(({ joinCodeId }) => joinCodeId === code.id);
      expect(code.fields['applicationCount']).toBe(came.length);
      applied += came.length;
      for (const { organizationId, channel, appliedAt } of came) {
        expect(organizationId).toBe(code.fields['organizationId']);
        expect(channel).toBe('QR_CODE');
        expect(appliedAt.getTime()).toBeGreaterThan(Number(code.fields['issuedAt']));
        if (code.fields['status'] === 'REVOKED') expect(appliedAt < code.updatedAt).toBe(true);
      }
    }
    const known = new Set(codes.map(({ id }) => id));
    expect(own.filter(({ joinCodeId: id }) => id !== null && !known.has(id))).toEqual([]);
  }
  expect(applied).toBeGreaterThan(50);
  const tokens = records.flatMap(({ codes }) => codes.map(({ fields }) => fields['token']));
  expect(new Set(tokens).size).toBe(tokens.length);
  for (const token of tokens) expect(token).toMatch(/^[\w-]{22}$/);
});

test('tombstones have nothing of a person', () => {
  const tombstones = members.filter(({ status }) => status === 'TRANSFERRED');
  expect(tombstones.length).toBeGreaterThan(0);
  for (const { name, phone, identityNumber, person, family, joinCodeId } of tombstones) {
    expect([name, phone, identityNumber, person, joinCodeId]).toEqual(
      Array.from({ length: 5 }, () => null),
    );
    expect(family).toEqual([]);
  }
});
