import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { expect, inject, test } from 'vitest';
import { freePort } from '../tests/fixtures/ports.ts';
import { startMongo } from './databases.ts';

test('the MongoDB of the tests takes transactions', async () => {
  const client = new MongoClient(inject('mongodbUri'));
  try {
    const notes = client.db('scripts_databases').collection<{ _id: string }>('notes');
    await notes.deleteMany({});
    await client.withSession((session) =>
      session.withTransaction(async () => {
        await notes.insertOne({ _id: 'one' }, { session });
        await notes.insertOne({ _id: 'two' }, { session });
      }),
    );
    expect(await notes.countDocuments()).toBe(2);
  } finally {
    await client.db('scripts_databases').dropDatabase();
    await client.close();
  }
});

test('what takes long leaves no values in the log', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onenet-mongo-'));
  const logFile = join(folder, 'mongod.log');
  const port = await freePort();
  const mongo = await startMongo({ dataDir: join(folder, 'data'), port, logFile, say: () => {} });
  try {
    const client = await MongoClient.connect(mongo.uri);
    const people = client.db('slow').collection<{ _id: number; phone?: string }>('people');
    await people.insertOne({ _id: 1 });
    const slow = { $where: 'sleep(300) || true' };
    const set = { $set: { phone: '13800001111' } };
    expect((await people.updateOne(slow, set)).modifiedCount).toBe(1);
    await client.close();
  } finally {
    await mongo.stop();
  }
  const log = await readFile(logFile, 'utf8');
  expect(log).toContain('Waiting for connections');
  expect(log).not.toContain('13800001111');
  await rm(folder, { recursive: true });
});
