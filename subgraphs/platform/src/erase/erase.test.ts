/** An erased person is in no collection of a platform; every other person, and every figure, is as before. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contractSchema, identityCheckDigit } from '@onenet/contract';
import type { Document } from 'mongodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testPlatform, type TestPlatform } from '../test-platform.ts';
import { erasePerson, findPerson } from './erase.ts';
import { enter, entered } from './ledger.ts';

const code = '420700';
let net: TestPlatform;
beforeAll(async () => {
  net = await testPlatform({
    code,
    modules: ['core', 'organizations', 'requests', 'members', 'content'],
  });
});
afterAll(() => net[Symbol.asyncDispose]());

const place = { platform: code, placeCode: '420704', channel: 'WECHAT' };
/** A mutation → the field of its record. */
const recordOf: Readonly<Record<string, string>> = {
  applyForMembership: 'member',
  acceptMember: 'member',
  addFamilyMember: 'member',
  leaveUnion: 'member',
  submitServiceRequest: 'serviceRequest',
  addServiceRequestFeedback: 'serviceRequest',
  rejectServiceRequest: 'serviceRequest',
  publishArticle: 'article',
  likeArticle: 'article',
};

/** Whatever is personal of somebody has the mark, the number or the reference in it. */
interface Person {
  readonly mark: string;
  readonly reference: string;
  readonly number: string;
}

function person(n: number): Person {
  const first = `9990771980010${n}001`;
  return { mark: `标记${n}`, reference: `w-zq-${n}`, number: first + identityCheckDigit(first) };
}

async function call(name: string, input: object, as = 'officer:desk'): Promise<string> {
  const record = recordOf[name] ?? '';
  const field = contractSchema().getMutationType()?.getFields()[name];
  const { data, errors } = await net.ask<{ done: Record<string, { id: string }> }>(
    `mutation ($input: ${String(field?.args[0]?.type)}) { done: ${name}(input: $input) { ${record} { id } } }`,
    { input: { idempotencyKey: randomUUID(), ...input } },
    as,
  );
  if (!data) throw new Error(`${name}: ${JSON.stringify(errors)}`);
  return data.done[record]?.id ?? '';
}

/** A member with family, and a request of theirs; they liked something. */
async function lives({ mark, reference, number }: Person, article: string) {
  const worker = `worker:${reference}`;
  const phone = `1390771${mark.at(-1)}234`;
  const member = await call(
    'applyForMembership',
    { ...place, name: `张${mark}`, phone, identityNumber: number, kind: 'MIGRANT' },
    worker,
  );
  await call('acceptMember', { id: member, note: `核对${mark}` });
  await call('addFamilyMember', { id: member, relation: 'SPOUSE', name: `李${mark}` });
  const request = await call(
    'submitServiceRequest',
    {
      ...place,
      title: `加班工资 ${mark}`,
      description: `说明${mark}`,
      category: 'WAGES',
      applicantName: `张${mark}`,
      applicantPhone: phone,
    },
    worker,
  );
  await call('addServiceRequestFeedback', { id: request, note: `补充${mark}` }, worker);
  await call('likeArticle', { id: article, channel: 'WECHAT' }, worker);
  return { member, request };
}

/** All documents by collection; lines of the feed as their text. */
async function everything(): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const collection of await net.platform.db.collections()) {
    const rows: string[] = [];
    for await (const row of collection.find<Document>({})) {
      const line = row['line'] as { buffer?: Uint8Array } | undefined;
      rows.push(JSON.stringify(row) + (line?.buffer ? Buffer.from(line.buffer).toString() : ''));
    }
    texts.set(collection.collectionName, rows.join('\n'));
  }
  return texts;
}

async function placesOf({ mark, reference, number }: Person): Promise<string[]> {
  const marks = [mark, reference, number];
  const all = [...(await everything())];
  return all.filter(([, text]) => marks.some((each) => text.includes(each))).map(([name]) => name);
}

/** Where it is found, of a person who was not erased. */
const places = ['article_likes', 'members', 'service_requests'];

async function isNumbered(): Promise<void> {
  const outbox = net.platform.db.collection('outbox');
  await expect.poll(() => outbox.countDocuments(), { timeout: 20_000 }).toBe(0);
}

test('found from any one of theirs, refused while something is under way, and then gone from everywhere', async () => {
  const { platform } = net;
  const { db } = platform;
  const article = await call('publishArticle', {
    platform: code,
    placeCode: '420704',
    title: '防汛',
    column: '要闻',
  });
  const [gone, stays] = [person(1), person(2)];
  const { member, request } = await lives(gone, article);
  const other = await lives(stays, article);
  await isNumbered();
  for (const wish of [
    { references: [gone.reference] },
    { identityNumbers: [gone.number] },
    { records: [member] },
    { records: [request] },
  ]) {
    const { found, references } = await findPerson(platform, wish);
    const ids = found.map(({ id }) => id).toSorted();
    expect(ids, JSON.stringify(wish)).toEqual([member, request].toSorted());
    expect([...references]).toEqual([gone.reference]);
  }

  const before = await everything();
  await expect(
    erasePerson(platform, await findPerson(platform, { records: [member] })),
  ).rejects.toMatchObject({
    code: 'WRONG_STATE',
    message: expect.stringContaining(`${member} is ACTIVE`) as string,
  });
  expect(await everything()).toEqual(before);
  await call('leaveUnion', { id: member });
  await call('rejectServiceRequest', { id: request, note: `退回${gone.mark}` });
  await isNumbered();
  const figures = await platform.feed.totals();
  const counted = await db.collection('articles').findOne();
  const claims = db.collection('feed_claims');
  const claimsBefore = await claims.countDocuments();
  expect(await placesOf(gone)).toEqual(expect.arrayContaining(places));

  const folder = await mkdtemp(join(tmpdir(), 'onenet-erasures-'));
  const file = join(folder, 'erasures.ndjson');
  try {
    const copy = await copyOf([...places, 'feed_claims']);
    const found = await findPerson(platform, { references: [gone.reference] });
    await enter(file, code, db, found);
    await erasePerson(platform, found);
    expect(await placesOf(gone)).toEqual([]);
    // Both did the same: half of the claims were the one's.
    expect(await claims.countDocuments()).toBe(claimsBefore / 2);
    // Nothing of the other person's, and no figure.
    expect(await placesOf(stays)).toEqual(expect.arrayContaining(places));
    expect(await platform.feed.totals()).toEqual(figures);
    expect(await db.collection('articles').findOne()).toEqual(counted);
    const { data } = await net.ask(
      `{ gone: member(id: "${member}") { status maskedName kind } other: member(id: "${other.member}") { maskedName } }`,
    );
    expect(data).toEqual({
      gone: { status: 'LEFT', maskedName: null, kind: 'MIGRANT' },
      other: { maskedName: expect.stringMatching(/^张/) as string },
    });

    // A backup from before brings the person back, and the file of erasures takes them out again.
    await putBack(copy);
    expect(await placesOf(gone)).toEqual(expect.arrayContaining(places));
    await erasePerson(platform, await findPerson(platform, await entered(file, code, db)));
    expect(await placesOf(gone)).toEqual([]);
    expect(await claims.countDocuments()).toBe(claimsBefore / 2);
    const text = await readFile(file, 'utf8');
    expect(text).toContain(member);
    for (const mark of [gone.reference, gone.mark, gone.number]) expect(text).not.toContain(mark);
  } finally {
    await rm(folder, { recursive: true });
  }
});

type Copy = ReadonlyMap<string, readonly Document[]>;

async function copyOf(names: readonly string[]): Promise<Copy> {
  const copies = names.map(
    async (name) => [name, await net.platform.db.collection(name).find().toArray()] as const,
  );
  return new Map(await Promise.all(copies));
}

async function putBack(copy: Copy): Promise<void> {
  for (const [name, rows] of copy) {
    const collection = net.platform.db.collection(name);
    await collection.deleteMany({});
    await collection.insertMany([...rows]);
  }
}
