/** Reference cards and aid: counters, balances and books are what the records say, to the fen. */
import { parseIdentityNumber } from '@onenet/contract';
import { describe, expect, test } from 'vitest';
import { platforms } from '../platforms.ts';
import type { MemberRecord, ModuleRecord } from '../records.ts';
import { referenceRecords } from './reference.ts';

const now = new Date('2026-11-24T08:00:00Z');

function recordsOf(code: string): readonly (ModuleRecord | MemberRecord)[] {
  const platform = platforms.find((each) => each.code === code);
  if (!platform) throw new Error(`There is no ${code}.`);
  const all = [...referenceRecords(platform, { scale: 0.001, now })];
  return all.filter((record) => record.type === 'Record' || record.type === 'Member');
}

const withCards = platforms.filter(({ modules }) => modules.includes('cards'));
const withAid = platforms.filter(({ modules }) => modules.includes('aid'));

function memberOf(fields: ModuleRecord['fields']): string | null {
  return fields['memberId'] as string | null;
}

function sum(records: readonly ModuleRecord[], field: string): number {
  return records.reduce((total, { fields }) => total + Number(fields[field] ?? 0), 0);
}

describe.each(withCards)('cards of $code', ({ code, cardKinds }) => {
  const records = recordsOf(code);
  const of = (type: string) =>
    records.filter((record) => record.type === 'Record').filter((record) => record.of === type);
  const cards = of('Card');

  test('a member has one live card at most, and is one when it is issued', () => {
    const members = new Map(
      records.flatMap((record) => (record.type === 'Member' ? [[record.id, record]] : [])),
    );
    const holders = cards
      .filter(({ fields }) => ['ACTIVE', 'LOST'].includes(String(fields['status'])))
      .flatMap(({ fields }) => memberOf(fields) ?? []);
    expect(new Set(holders).size).toBe(holders.length);
    expect(holders.length).toBeGreaterThan(50);
    const early = cards.filter(({ fields }) => {
      const memberId = memberOf(fields);
      if (memberId === null) return false;
      const member = members.get(memberId);
      return !(member?.joinedAt && member.joinedAt <= (fields['issuedAt'] as Date));
    });
    expect(early).toEqual([]);
    const numbers = cards.map(({ personal }) => personal['number']);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test('each card’s counters are its uses, and each use is the merchant’s percentage', () => {
    const merchants = new Map(of('Merchant').map((record) => [record.id, record]));
    const uses = Map.groupBy(of('CardUse'), ({ fields }) => String(fields['cardId']));
    for (const { id, fields } of cards) {
      const own = uses.get(id) ?? [];
      expect([id, fields['useCount'], fields['discountFen']]).toEqual([
        id,
        own.length,
        sum(own, 'discountFen'),
      ]);
      for (const use of own) {
        const merchant = merchants.get(String(use.fields['merchantId']));
        const percent = Number(merchant?.fields['discountPercent']);
        const discount = Math.floor((Number(use.fields['amountFen']) * percent) / 100);
        expect(discount).toBe(use.fields['discountFen']);
        expect(discount).toBeGreaterThan(0);
      }
    }
    const functions = cardKinds?.[0]?.functions ?? [];
    expect(functions).toContain('DISCOUNT');
    const claimed = of('CardClaim').map(({ fields }) => String(fields['cardId']));
    const ids = new Set(cards.map(({ id }) => id));
    expect(claimed.filter((id) => !ids.has(id))).toEqual([]);
  });

  test('events are what the records say', () => {
    for (const { fields, events } of cards) {
      const types = events.map(({ type }) => type);
      const count = (type: string) => types.filter((each) => each === type).length;
      expect(count('onenet.card.used')).toBe(fields['useCount']);
      expect(count('onenet.card.started')).toBe(Number(fields['useCount']) > 0 ? 1 : 0);
      const isEnded = ['CANCELLED', 'REPLACED'].includes(String(fields['status']));
      expect(count('onenet.card.ended')).toBe(isEnded ? 1 : 0);
    }
  });
});

describe.each(withAid)('aid of $code', ({ code }) => {
  const records = recordsOf(code).filter((record) => record.type === 'Record');
  const of = (type: string) => records.filter((record) => record.of === type);

  test('every fund’s balances are its books, and its grants', () => {
    expect(of('AidFund').length).toBeGreaterThan(1);
    for (const { id, fields } of of('AidFund')) {
      const lines = of('AidEntry').filter((line) => line.fields['fundId'] === id);
      const moved = (side: 'from' | 'to', account: string) =>
        sum(
          lines.filter((line) => line.fields[side] === account),
          'amountFen',
        );
      const inside = (account: string) => moved('to', account) - moved('from', account);
      expect([
        id,
        fields['creditedFen'],
        fields['availableFen'],
        fields['reservedFen'],
        fields['paidFen'],
      ]).toEqual([
        id,
        moved('from', 'SOURCE'),
        inside('AVAILABLE'),
        inside('RESERVED'),
        inside('PAID'),
      ]);
      const paid = of('AidGrant').filter(
        (grant) => grant.fields['fundId'] === id && grant.fields['status'] === 'PAID',
      );
      expect(sum(paid, 'amountFen')).toBe(fields['paidFen']);
      expect(Number(fields['availableFen'])).toBeGreaterThanOrEqual(0);
      for (const grant of paid) expect(Number(grant.fields['amountFen'])).toBeGreaterThan(0);
    }
  });

  test('what files and programmes count is what there is', () => {
    const given = of('AidGrant').filter(({ fields }) => fields['givenAt'] !== null);
    const byFile = Map.groupBy(given, ({ fields }) => fields['hardshipWorkerId']);
    const pairings = Map.groupBy(of('CadrePairing'), ({ fields }) => fields['hardshipWorkerId']);
    for (const { id, fields, events } of of('HardshipWorker')) {
      const own = byFile.get(id) ?? [];
      const paired = pairings.get(id) ?? [];
      expect([id, fields['grantCount'], fields['grantedFen'], fields['pairingCount']]).toEqual([
        id,
        own.length,
        sum(own, 'amountFen'),
        paired.length,
      ]);
      const first = paired
        .flatMap((each) => each.events)
        .filter(({ type }) => type.endsWith('.paired'));
      expect(first).toHaveLength(paired.length > 0 ? 1 : 0);
      expect(events.length).toBe(fields['status'] === 'APPLIED' ? 1 : 2);
    }
    for (const { id, fields } of of('AidProgramme')) {
      const under = given.filter((grant) => grant.fields['programmeId'] === id);
      expect([id, fields['grantCount']]).toEqual([id, under.length]);
    }
  });

  test('identity numbers fit, are one person’s each, and nobody’s who is alive', () => {
    const numbers = of('HardshipWorker').map(({ personal }) => String(personal['identityNumber']));
    for (const number of numbers) {
      expect(parseIdentityNumber(number)).toBe(number);
      expect(Number(number.slice(6, 10))).toBeLessThan(1_900);
    }
    expect(new Set(numbers).size).toBe(numbers.length);
    const payments = of('AidGrant').flatMap(({ personal }) => personal['paymentReference'] ?? []);
    expect(new Set(payments).size).toBe(payments.length);
  });
});
