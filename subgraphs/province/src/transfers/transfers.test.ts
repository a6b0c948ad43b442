/** The saga on a real MongoDB, with a clock of the test's and platforms in memory. Long, because one database serves every way that a transfer goes. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '@onenet/contract';
import { MongoClient, type Db } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { newTransfer, type StartTransferInput } from './start.ts';
import { leaseMs, TransferStore, type Asked } from './store.ts';
import type { Step, Transfer } from './transfer.ts';
import { TwoPlatforms, directoryOf, type Fault } from './two-platforms.fixture.ts';
import { TransferWorker } from './worker.ts';

const directory = directoryOf(['420000', '420100', '420500']);
const desk: Actor = { kind: 'OFFICER', reference: 'desk-3' };
const began = Date.parse('2016-08-31T09:00:00+08:00');

let client: MongoClient;
let db: Db;
let store: TransferStore;
let platforms: TwoPlatforms;
let nowMs: number;
const now = () => new Date(nowMs);
const worker = () => new TransferWorker({ store, platforms, now });

beforeAll(async () => {
  client = await MongoClient.connect(inject('mongodbUri'));
  db = client.db(`transfers_${randomUUID().slice(0, 8)}`);
  store = new TransferStore(client, db);
  await store.prepare();
});
beforeEach(async () => {
  await db.collection('transfers').deleteMany({});
  await db.collection('transferRequests').deleteMany({});
  platforms = new TwoPlatforms();
  nowMs = began;
});
afterAll(async () => {
  await db.dropDatabase();
  await client.close();
});

const input: StartTransferInput = { idempotencyKey: 'k', recordId: '420000:R-1', to: '420100' };

function asked(mutation: string, { idempotencyKey, ...rest }: { idempotencyKey: string }): Asked {
  return { mutation, actor: desk, idempotencyKey, input: rest };
}

function times(count: number, fault: Fault): Fault[] {
  return Array.from({ length: count }, () => fault);
}

async function start(change: Partial<StartTransferInput> = {}): Promise<Transfer> {
  const given = { ...input, ...change };
  const transfer = await newTransfer({ directory, platforms }, given, now());
  return await store.start(asked('startTransfer', given), transfer);
}

async function cancel(id: string): Promise<Transfer> {
  const cancelled = { id, idempotencyKey: `cancel ${id}` };
  return await store.cancel(asked('cancelTransfer', cancelled), id, now());
}

/** Lets time pass, in the steps in which a worker would wake up. */
async function pass(ms: number): Promise<void> {
  const driver = worker();
  const until = nowMs + ms;
  for (;;) {
    await driver.turn();
    const next = await store.nextAt();
    if (!next || next.getTime() > until) break;
    nowMs = Math.max(nowMs + 1, next.getTime());
  }
  nowMs = until;
}

async function found({ _id: id }: Transfer): Promise<Transfer> {
  const transfer = await store.find(id);
  if (!transfer) throw new Error(`There is no transfer ${id}.`);
  return transfer;
}

const minute = 60_000;
const inAnHour = new Date(began + 60 * minute).toISOString();

test('offer, accept, complete: once each, and nothing sealed is left', async () => {
  const started = await start();
  expect(started).toMatchObject({ status: 'OFFERING', from: '420000', to: '420100' });
  await worker().turn();
  expect(platforms.asked).toEqual(['offer', 'accept', 'complete']);
  expect(await found(started)).toMatchObject({
    status: 'COMPLETED',
    targetId: '420100:R-9',
    endedAt: now(),
    attempts: 4,
    sealed: null,
    problem: null,
    nextAt: null,
  });
  expect([platforms.source, platforms.target]).toEqual(['TRANSFERRED', 'LIVE']);
});

const steps = ['key', 'offer', 'accept', 'complete'] as const;
const losses = ['call', 'answer'] as const;
const ways = steps.flatMap((step) => losses.map((lost) => [step, lost] as const));

test.for(ways)('at %s the %s is lost, three times: it is asked again', async ([step, lost]) => {
  platforms.faults.set(step, [{ lost }, { lost }, { lost }]);
  const started = await start();
  await worker().turn();
  const waiting = await found(started);
  expect(waiting).toMatchObject({ tries: 1, lease: null, problem: { code: 'TIMEOUT' } });
  await pass(minute);
  expect(await found(started)).toMatchObject({ status: 'COMPLETED', problem: null });
  expect(platforms).toMatchObject({ source: 'TRANSFERRED', target: 'LIVE', made: 1, wrong: [] });
});

test('it waits longer each time, and not for more than a minute', async () => {
  platforms.faults.set('complete', times(20, { lost: 'call' }));
  const started = await start();
  const waits: number[] = [];
  for (let n = 0; n < 12; n++) {
    await worker().turn();
    const { nextAt } = await found(started);
    waits.push((nextAt?.getTime() ?? 0) - nowMs);
    nowMs = nextAt?.getTime() ?? 0;
  }
  expect(waits.slice(0, 4)).toEqual([250, 500, 1_000, 2_000]);
  expect(waits.slice(-3)).toEqual([minute, minute, minute]);
});

describe('at its deadline', () => {
  test.for(losses)(
    'the target has not accepted (%s lost): declined, then taken back',
    async (lost) => {
      // What is accepted and not heard of stays accepted.
      platforms.faults.set('accept', times(10_000, { lost }));
      const started = await start({ dueAt: inAnHour });
      await pass(61 * minute);
      const ended = await found(started);
      expect(platforms).toMatchObject({ wrong: [], made: lost === 'call' ? 0 : 1 });
      if (lost === 'call') {
        expect(ended).toMatchObject({
          status: 'WITHDRAWN',
          withdrawnFor: 'DEADLINE',
          sealed: null,
        });
        expect(platforms).toMatchObject({ source: 'LIVE', target: 'CLOSED' });
      } else {
        expect(ended).toMatchObject({ status: 'COMPLETED', withdrawnFor: null });
        expect(platforms).toMatchObject({ source: 'TRANSFERRED', target: 'LIVE' });
      }
      expect(ended.endedAt?.getTime()).toBeLessThan(ended.dueAt.getTime() + minute);
    },
  );

  test.for(['decline', 'withdraw'] as const)('%s is asked until it is answered', async (step) => {
    platforms.faults.set('accept', times(10_000, { lost: 'call' }));
    const again: Fault[] = [{ lost: 'call' }, { refused: 'NOT_OFFERED' }, { lost: 'answer' }];
    platforms.faults.set(step, again);
    const started = await start({ dueAt: new Date(nowMs + minute).toISOString() });
    await pass(2 * minute);
    expect(await found(started)).toMatchObject({ status: 'WITHDRAWN', withdrawnFor: 'DEADLINE' });
    expect(platforms).toMatchObject({ source: 'LIVE', target: 'CLOSED', wrong: [] });
  });

  test.for(losses)(
    'the source has not said whether it offered (%s lost): it closes the offer',
    async (lost) => {
      platforms.faults.set('offer', times(10_000, { lost }));
      const started = await start({ dueAt: inAnHour });
      await pass(61 * minute);
      expect(await found(started)).toMatchObject({ status: 'WITHDRAWN', withdrawnFor: 'DEADLINE' });
      // The target was never given anything, so nobody asks it.
      expect(platforms).toMatchObject({ source: 'LIVE', target: 'NOTHING', wrong: [] });
      // One that comes late changes nothing.
      platforms.faults.clear();
      await platforms.step({ ...started, sealingKey: '{}' }, 'offer');
      expect(platforms.source).toBe('LIVE');
    },
  );

  test('the target has no key yet: it ends, and neither was asked for anything', async () => {
    platforms.faults.set('key', times(10_000, { lost: 'call' }));
    const started = await start({ dueAt: inAnHour });
    await pass(61 * minute);
    expect(await found(started)).toMatchObject({ status: 'WITHDRAWN', withdrawnFor: 'DEADLINE' });
    expect(platforms.asked).toEqual([]);
  });
});

describe('refused', () => {
  test.for([
    ['key', 'NOT_OFFERED', '420100', 'LIVE', 'NOTHING'],
    ['offer', 'WRONG_STATE', '420000', 'LIVE', 'NOTHING'],
    ['accept', 'BAD_INPUT', '420100', 'LIVE', 'CLOSED'],
  ] as const)('%s: it ends at its source', async ([step, code, platform, source, target]) => {
    platforms.faults.set(step, [{ refused: code }]);
    const started = await start();
    await pass(minute);
    expect(await found(started)).toMatchObject({
      status: 'WITHDRAWN',
      withdrawnFor: 'REFUSED',
      refusal: { platform, code },
    });
    expect(platforms).toMatchObject({ source, target, wrong: [] });
  });

  test('an offer of which another may still come is closed, not only ended', async () => {
    platforms.faults.set('offer', [{ lost: 'call' }, { refused: 'WRONG_STATE' }]);
    const started = await start();
    await pass(minute);
    expect(await found(started)).toMatchObject({ status: 'WITHDRAWN', withdrawnFor: 'REFUSED' });
    expect(platforms.asked).toEqual(['offer refused', 'withdraw']);
  });

  test('accepted after all, though the answer was a refusal: it is completed', async () => {
    platforms.faults.set('accept', [{ lost: 'answer' }, { refused: 'WRONG_STATE' }]);
    const started = await start();
    await pass(minute);
    expect(await found(started)).toMatchObject({ status: 'COMPLETED', refusal: null });
    expect(platforms).toMatchObject({ source: 'TRANSFERRED', target: 'LIVE', wrong: [] });
  });
});

describe('cancelled', () => {
  const before: readonly (readonly [Step | 'key', string])[] = [
    ['key', 'NOTHING'],
    ['offer', 'NOTHING'],
    ['accept', 'CLOSED'],
  ];
  test.for(before)('while %s is asked: it ends at its source', async ([step, target]) => {
    platforms.faults.set(step, [{ lost: 'call' }]);
    const started = await start();
    await worker().turn();
    expect(await cancel(started._id)).toMatchObject({ withdrawnFor: 'CANCELLED' });
    await pass(minute);
    const ended = { status: 'WITHDRAWN', withdrawnFor: 'CANCELLED', problem: null };
    expect(await found(started)).toMatchObject(ended);
    expect(platforms).toMatchObject({ source: 'LIVE', target, wrong: [] });
    // Again, by the same key and by another.
    expect(await cancel(started._id)).toMatchObject(ended);
    const other = { id: started._id, idempotencyKey: 'other' };
    const again = await store.cancel(asked('cancelTransfer', other), started._id, now());
    expect(again).toMatchObject(ended);
  });

  test('once it is accepted it is too late, and says so', async () => {
    const started = await start();
    await worker().turn();
    await expect(cancel(started._id)).rejects.toMatchObject({ code: 'WRONG_STATE' });
    await expect(cancel('0'.repeat(24))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('whoever drives it meanwhile does not write over it', async () => {
    const started = await start();
    const driven = await store.claim(now());
    if (!driven) throw new Error('There is none.');
    await cancel(started._id);
    expect(await store.advance(driven, { status: 'ACCEPTING' })).toBeUndefined();
    expect(await found(started)).toMatchObject({ status: 'OFFERING', withdrawnFor: 'CANCELLED' });
  });
});

test('one that was left in the middle is taken up by another, after the lease, where it stands', async () => {
  const started = await start();
  const left = await store.claim(now());
  if (!left) throw new Error('There is none.');
  await store.advance(left, { status: 'OFFERED', sealingKey: '{}', sealed: 'sealed' });
  platforms.source = 'IN_TRANSFER';
  nowMs += leaseMs - 1;
  await worker().turn();
  expect(platforms.asked).toEqual([]);
  nowMs += 1;
  await worker().turn();
  expect(platforms.asked).toEqual(['accept', 'complete']);
  expect(await found(started)).toMatchObject({ status: 'COMPLETED' });
  expect(await store.advance(left, { status: 'OFFERING' })).toBeUndefined();
});

test('two provinces drive twenty: each step of each once', async () => {
  await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      start({ idempotencyKey: `k${n}`, recordId: `420000:R-${n}` }),
    ),
  );
  // Each record has its own two.
  const each = new Map<string, TwoPlatforms>();
  const of = ({ _id: id }: Transfer): TwoPlatforms => {
    const known = each.get(id) ?? new TwoPlatforms();
    each.set(id, known);
    return known;
  };
  const all = {
    sealingKey: () => platforms.sealingKey(),
    record: () => platforms.record(),
    step: (transfer: Transfer, step: Step) => of(transfer).step(transfer, step),
  };
  const second = new TransferStore(client, db);
  await Promise.all(
    [store, second].map((one) => new TransferWorker({ store: one, platforms: all, now }).turn()),
  );
  expect(each.size).toBe(20);
  for (const { asked: order } of each.values())
    expect(order).toEqual(['offer', 'accept', 'complete']);
});

describe('started once', () => {
  test('ten times at once by one key: one transfer, the same answer', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => start()));
    expect(new Set(all.map(({ _id }) => _id)).size).toBe(1);
    expect(await db.collection('transfers').countDocuments()).toBe(1);
  });

  test('the key with another input, and the record by another key', async () => {
    await start();
    await expect(start({ to: '420500' })).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    await expect(start({ idempotencyKey: 'other' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await worker().turn();
    platforms = new TwoPlatforms();
    await start({ idempotencyKey: 'other' });
  });
});

test('lists: by platform, kind, status and deadline, in pages', async () => {
  platforms.faults.set('accept', [{ lost: 'call' }]);
  const first = await start();
  await worker().turn();
  const second = await start({ idempotencyKey: '2', recordId: '420000:R-2', to: '420500' });
  const none = {
    platforms: [],
    kind: undefined,
    statuses: undefined,
    overdue: undefined,
    before: undefined,
  };
  const list = async (filter: object, limit = 9) =>
    (await store.list({ ...none, ...filter }, now(), limit)).map(({ _id }) => _id);
  expect(await list({})).toEqual([second._id, first._id]);
  expect(await list({}, 1)).toEqual([second._id]);
  expect(await list({ before: second._id })).toEqual([first._id]);
  expect(await list({ platforms: ['420100'] })).toEqual([first._id]);
  expect(await list({ platforms: ['420000'] })).toHaveLength(2);
  expect(await list({ platforms: ['420000', '420500'] })).toEqual([second._id]);
  expect(await list({ platforms: ['420100', '420500'] })).toEqual([]);
  expect(await list({ kind: 'MEMBER' })).toEqual([]);
  expect(await list({ statuses: ['ACCEPTING', 'COMPLETED'] })).toEqual([first._id]);
  expect(await list({ overdue: true })).toEqual([]);
  nowMs += 3 * 1_440 * minute;
  expect(await list({ overdue: true })).toEqual([second._id, first._id]);
  expect(await list({ overdue: false })).toEqual([]);
});
