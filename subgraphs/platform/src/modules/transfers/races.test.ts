/** Steps of transfers at the same time: each has one effect, and of two that exclude each other one wins. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Transfers, codeOf, partOf } from './testing.ts';

let net: Transfers;
beforeAll(async () => {
  net = await Transfers.start();
});
afterAll(() => net[Symbol.asyncDispose]());

let transfers = 0;
const newId = () => `t-${++transfers}`;
const kinds = ['MEMBER', 'SERVICE_REQUEST'] as const;
const collectionOf = { MEMBER: 'members', SERVICE_REQUEST: 'service_requests' } as const;
const times = <Value>(count: number, make: () => Promise<Value>) =>
  Promise.all(Array.from({ length: count }, make));

/** How much more each event was said since. */
async function said(before: Record<string, number>): Promise<Record<string, number>> {
  const now = await net.events();
  const added = Object.entries(now).map(([type, n]) => [type, n - (before[type] ?? 0)] as const);
  return Object.fromEntries(added.filter(([, n]) => n > 0));
}

describe.each(kinds)('%s', (kind) => {
  const word = kind === 'MEMBER' ? 'member' : 'request';
  const recordsThere = () => net.target.platform.db.collection(collectionOf[kind]).countDocuments();

  test('accepted ten times at once: one record, one event, ten times the same answer', async () => {
    const transferId = newId();
    const { sealed } = partOf(await net.offer(await net.make(kind), transferId));
    const [before, records] = [await net.events(), await recordsThere()];
    const answers = (await times(10, () => net.accept(transferId, sealed))).map(partOf);
    expect(new Set(answers.map(({ recordId }) => recordId)).size).toBe(1);
    expect(await recordsThere()).toBe(records + 1);
    expect(await said(before)).toEqual({ [`onenet.${word}.received`]: 1 });
  });

  test('accepted and declined at once: one of the two, and both are told which', async () => {
    for (let round = 0; round < 6; round++) {
      const transferId = newId();
      const { sealed } = partOf(await net.offer(await net.make(kind), transferId));
      const [before, records] = [await net.events(), await recordsThere()];
      // In turn, so that either may be first.
      const accept = () => net.accept(transferId, sealed);
      const decline = () => net.decline(transferId);
      const both = round % 2 === 0 ? [accept(), decline()] : [decline(), accept()];
      const answers = await Promise.all(both);
      const [accepted, declined] = round % 2 === 0 ? answers : answers.toReversed();
      const { state } = partOf(declined ?? {});
      const made = state === 'ACCEPTED' ? 1 : 0;
      if (made === 1) expect(partOf(accepted ?? {})).toEqual(partOf(declined ?? {}));
      else expect(codeOf(accepted ?? {})).toBe('WRONG_STATE');
      expect(await recordsThere()).toBe(records + made);
      expect(await said(before)).toEqual(made === 1 ? { [`onenet.${word}.received`]: 1 } : {});
    }
  });

  test('completed and withdrawn at once: one of the two', async () => {
    for (let round = 0; round < 6; round++) {
      const transferId = newId();
      const id = await net.make(kind);
      const { sealed } = partOf(await net.offer(id, transferId));
      const { recordId } = partOf(await net.accept(transferId, sealed));
      const before = await net.events();
      const answers = await Promise.all(
        round % 2 === 0
          ? [net.complete(id, transferId, recordId), net.withdraw(id, transferId)]
          : [net.withdraw(id, transferId), net.complete(id, transferId, recordId)],
      );
      expect(answers.map(codeOf).filter((code) => code !== undefined)).toEqual(['WRONG_STATE']);
      const winner = answers.flatMap(({ data }) => data?.answer?.transfer.state ?? []);
      const stored = await net.source.platform.db
        .collection<{ _id: string; status: string }>(collectionOf[kind])
        .findOne({ _id: id });
      const back = kind === 'MEMBER' ? 'ACTIVE' : 'VERIFIED';
      const isGone = winner[0] === 'COMPLETED';
      expect(stored?.status).toBe(isGone ? 'TRANSFERRED' : back);
      const event = isGone ? 'departed' : 'returned';
      expect(await said(before)).toEqual({ [`onenet.${word}.${event}`]: 1 });
    }
  });

  test('offered by two transfers at once: one has it', async () => {
    for (let round = 0; round < 4; round++) {
      const id = await net.make(kind);
      const before = await net.events();
      const answers = await times(4, () => net.offer(id, newId()));
      const won = answers.filter((answer) => codeOf(answer) === undefined);
      expect(won.map(partOf)).toMatchObject([{ state: 'OFFERED', recordId: id }]);
      const codes = new Set(answers.map(codeOf).filter((code) => code !== undefined));
      expect([...codes]).toEqual(['WRONG_STATE']);
      expect(await said(before)).toEqual({ [`onenet.${word}.offered`]: 1 });
    }
  });

  test('one step ten times at once, at the source: once', async () => {
    const transferId = newId();
    const id = await net.make(kind);
    const before = await net.events();
    const offers = (await times(10, () => net.offer(id, transferId))).map(partOf);
    expect(offers.every(({ state, sealed }) => state === 'OFFERED' && sealed !== null)).toBe(true);
    const { recordId } = partOf(await net.accept(transferId, offers[3]?.sealed));
    const completed = await times(10, () => net.complete(id, transferId, recordId));
    expect(new Set(completed.map((answer) => JSON.stringify(partOf(answer)))).size).toBe(1);
    expect(await said(before)).toEqual({
      [`onenet.${word}.offered`]: 1,
      [`onenet.${word}.received`]: 1,
      [`onenet.${word}.departed`]: 1,
    });
  });
});
