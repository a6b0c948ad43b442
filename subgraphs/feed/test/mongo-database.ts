/** A fresh MongoDB database for a test. */
import { randomUUID } from 'node:crypto';
import { MongoClient } from 'mongodb';
import type { Document } from 'mongodb';
import { inject } from 'vitest';
import { feedCollections } from '../src/collections.ts';
import { mongoStore } from '../src/mongo-store.ts';
import type { TestDatabase } from './databases.ts';

export async function freshMongo(): Promise<TestDatabase> {
  const client = await new MongoClient(inject('mongodbUri')).connect();
  const db = client.db(`feed_test_${randomUUID().slice(0, 8)}`);
  const { outbox, log, claims, lease, totals, quarantine } = feedCollections(db);
  const uri = new URL(inject('mongodbUri'));
  uri.pathname = db.databaseName;
  return {
    store: mongoStore(db),
    uri: uri.href,
    async insert(entries) {
      await outbox.insertMany([...entries]);
    },
    async insertFaulty() {
      const liked = { type: 'onenet.article.liked', time: new Date() };
      const documents: Document[] = [
        { _id: 'no-type' },
        { _id: 'person', ...liked, data: { name: '张三' } },
        { _id: 'place', ...liked, data: { place: '武汉' } },
        { _id: 'null', ...liked, data: null },
        { _id: 'huge', ...liked, data: { category: 'x'.repeat(70_000) } },
        { type: 'onenet.article.liked' },
      ];
      await db.collection('outbox').insertMany(documents);
      return [
        'BAD_CATEGORY',
        'BAD_PLACE',
        'BAD_TIME',
        'FORBIDDEN_KEY',
        'NOT_AN_EVENT',
        'UNKNOWN_TYPE',
      ];
    },
    async record() {
      const _id = randomUUID();
      await client.withSession((session) =>
        session.withTransaction(async () => {
          await db.collection<{ _id: string }>('records').insertOne({ _id }, { session });
          await outbox.insertOne(
            { _id, type: 'onenet.member.applied', time: new Date(), data: {} },
            { session },
          );
        }),
      );
      return _id;
    },
    async recordedIds() {
      const records = await db.collection<{ _id: string }>('records').find().toArray();
      return records.map((record) => record._id);
    },
    claims: () => claims.find().toArray(),
    aside: () => quarantine.find().toArray(),
    async removeLines(from, to) {
      await log.deleteMany({ _id: { $gte: from, $lte: to } });
    },
    async holdLease(until) {
      await lease.updateOne({ _id: 'sequencer' }, { $set: { holder: 'stuck', until } });
    },
    async forgetTotals() {
      await totals.deleteMany({});
    },
    async snapshot() {
      const contents = (await db.collections()).map(async (collection) => ({
        name: collection.collectionName,
        rows: await collection.find().sort({ _id: 1 }).toArray(),
      }));
      return (await Promise.all(contents)).toSorted((a, b) => a.name.localeCompare(b.name));
    },
    async restore(backup) {
      for (const collection of await db.collections()) await collection.deleteMany({});
      for (const { name, rows } of backup) {
        if (rows.length > 0) await db.collection(name).insertMany(rows as Document[]);
      }
    },
    async [Symbol.asyncDispose]() {
      await db.dropDatabase();
      await client.close();
    },
  };
}
