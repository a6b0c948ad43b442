/** The clock of requests on a real MongoDB: what it does, when, once, whoever else is at work on the same request. Long, since one platform serves them all. */
import { workingDaysAfter, workingDaysBefore } from '@onenet/contract';
import {
  platformByCode,
  referenceRecords,
  type ReferenceRecord,
  type ServiceRequestRecord,
} from '@onenet/platforms';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startSweeps } from '../../sweeps.ts';
import { expectFacetsToAgree } from '../../test-facets.ts';
import { testPlatform, type TestPlatform } from '../../test-platform.ts';
import { organization, serviceRequest } from '../../test-records.ts';
import { acceptServiceRequest, resolveServiceRequest } from './commands.ts';
import type { StoredServiceRequest } from './store.ts';
import { dueRequests, sweepRequests } from './sweep.ts';
import { requestWrites } from './writes.ts';

const day = 86_400_000;
/** Monday, 9 November 2026, 9:00 in Shanghai; a week without holidays. */
const dueAt = new Date('2026-11-09T01:00:00Z');
const reminderAt = new Date('2026-11-06T01:00:00Z');
const later = (time: Date, ms: number) => new Date(time.getTime() + ms);

let net: TestPlatform;
let records = 0;
beforeAll(async () => {
  net = await testPlatform({
    records: [
      { ...organization(1), id: '420100:o-above', kind: 'UNION', parentId: '420000:o-1' },
      { ...organization(2), id: '420100:o-below', kind: 'UNION', parentId: '420100:o-above' },
    ],
  });
});
afterAll(() => net[Symbol.asyncDispose]());

/** A request that is due then, put straight into the database. */
async function due(change: Partial<StoredServiceRequest> = {}): Promise<string> {
  const id = `420100:due-${++records}`;
  const record = requestRecord({ id, ...(change as Partial<ServiceRequestRecord>) });
  const [write] = [...requestWrites(record, net.platform.definition)];
  await requests().insertOne({ ...write?.document, ...change, _id: id } as StoredServiceRequest);
  return id;
}

function requestRecord(change: Partial<ServiceRequestRecord>): ServiceRequestRecord {
  return {
    ...serviceRequest(1),
    status: 'ACCEPTED',
    submittedAt: new Date('2026-10-19T01:00:00Z'),
    organizationId: '420100:o-below',
    dueAt,
    history: [],
    ...change,
  };
}

const requests = () => net.platform.db.collection<StoredServiceRequest>('service_requests');

async function stored(id: string): Promise<StoredServiceRequest> {
  const found = await requests().findOne({ _id: id });
  if (!found) throw new Error(`${id} is gone.`);
  return found;
}

/** How often an event of a type is, in the outbox or the log, since the test began. */
async function total(type: string): Promise<number> {
  await net.platform.feed.drained();
  const totals = await net.platform.feed.totals();
  return totals.find((each) => each.type === type)?.events ?? 0;
}

const steps = ({ history }: StoredServiceRequest) => history.map(({ step }) => step);

test('one that cannot be moved on does not hold up the others, and is told of', async () => {
  const broken = await due({ dueAt: later(dueAt, -day) });
  // No command writes such a history: nothing can be added to it.
  await requests().updateOne({ _id: broken }, { $set: { history: 'broken' as never } });
  const id = await due();
  await expect(sweepRequests(net.platform, later(dueAt, day))).rejects.toThrow(/history/);
  expect((await stored(id)).overdueAt).toEqual(later(dueAt, day));
  await requests().deleteMany({ _id: { $in: [broken, id] } });
});

test('a deadline that has passed is said before an acceptance moves it', async () => {
  const id = await due({ status: 'DISPATCHED', remindedAt: reminderAt });
  const before = await total('onenet.request.overdue');
  const input = { id, idempotencyKey: 'accepted-late', dueAt: later(new Date(), day) };
  const actor = { kind: 'OFFICER', reference: 'desk-3' } as const;
  await acceptServiceRequest({ platform: net.platform, actor, by: null }, input);
  const accepted = await stored(id);
  expect(accepted.overdueAt).not.toBeNull();
  expect(accepted.dueAt).toEqual(input.dueAt);
  expect(steps(accepted)).toEqual(['OVERDUE', 'STATUS']);
  expect(await total('onenet.request.overdue')).toBe(before + 1);
  await requests().deleteOne({ _id: id });
});

test('a reminder before the deadline, then overdue, then a level up: each once', async () => {
  const id = await due();
  const before = await Promise.all(
    ['reminded', 'overdue', 'escalated'].map((type) => total(`onenet.request.${type}`)),
  );
  const { platform } = net;

  await sweepRequests(platform, later(reminderAt, -1));
  expect(await stored(id)).toMatchObject({ remindedAt: null, overdueAt: null, history: [] });
  await sweepRequests(platform, reminderAt);
  await sweepRequests(platform, later(reminderAt, 60_000));
  expect(await stored(id)).toMatchObject({
    remindedAt: reminderAt,
    remindedCount: 1,
    overdueAt: null,
    history: [{ step: 'REMINDER', actorKind: 'SYSTEM', at: reminderAt }],
  });

  await sweepRequests(platform, dueAt);
  expect((await stored(id)).overdueAt).toBeNull();
  const noticed = later(dueAt, 20_000);
  await sweepRequests(platform, noticed);
  await sweepRequests(platform, later(noticed, day));
  expect(await stored(id)).toMatchObject({
    overdueAt: noticed,
    updatedAt: noticed,
    remindedCount: 1,
    escalationLevel: 0,
  });

  const escalatedAt = workingDaysAfter(noticed, 3);
  expect(escalatedAt).toEqual(new Date('2026-11-12T01:00:20Z'));
  await sweepRequests(platform, later(escalatedAt, -1));
  expect((await stored(id)).escalationLevel).toBe(0);
  await sweepRequests(platform, escalatedAt);
  await sweepRequests(platform, later(escalatedAt, 30 * day));
  const last = await stored(id);
  expect(last).toMatchObject({
    status: 'ACCEPTED',
    escalationLevel: 1,
    organizationId: '420100:o-above',
    clockAt: null,
  });
  expect(last.facets).toContain('420100:o-above');
  expect(last.facets).not.toContain('420100:o-below');
  await expectFacetsToAgree(platform.db);
  expect(steps(last)).toEqual(['REMINDER', 'OVERDUE', 'ESCALATION']);
  expect(
    await Promise.all(
      ['reminded', 'overdue', 'escalated'].map((type) => total(`onenet.request.${type}`)),
    ),
  ).toEqual(before.map((count) => count + 1));
});

test('several processes sweep at once: each thing once', async () => {
  const ids = await Promise.all(Array.from({ length: 30 }, () => due()));
  const overdue = await total('onenet.request.overdue');
  const noticed = later(dueAt, 1_000);
  await Promise.all(Array.from({ length: 4 }, () => sweepRequests(net.platform, noticed)));
  for (const id of ids) expect(steps(await stored(id))).toEqual(['OVERDUE']);
  expect(await total('onenet.request.overdue')).toBe(overdue + ids.length);
});

test('a sweep and a resolve at the same time: overdue once, before the resolution', async () => {
  const ids = await Promise.all(
    Array.from({ length: 20 }, () => due({ dueAt: new Date(Date.now() - day) })),
  );
  const overdue = await total('onenet.request.overdue');
  const officer = {
    platform: net.platform,
    actor: { kind: 'OFFICER', reference: 'desk-1' },
    by: '420100',
  } as const;
  await Promise.all([
    ...ids.map((id) => resolveServiceRequest(officer, { id })),
    sweepRequests(net.platform, new Date()),
    sweepRequests(net.platform, new Date()),
  ]);
  for (const id of ids) {
    const request = await stored(id);
    expect(steps(request)).toEqual(['OVERDUE', 'STATUS']);
    expect(request).toMatchObject({ status: 'RESOLVED', clockAt: null });
    expect(request.overdueAt).not.toBeNull();
  }
  expect(await total('onenet.request.overdue')).toBe(overdue + ids.length);
});

test('what has no organization yet is overdue, and goes up once it has one', async () => {
  const id = await due({ status: 'VERIFIED', organizationId: null });
  const { platform } = net;
  await sweepRequests(platform, later(dueAt, 1));
  expect(await stored(id)).toMatchObject({ overdueAt: later(dueAt, 1), clockAt: null });
  const answer = await net.ask(
    'mutation M($input: DispatchServiceRequestInput!) { dispatchServiceRequest(input: $input) { serviceRequest { overdueAt } } }',
    { input: { id, idempotencyKey: 'dispatch-late', organizationId: '420100:o-below' } },
    'officer:desk-1',
  );
  expect(answer.errors).toBeUndefined();
  expect((await stored(id)).clockAt).toEqual(workingDaysAfter(later(dueAt, 1), 3));
});

test('a reopened request has its category’s time again', async () => {
  const submitted = requestRecord({
    id: '420100:reopened',
    status: 'RESOLVED',
    category: 'SAFETY',
    overdueAt: later(dueAt, 1),
    remindedAt: reminderAt,
    remindedCount: 1,
    escalationLevel: 1,
  });
  const [write] = [...requestWrites(submitted, net.platform.definition)];
  await requests().insertOne(write?.document as StoredServiceRequest);
  const answer = await net.ask(
    'mutation M($input: ServiceRequestStepInput!) { reopenServiceRequest(input: $input) { serviceRequest { overdueAt remindedAt remindedCount escalationLevel overdue } } }',
    { input: { id: submitted.id, idempotencyKey: 'reopen-1' } },
    'officer:desk-1',
  );
  expect(answer.data).toEqual({
    reopenServiceRequest: {
      serviceRequest: {
        overdueAt: null,
        remindedAt: null,
        remindedCount: 1,
        escalationLevel: 1,
        overdue: false,
      },
    },
  });
  const reopened = await stored(submitted.id);
  expect(reopened.dueAt).toEqual(workingDaysAfter(reopened.updatedAt, 7));
  expect(reopened.clockAt).toEqual(workingDaysBefore(reopened.dueAt ?? new Date(0), 1));
});

test('a sweep reads what is due, and nothing else', async () => {
  const far = { dueAt: new Date('2099-01-05T01:00:00Z') };
  await Promise.all(Array.from({ length: 40 }, () => due(far)));
  await sweepRequests(net.platform, later(dueAt, day));
  await due();
  const { executionStats } = await dueRequests(net.platform, later(dueAt, day)).explain(
    'executionStats',
  );
  expect(executionStats).toMatchObject({
    nReturned: 1,
    totalKeysExamined: 1,
    totalDocsExamined: 1,
  });
});

test('in the reference records the clock has nothing left to do, and something ahead', async () => {
  const now = new Date('2026-11-24T08:00:00Z');
  const definition = platformByCode('429005');
  if (!definition) throw new Error('429005 is no platform.');
  await using there = await testPlatform({ code: '429005' });
  const documents = [...referenceRecords(definition, { scale: 0.01, now })].flatMap((record) =>
    [...requestWrites(record, definition)].flatMap(({ collection, document }) =>
      collection === 'service_requests' ? [document as StoredServiceRequest] : [],
    ),
  );
  const collection = there.platform.db.collection<StoredServiceRequest>('service_requests');
  await collection.insertMany(documents);
  await sweepRequests(there.platform, now);
  expect(await collection.find().toArray()).toEqual(documents);
  expect(documents.filter(({ overdueAt }) => overdueAt !== null).length).toBeGreaterThan(0);
  await sweepRequests(there.platform, later(now, 60 * day));
  expect(await collection.countDocuments({ updatedAt: later(now, 60 * day) })).toBe(
    documents.filter(({ clockAt }) => clockAt !== null).length,
  );
});

test('the runner goes on after an error, and keeps what it said out of the log', async () => {
  const logged = vi.spyOn(console, 'error').mockReturnValue();
  const id = await due({ dueAt: new Date('2016-08-31') });
  const broken = {
    ...net.platform,
    get db(): never {
      throw new Error('it was about 13800001234');
    },
  };
  const sweeps = startSweeps([broken, net.platform], 5);
  for (let overdueAt: Date | null = null; overdueAt === null;) ({ overdueAt } = await stored(id));
  await sweeps.stop();
  expect(logged.mock.calls[0]?.[0]).toMatch(/^sweep of requests at 420100: Error\n +at /);
  expect(JSON.stringify(logged.mock.calls)).not.toContain('13800001234');
  logged.mockRestore();
});

test('a platform sweeps by itself', async () => {
  const past: ReferenceRecord = requestRecord({ id: '420100:late', dueAt: new Date('2016-08-31') });
  await using swept = await testPlatform({ records: [past], sweepMs: 20 });
  const late = swept.platform.db.collection<StoredServiceRequest>('service_requests');
  let found = await late.findOne();
  while (found?.overdueAt === null) found = await late.findOne();
  expect(found?.history).toMatchObject([{ step: 'OVERDUE', actorKind: 'SYSTEM' }]);
});
