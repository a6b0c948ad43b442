/** Which platforms' weeks need attention, and by which figures. */
import { randomUUID } from 'node:crypto';
import type { EventData, EventTypeName } from '@onenet/contract';
import type { OutboxEntryInput } from '@onenet/feed';
import { MongoClient } from 'mongodb';
import { expect, inject, test, vi } from 'vitest';
import { attention } from './attention.ts';
import {
  testDatabase,
  testDirectory,
  testIngest,
  testPlatform,
  testSnapshot,
  until,
} from './fixture.ts';
import type { TestPlatform } from './fixture.ts';
import { unsignedCalls } from './owner-call.ts';
import { dayMs } from './periods.ts';
import { SelfCheck } from './self-check.ts';

vi.setConfig({ testTimeout: 120_000 });

test('a week of overdue requests, late endings and a growing backlog', async () => {
  await using cleanUp = new AsyncDisposableStack();
  const client = await MongoClient.connect(inject('mongodbUri'));
  cleanUp.defer(() => client.close());
  const database = cleanUp.use(await testDatabase(inject('mongodbUri')));
  const directory = cleanUp.use(await testDirectory());
  const nowMs = Date.now();
  const platform = async (code: string): Promise<TestPlatform> =>
    cleanUp.use(await testPlatform(client, code, `analytics_a_${randomUUID().slice(0, 8)}`));
  const events = (
    times: number,
    type: EventTypeName,
    daysAgo: number,
    data: EventData = {},
  ): OutboxEntryInput[] => {
    const time = new Date(nowMs - daysAgo * dayMs);
    return Array.from({ length: times }, () => ({ type, time, data }));
  };

  const wuhan = await platform('420100');
  await wuhan.happened([
    ...events(12, 'onenet.request.submitted', 2),
    ...events(10, 'onenet.request.overdue', 1),
    // Longer than a week ago, or answers to supervisions: no request of this week.
    ...events(40, 'onenet.request.overdue', 9),
    ...events(20, 'onenet.supervision.answered', 1, { onTime: false }),
  ]);
  const yichang = await platform('420500');
  await yichang.happened([
    ...events(9, 'onenet.request.overdue', 1),
    ...events(11, 'onenet.request.submitted', 20),
    ...events(11, 'onenet.request.resolved', 1, { onTime: false, value: 60 }),
  ]);

  const sources = cleanUp.use(await testIngest(directory.path, database.db));
  sources.ingest.use(testSnapshot([wuhan.owner, yichang.owner]));
  for (const { owner, feed } of [wuhan, yichang]) {
    const { lastSequence } = await feed.status();
    await until(() => sources.ingest.sequenceOf(owner.code) === lastSequence);
  }
  const found = await attention(sources, new SelfCheck(sources, unsignedCalls), nowMs);
  expect(found.map(({ kind, platform: of, value, metric }) => [kind, of, value, metric])).toEqual([
    ['BACKLOG_GROWS', '420100', 12, 'requestsBacklog'],
    ['LOW_ON_TIME', '420500', 0, 'onTimeRate'],
    ['OVERDUE', '420100', 10, 'requestsOverdue'],
  ]);
});
