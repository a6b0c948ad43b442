/** The first load: records with their events, once, however often it is interrupted. */
import { randomUUID } from 'node:crypto';
import { eventTypes, type EventTypeName } from '@onenet/contract';
import { startFeed } from '@onenet/feed';
import { platformByCode, referenceRecords, type ReferenceRecord } from '@onenet/platforms';
import { MongoClient } from 'mongodb';
import { expect, inject, onTestFinished, test } from 'vitest';
import { ensureCollections } from './collections.ts';
import { ensureFacets } from './facets.ts';
import { loadReference } from './load.ts';
import { expectFacetsToAgree } from './test-facets.ts';
import {
  article,
  member,
  organization,
  serviceRequest,
  station,
  testRecords,
} from './test-records.ts';

async function emptyPlatform(code = '420100') {
  const definition = platformByCode(code);
  if (!definition) throw new Error(`There is no platform ${code}.`);
  const client = await MongoClient.connect(inject('mongodbUri'), { ignoreUndefined: true });
  const db = client.db(`platform_test_${randomUUID().slice(0, 8)}`);
  onTestFinished(async () => {
    await db.dropDatabase();
    await client.close();
  });
  await ensureCollections(db, definition.modules);
  const count = (collection: string) => db.collection(collection).countDocuments();
  return { definition, client, db, count };
}

test('a load that is interrupted after each batch brings everything once', async () => {
  const platform = await emptyPlatform();
  const records = () => testRecords(300);
  const whole = [...testRecords(300)].length;
  let starts = 0;
  for (let done = false; !done;) {
    starts++;
    const giveUp = new AbortController();
    done = await loadReference(platform, {
      scale: 1,
      records,
      signal: giveUp.signal,
      onProgress: () => giveUp.abort(),
    }).then(
      () => true,
      () => false,
    );
  }
  expect(starts).toBeGreaterThan(3);
  const counts = await Promise.all(
    ['organizations', 'stations', 'service_requests', 'members', 'articles'].map(platform.count),
  );
  expect(counts).toEqual([300, 300, 300, 300, 300]);
  expect(counts.reduce((sum, count) => sum + count)).toBe(whole);
  const events = await platform.count('outbox');

  // Once done, another start adds nothing.
  await loadReference(platform, { scale: 1, records });
  expect(await platform.count('outbox')).toBe(events);

  const inOneGo = await emptyPlatform();
  await loadReference(inOneGo, { scale: 1, records });
  expect(await inOneGo.count('outbox')).toBe(events);
  expect(await inOneGo.count('comments')).toBe(await platform.count('comments'));
});

test('the events of records are those that commands would have written', async () => {
  const platform = await emptyPlatform();
  const records: ReferenceRecord[] = [
    organization(1),
    station(1),
    serviceRequest(2),
    serviceRequest(4),
    member(3),
    member(4),
    article(1),
    {
      type: 'Opening',
      id: '420100:opening-1',
      platformCode: '420100',
      measure: 'onenet.channel.followed',
      kind: 'stock',
      value: 60_000,
      asOf: new Date('2016-08-31T00:00:00Z'),
      placeCode: '420100',
      category: null,
      channel: 'WECHAT',
    },
  ];
  await loadReference(platform, { scale: 1, records: () => records });
  const events = await platform.db
    .collection<{ _id: string; type: string; time: Date; data: object; person?: string }>('outbox')
    .find()
    .sort({ $natural: 1 })
    .toArray();
  // Number 4 of the requests and of the members are tombstones: they say nothing.
  expect(events.map(({ type }) => type)).toEqual([
    'onenet.organization.founded',
    'onenet.station.opened',
    'onenet.request.submitted',
    'onenet.request.resolved',
    'onenet.member.applied',
    'onenet.member.accepted',
    'onenet.member.left',
    'onenet.article.published',
    'onenet.article.read',
    'onenet.article.liked',
    'onenet.opening',
  ]);
  const of = (type: EventTypeName) => events.find((event) => event.type === type);
  expect(of('onenet.request.submitted')).toMatchObject({
    person: 'w-2',
    data: { category: 'OTHER' },
  });
  expect(of('onenet.request.resolved')?.data).toMatchObject({ value: 19, onTime: true });
  expect(of('onenet.article.read')?.data).toMatchObject({ count: 3, channel: 'WECHAT' });
  expect(of('onenet.opening')?.data).toMatchObject({
    opening: { measure: 'onenet.channel.followed', value: 60_000, kind: 'stock' },
  });
});

test('the reference records of a platform load, and the feed takes every event', async () => {
  const platform = await emptyPlatform('HANKOU-STATION');
  await loadReference(platform, { scale: 0.01 });
  const written = await platform.count('outbox');
  const errors: unknown[] = [];
  const feed = await startFeed({
    code: 'HANKOU-STATION',
    db: platform.db,
    onError: (error) => errors.push(error),
  });
  await feed.drained();
  const [totals, status] = [await feed.totals(), await feed.status()];
  await feed.stop();
  expect(errors).toEqual([]);
  expect(status.quarantined).toBe(0);
  expect(totals.reduce((sum, { events }) => sum + events, 0)).toBe(written);
  expect(totals.every(({ type }) => type in eventTypes)).toBe(true);
  // As many organizations as records: the same generator says it, for the moment that the load kept.
  const settings = platform.db.collection<{ _id: string; now: Date }>('settings');
  const { now } = (await settings.findOne({ _id: 'reference-load' })) ?? {};
  if (!now) throw new Error('The load kept no moment.');
  const records = [...referenceRecords(platform.definition, { scale: 0.01, now })];
  const organizations = records.filter(({ type }) => type === 'Organization').length;
  expect(await platform.count('organizations')).toBe(organizations);
});

test.each(['420100', '420600'])(
  'records of %s stand in the lists of their fields',
  // Tens of thousands of records: seconds, and on a busy machine many.
  { timeout: 120_000 },
  async (code) => {
    const platform = await emptyPlatform(code);
    // Of one day: what happened lately is more or less by the day of the week and of the year.
    const now = new Date('2026-11-24T08:00:00Z');
    const records = () => referenceRecords(platform.definition, { scale: 0.001, now });
    await loadReference(platform, { scale: 0.001, records });
    const counts = await expectFacetsToAgree(platform.db);
    const some = code === '420100' ? ['cards', 'card_claims'] : ['hardship_workers', 'aid_grants'];
    for (const collection of ['members', 'service_requests', ...some]) {
      expect(counts[collection], collection).toBeGreaterThan(5);
    }
  },
);

test('facets that an older version stored are made anew, once', async () => {
  const { definition, client, db } = await emptyPlatform();
  await loadReference({ definition, client, db }, { scale: 1, records: () => testRecords(40) });
  const forget = async () => {
    for (const collection of ['members', 'service_requests']) {
      await db
        .collection<{ facets: string[] }>(collection)
        .updateMany({}, { $pull: { facets: { $regex: /=|^supervised$/ } } });
    }
  };
  await forget();
  await expect(expectFacetsToAgree(db)).rejects.toThrow('service_requests');
  await ensureFacets(db, definition.modules);
  await expectFacetsToAgree(db);

  await forget();
  await ensureFacets(db, definition.modules);
  await expect(expectFacetsToAgree(db)).rejects.toThrow('service_requests');
});
