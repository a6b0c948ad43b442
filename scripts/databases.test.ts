import { MongoClient } from 'mongodb';
import { expect, inject, test } from 'vitest';

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
