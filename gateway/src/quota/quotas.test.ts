/** Several gateways share what a client may ask, and never give out more than there is. Long, because each way to overspend is tried. */
import { MongoClient } from 'mongodb';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Entered } from './quotas.ts';
import { Lease } from './lease.ts';
import { Quotas } from './quotas.ts';
import { MemoryLedger, dayOf, type Ledger, type QuotaLimits } from './ledger.ts';
import { MongoLedger } from './mongo-ledger.ts';

let client: MongoClient;
const databases = new Set<string>();
beforeAll(async () => {
  client = await MongoClient.connect(inject('mongodbUri'));
});
afterAll(async () => {
  for (const name of databases) await client.db(name).dropDatabase();
  await client.close();
});

const plenty: QuotaLimits = { perSecond: 1e6, burst: 1e6, perDay: null, concurrent: null };
const errors: unknown[] = [];

function quotas(ledger: Ledger): Quotas {
  return new Quotas({
    ledger,
    now: () => performance.now(),
    onError: (error) => void errors.push(error),
  });
}

/** Gateways that share a database of the test's own. */
function gateways(count: number): { readonly all: readonly Quotas[]; readonly name: string } {
  const name = `quota_${randomUUID().slice(0, 8)}`;
  databases.add(name);
  const db = client.db(name);
  const all = Array.from({ length: count }, (_, i) => quotas(new MongoLedger(db, `g${i}`)));
  return { all, name };
}

async function enterMany(
  all: readonly Quotas[],
  count: number,
  limits: QuotaLimits,
): Promise<readonly Entered[]> {
  const turns = Array.from({ length: count }, (_, i) => all[i % all.length]).filter(
    (each) => each !== undefined,
  );
  return Promise.all(turns.map((each) => each.enter('k', limits)));
}

const admitted = (entered: readonly Entered[]): number => entered.filter(({ ok }) => ok).length;

function leave(entered: readonly Entered[]): void {
  for (const each of entered) if (each.ok) each.leave();
}

describe('one gateway', () => {
  test('takes as many at once as may be under way, whatever is being given back meanwhile', async () => {
    const memory = new MemoryLedger();
    // An answer takes a moment, as over a network.
    const ledger: Ledger = {
      lease: async (...given) => {
        await sleep(1);
        return memory.lease(...given);
      },
    };
    const limits = { ...plenty, concurrent: 8 };
    const onError = (error: unknown): void => void errors.push(error);
    const lease = new Lease('k', limits, { ledger, now: () => performance.now(), onError });
    for (let round = 0; round < 50; round++) {
      const tidying = [lease.tidy(true), lease.tidy(true), lease.tidy(true)];
      const refusals = await Promise.all(Array.from({ length: 8 }, () => lease.enter(limits)));
      expect(refusals).toEqual(Array(8).fill(undefined));
      for (const _ of refusals) lease.leave();
      await Promise.all(tidying);
    }
  });
});

describe('two gateways', () => {
  test('never let through more than the quota of the day, and all of it', async () => {
    const { all } = gateways(2);
    const limits = { ...plenty, perDay: 500 };
    let sum = 0;
    let refused: readonly Entered[] = [];
    // More than there is, in waves that race; what a gateway holds unspent comes back within a second.
    for (let wave = 0; wave < 30 && sum < 500; wave++) {
      const entered = await enterMany(all, 100, limits);
      leave(entered);
      sum += admitted(entered);
      refused = entered.filter(({ ok }) => !ok);
      if (refused.length > 0) await sleep(300);
    }
    expect(sum).toBe(500);
    const after = await enterMany(all, 10, limits);
    expect(admitted(after)).toBe(0);
    expect(after.map((each) => !each.ok && each.why)).toEqual(Array(10).fill('DAY'));
    expect(after.map((each) => !each.ok && each.waitMs > 0)).toEqual(Array(10).fill(true));
    await Promise.all(all.map((each) => each.close()));
  });

  test('never let through more than the bucket holds, and what it holds', async () => {
    const { all } = gateways(2);
    // It does not refill within the test.
    const limits = { ...plenty, perSecond: 0.001, burst: 40 };
    const entered = await enterMany(all, 200, limits);
    expect(admitted(entered)).toBe(40);
    expect(new Set(entered.map((each) => (each.ok ? 'ok' : each.why)))).toEqual(
      new Set(['ok', 'RATE']),
    );
    await Promise.all(all.map((each) => each.close()));
  });

  test('never have more under way than may be, and the place of one that ended is another’s', async () => {
    const { all } = gateways(2);
    const limits = { ...plenty, concurrent: 10 };
    const first = await enterMany(all, 60, limits);
    expect(admitted(first)).toBeLessThanOrEqual(10);
    expect(admitted(first)).toBeGreaterThanOrEqual(8);
    expect(first.filter((each) => !each.ok && each.why !== 'CONCURRENCY')).toEqual([]);
    leave(first);
    const again = await enterMany(all, 60, limits);
    expect(admitted(again)).toBeLessThanOrEqual(10);
    expect(admitted(again)).toBeGreaterThanOrEqual(8);
    leave(again);
    await Promise.all(all.map((each) => each.close()));
  });

  test('what one holds and does not spend is the other’s after a while', async () => {
    const { all } = gateways(2);
    const [one, two] = all as readonly [Quotas, Quotas];
    const limits = { perSecond: 0.001, burst: 8, perDay: 8, concurrent: null };
    const first = await one.enter('k', limits);
    expect(first.ok).toBe(true);
    leave([first]);
    await expect
      .poll(
        async () => {
          const more = await two.enter('k', limits);
          leave([more]);
          return more.ok ? 'ok' : 'refused';
        },
        { timeout: 5000 },
      )
      .toBe('ok');
    await Promise.all(all.map((each) => each.close()));
  });
});

interface Held {
  readonly _id: string;
  readonly tokens: number;
  readonly at: Date;
  readonly day: string;
  readonly used: number;
  readonly held: readonly object[];
}

test('permits of a gateway that died come back', async () => {
  const { name } = gateways(0);
  const documents = client.db(name).collection<Held>('quota');
  const held = [{ gateway: 'dead', permits: 5, until: new Date(Date.now() - 1000) }];
  await documents.insertOne({ _id: 'k', tokens: 10, at: new Date(), day: '', used: 0, held });
  const alive = quotas(new MongoLedger(client.db(name), 'alive'));
  const entered = await enterMany([alive], 5, { ...plenty, concurrent: 5 });
  expect(admitted(entered)).toBe(5);
  leave(entered);
  await alive.close();
});

test('a flood is refused from memory', async () => {
  let asked = 0;
  const memory = new MemoryLedger();
  const one = quotas({
    lease: (...args) => {
      asked++;
      return memory.lease(...args);
    },
  });
  const limits = { ...plenty, perSecond: 0.001, burst: 5 };
  const entered: Entered[] = [];
  for (let i = 0; i < 20_000; i++) entered.push(await one.enter('k', limits));
  expect(admitted(entered)).toBe(5);
  expect(asked).toBeLessThan(20);
  await one.close();
});

test('a raised limit holds at once', async () => {
  const one = quotas(new MemoryLedger());
  const few = { ...plenty, perSecond: 0.001, burst: 1 };
  expect(admitted(await enterMany([one], 5, few))).toBe(1);
  const more = { ...plenty, perSecond: 1000, burst: 1000 };
  expect((await one.enter('k', more)).ok || (await sleep(20), await one.enter('k', more)).ok).toBe(
    true,
  );
  await one.close();
});

describe('without its ledger', () => {
  const broken: Ledger = { lease: () => Promise.reject(new Error('gone')) };

  test('a gateway counts by itself, and says that it does', async () => {
    errors.length = 0;
    const one = quotas(broken);
    const entered = await enterMany([one], 20, { ...plenty, perSecond: 0.001, burst: 5 });
    expect(admitted(entered)).toBe(5);
    expect(errors).not.toEqual([]);
    await one.close();
  });

  test('what it let through meanwhile counts when the ledger is back, however long nobody came', async () => {
    const memory = new MemoryLedger();
    let isGone = false;
    let aheadMs = 0;
    const told: number[] = [];
    const one = new Quotas({
      now: () => performance.now() + aheadMs,
      onError: (error) => void errors.push(error),
      ledger: {
        async lease(...args) {
          if (isGone) return broken.lease(...args);
          told.push(args[2].back?.admissions ?? 0);
          return memory.lease(...args);
        },
      },
    });
    const limits = { ...plenty, perDay: 60 };
    const first = await enterMany([one], 20, limits);
    leave(first);
    isGone = true;
    const meanwhile = await enterMany([one], 30, limits);
    leave(meanwhile);
    expect([admitted(first), admitted(meanwhile)]).toEqual([20, 30]);
    // Idle, and the ledger still fails: nothing is forgotten.
    aheadMs += 2000;
    await sleep(600);
    expect(admitted(await enterMany([one], 60, limits))).toBe(10);
    isGone = false;
    aheadMs += 6000;
    await expect.poll(() => told.reduce((sum, each) => sum + each, 0)).toBe(-40);
    const last = await enterMany([one], 60, limits);
    expect(last.map((each) => !each.ok && each.why)).toEqual(Array(60).fill('DAY'));
    await one.close();
  });
});

test('a day is Shanghai’s', () => {
  expect(dayOf(Date.parse('2026-11-29T15:59:59.000Z'))).toEqual({
    day: '2026-11-29',
    endsInMs: 1000,
  });
  expect(dayOf(Date.parse('2026-11-29T16:00:00.000Z'))).toMatchObject({ day: '2026-11-30' });
});
