/** Owners fail one at a time, in every way: the others' answers are whole and in time, and the answer says who is missing. Long, because one net meets every failure. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { secret } from './faults/answers.ts';
import type { Fault } from './faults/answers.ts';
import { startSmallNet } from './fixtures/small-net.ts';
import type { Answer, SmallNet } from './fixtures/small-net.ts';
import { makeRecords } from './merged/dataset.ts';
import { Random } from './merged/random.ts';

const faulty = '420100';
const codes = ['420000', faulty, '420500', '429004'];
const seed = 7;
const size = 24;
const records = makeRecords(new Random(seed), size).filter((each) =>
  codes.includes(each.platformCode),
);
const mongodbUri = inject('mongodbUri');

let net: SmallNet;
let owner: ChildProcess;
let port = 0;

beforeAll(async () => {
  const postgresUri = inject('postgresUri');
  net = await startSmallNet({ mongodbUri, postgresUri, codes, elsewhere: [faulty], records });
  await startOwner();
  await net.province.setPlatformUrl(faulty, `http://127.0.0.1:${port}`);
});

afterAll(async () => {
  owner?.kill('SIGKILL');
  await net?.[Symbol.asyncDispose]();
});

async function startOwner(): Promise<void> {
  const own = [faulty, mongodbUri, net.databasePrefix, port, seed, size].map(String);
  const args = [...own, ...net.trust];
  owner = fork(new URL('./faults/owner.ts', import.meta.url), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [message] = (await once(owner, 'message')) as [{ port: number }];
  port = message.port;
}

async function setFault(fault: Fault): Promise<void> {
  owner.send(fault);
  await once(owner, 'message');
}

const list = `{ serviceRequests(first: 100) {
  edges { node { __typename id title submittedAt } } totalCount knownCount
  completeness { asked answered missing { platform reason } resume } } }`;

interface List {
  edges: { node: { id: string } }[];
  totalCount: number | null;
  knownCount: number | null;
  completeness: {
    asked: number;
    answered: number;
    missing: { platform: string; reason: string }[];
    resume: string | null;
  };
}

function listOf(answer: Answer): List {
  const found = answer.data?.['serviceRequests'];
  if (!found) throw new Error(JSON.stringify(answer));
  return found as List;
}

/** Until the owner is asked again after its breaker opened: bounded by the test's own time. */
async function untilBack(): Promise<void> {
  await setFault('none');
  while (listOf(await net.ask(list)).completeness.missing.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const alive = records.filter(
  (each) => each.type === 'ServiceRequest' && each.status !== 'TRANSFERRED',
);
const ofOthers = alive.filter((each) => each.platformCode !== faulty).length;
const deadlineMs = 1500;

const expected: readonly (readonly [Fault, readonly string[]])[] = [
  ['hang', ['TIMEOUT']],
  ['http500', ['UNREACHABLE', 'INVALID']],
  ['html', ['INVALID']],
  ['reset', ['UNREACHABLE', 'INVALID']],
  ['notJson', ['INVALID']],
  ['wrongType', ['INVALID']],
  ['missing', ['INVALID']],
  ['foreignId', ['INVALID']],
  ['unknownTypename', ['INVALID']],
  ['unordered', ['INVALID']],
  ['tooMany', ['INVALID', 'OVER_BUDGET']],
  ['deep', ['INVALID', 'OVER_BUDGET']],
  ['huge', ['OVER_BUDGET', 'TIMEOUT']],
  ['leak', ['INVALID']],
];

describe('an owner that fails costs its own part alone', () => {
  test.for(expected)('%s', async ([fault, reasons]) => {
    await untilBack();
    await setFault(fault);
    const started = performance.now();
    const answer = await net.ask(list, {}, { 'onenet-deadline': String(deadlineMs) });
    const took = performance.now() - started;
    const found = listOf(answer);
    expect(found.edges.length).toBe(ofOthers);
    expect(found.completeness.asked).toBe(codes.length);
    expect(found.completeness.answered).toBe(codes.length - 1);
    expect(found.completeness.missing.map((each) => each.platform)).toEqual([faulty]);
    expect(reasons).toContain(found.completeness.missing[0]?.reason);
    expect(found.totalCount).toBeNull();
    expect(found.knownCount).toBe(ofOthers);
    expect(found.completeness.resume).not.toBeNull();
    expect(answer.errors).toBeUndefined();
    const text = JSON.stringify(answer);
    expect(text).not.toContain('valueCompletion');
    expect(text).not.toContain(secret);
    // The envelope says the same as the data.
    expect(JSON.stringify(answer.extensions?.['onenet'])).toContain(`"platform":"${faulty}"`);
    // The deadline is the behaviour; a second more for a busy machine.
    expect(took).toBeLessThan(deadlineMs + 1000);
  });

  test('a value that an owner could not give is null, and the envelope says so', async () => {
    await untilBack();
    await setFault('partial');
    const answer = await net.ask(
      '{ serviceRequests(first: 100) { edges { node { id handler } } } }',
    );
    expect(listOf(answer).edges.length).toBe(alive.length);
    expect(answer.errors).toBeUndefined();
    expect(JSON.stringify(answer)).not.toContain(secret);
    expect(answer.extensions?.['onenet']).toMatchObject({
      complete: false,
      gathered: [
        {
          partial: [
            { platform: faulty, path: ['edges', '@', 'node', 'handler'], code: 'OWNER_FAILED' },
          ],
        },
      ],
    });
  });

  test('slow within the deadline is not missing', async () => {
    await untilBack();
    await setFault('slow');
    const found = listOf(await net.ask(list));
    expect(found.completeness.missing).toEqual([]);
    expect(found.totalCount).toBe(alive.length);
  });

  test('stopped, then started again: a new query has its answer, and the gateway is not restarted', async () => {
    await untilBack();
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const without = listOf(await net.ask(list));
    expect(without.completeness.missing).toEqual([{ platform: faulty, reason: 'UNREACHABLE' }]);
    expect(without.edges.length).toBe(ofOthers);
    await startOwner();
    await untilBack();
    expect(listOf(await net.ask(list)).totalCount).toBe(alive.length);
  });

  test('a routed look-up is null with one error that names platform and reason', async () => {
    await untilBack();
    await setFault('http500');
    const id = alive.find((each) => each.platformCode === faulty)?.id;
    const answer = await net.ask('query ($id: ID!) { here: serviceRequest(id: $id) { title } }', {
      id,
    });
    expect(answer.data).toEqual({ here: null });
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors?.[0]).toMatchObject({
      path: ['here'],
      extensions: { code: 'OWNER_FAILED', platform: faulty },
    });
  });

  test('ALL refuses an answer that lacks somebody; QUORUM takes more than half', async () => {
    await untilBack();
    await setFault('http500');
    const all = await net.ask(list, {}, { 'onenet-completeness': 'ALL' });
    expect(all.errors?.[0]?.extensions?.['code']).toBe('INCOMPLETE');
    const quorum = listOf(await net.ask(list, {}, { 'onenet-completeness': 'QUORUM' }));
    expect(quorum.edges.length).toBe(ofOthers);
    await untilBack();
    const whole = await net.ask(list, {}, { 'onenet-completeness': 'ALL' });
    expect(whole.errors).toBeUndefined();
    expect(listOf(whole).edges.length).toBe(alive.length);
  });
});

test('an owner that is switched off between pages is a standing absence, and back it is asked again', async () => {
  await untilBack();
  const query = `query ($after: String) { serviceRequests(first: 5, after: $after) {
    edges { node { id } } pageInfo { endCursor }
    completeness { asked notAsked { platform reason } missing { platform reason } resume } } }`;
  const first = listOf(await net.ask(query)) as List & { pageInfo: { endCursor: string } };
  const after = first.pageInfo.endCursor;
  await net.province.setConnection(faulty, 'REGISTERED');
  const absent = { platform: faulty, reason: 'NOT_CONNECTED' };
  await expect
    .poll(async () => listOf(await net.ask(query, { after })).completeness)
    .toMatchObject({ asked: codes.length - 1, missing: [], resume: null });
  const without = await net.ask(query, { after });
  expect(without.errors).toBeUndefined();
  expect(listOf(without).completeness).toMatchObject({
    notAsked: expect.arrayContaining([absent]),
  });
  expect(listOf(without).edges.filter(({ node }) => node.id.startsWith(faulty))).toEqual([]);
  await net.province.setConnection(faulty, 'CONNECTED');
  await expect
    .poll(async () => listOf(await net.ask(query, { after })).completeness.asked)
    .toBe(codes.length);
});

describe.each(['forward', 'backward'] as const)(
  'a %s walk during which an owner goes and comes back',
  (way) => {
    test('brings every row exactly once, when resume is followed until it is null', async () => {
      await untilBack();
      const random = new Random(way === 'forward' ? 1 : 2);
      const page = way === 'forward' ? 'first: 5, after: $cursor' : 'last: 5, before: $cursor';
      const query = `query ($cursor: String) { serviceRequests(${page}) {
      edges { node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      completeness { resume missing { platform reason } } } }`;
      const seen: string[] = [];
      let cursor: string | null = null;
      let resumes = 0;
      for (;;) {
        await setFault(random.chance(0.6) ? 'http500' : 'none');
        const answer: Answer = await net.ask(query, { cursor });
        if (answer.data?.['serviceRequests'] === null) {
          // Only the faulty owner was asked: nobody answered, and the same cursor is good again.
          expect(answer.errors?.[0]?.extensions?.['code']).toBe('NOBODY_ANSWERED');
          await untilBack();
          continue;
        }
        const found = listOf(answer) as List & { pageInfo: Record<string, unknown> };
        seen.push(...found.edges.map(({ node }) => node.id));
        const { pageInfo, completeness } = found;
        const more = way === 'forward' ? pageInfo['hasNextPage'] : pageInfo['hasPreviousPage'];
        if (more) {
          cursor = pageInfo[way === 'forward' ? 'endCursor' : 'startCursor'] as string;
        } else if (completeness.resume === null) {
          break;
        } else {
          cursor = completeness.resume;
          resumes += 1;
          await untilBack();
        }
      }
      expect(resumes).toBeGreaterThan(0);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.toSorted()).toEqual(alive.map((each) => each.id).toSorted());
    });
  },
);
