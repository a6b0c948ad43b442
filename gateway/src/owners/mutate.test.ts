/** Mutations through the real planner: in document order, each to its owner, sent once, and honest about what is not known. Long, since one net serves them all. */
import { errorCodes } from '@onenet/contract';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { memoryRecords } from './testing/memory-data.ts';
import { netOwner, startMemoryNet, type MemoryNet } from './testing/memory-net.ts';
import { startMemoryOwner, type MemoryOwner } from './testing/memory-owner.ts';

let wuhan: MemoryOwner;
let yichang: MemoryOwner;
let net: MemoryNet;
/** Platforms in the order in which they were asked. */
const order: string[] = [];

beforeAll(async () => {
  wuhan = await startMemoryOwner('420100', memoryRecords('420100', ['420102'], 12));
  yichang = await startMemoryOwner('420500', memoryRecords('420500', ['420502'], 12));
  net = await startMemoryNet([
    netOwner(wuhan, ['420100']),
    netOwner(yichang, ['420500']),
    { ...netOwner(yichang, ['422800']), code: '422800', connection: 'REGISTERED' },
  ]);
});

beforeEach(() => {
  order.length = 0;
  for (const owner of [wuhan, yichang]) {
    owner.seen.length = 0;
    owner.fault = (answer, response) => {
      order.push(owner.code);
      response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    };
  }
});

afterAll(async () => {
  await net[Symbol.asyncDispose]();
  for (const owner of [wuhan, yichang]) await owner[Symbol.asyncDispose]();
});

const step = (alias: string, name: string, id: string, more = ''): string =>
  `${alias}: ${name}(input: { id: "${id}", idempotencyKey: "${alias}"${more} }) { serviceRequest { id title } }`;

test('who acts is told to the owner at which it is done, and to nobody who is only asked', async () => {
  const actor = { kind: 'WORKER', reference: 'w-17' } as const;
  await net.ask('{ serviceRequests(first: 1) { edges { node { id } } } }', {}, { actor });
  expect(order).toHaveLength(2);
  await net.ask(`mutation { ${step('a', 'verifyServiceRequest', '420500:R-1')} }`, {}, { actor });
  expect(wuhan.seen.map(({ headers }) => headers['onenet-actor'])).toEqual([undefined]);
  expect(yichang.seen.map(({ headers }) => headers['onenet-actor'])).toEqual([
    undefined,
    'WORKER:w-17',
  ]);
});

test('go one after another, each to its owner, with the actor', async () => {
  const answer = await net.ask(
    `mutation ($in: SubmitServiceRequestInput!) {
      ${step('a', 'verifyServiceRequest', '420100:R-1')}
      submitServiceRequest(input: $in) { request: serviceRequest { id organization { name } } }
      ${step('b', 'verifyServiceRequest', '420100:R-2')}
    }`,
    {
      in: {
        platform: '420500',
        idempotencyKey: 'k',
        title: '演示',
        category: 'WAGES',
        channel: 'WEBSITE',
        placeCode: '420502',
      },
    },
    { actor: { kind: 'OFFICER', reference: 'desk-3' } },
  );
  expect(answer.errors).toBeUndefined();
  expect(answer.data).toMatchObject({
    a: { serviceRequest: { id: '420100:R-1' } },
    submitServiceRequest: {
      request: { id: '420500:R-0', organization: { name: expect.any(String) as string } },
    },
    b: { serviceRequest: { id: '420100:R-2' } },
  });
  expect(order.slice(0, 3)).toEqual(['420100', '420500', '420100']);
  expect(wuhan.seen[0]?.headers['onenet-actor']).toBe('OFFICER:desk-3');
  expect(wuhan.seen[0]?.variables).toEqual({});
  expect(Object.keys(yichang.seen[0]?.variables ?? {})).toEqual(['in']);
});

test('no answer in time: the outcome is unknown, later fields to that owner are not sent, others are', async () => {
  wuhan.fault = () => {
    order.push('420100');
  };
  const answer = await net.ask(
    `mutation {
      ${step('a', 'verifyServiceRequest', '420100:R-1')}
      ${step('b', 'verifyServiceRequest', '420500:R-2')}
      ${step('c', 'verifyServiceRequest', '420100:R-2')}
    }`,
    {},
    // Two thirds of it are waited for Wuhan: what is left is long for a busy machine.
    { deadlineMs: 2_500 },
  );
  expect(answer.data).toMatchObject({
    a: null,
    b: { serviceRequest: { id: '420500:R-2' } },
    c: null,
  });
  expect(answer.errors?.map(({ path, extensions }) => [path, extensions])).toMatchObject([
    [
      ['a'],
      { code: 'OUTCOME_UNKNOWN', platform: '420100', idempotencyKey: 'a', reason: 'TIMEOUT' },
    ],
    [['c'], { code: 'NOT_EXECUTED', platform: '420100', idempotencyKey: 'c' }],
  ]);
  expect(order).toEqual(['420100', '420500']);
});

test('a broken connection is not tried again', async () => {
  wuhan.fault = (_answer, response) => {
    order.push('420100');
    response.destroy();
  };
  const answer = await net.ask(`mutation { ${step('a', 'verifyServiceRequest', '420100:R-1')} }`);
  expect(answer.errors?.[0]?.extensions).toMatchObject({
    code: 'OUTCOME_UNKNOWN',
    reason: 'UNREACHABLE',
  });
  expect(order).toEqual(['420100']);
});

test('what an owner refuses passes with the table’s words, and the next field is sent', async () => {
  const answer = await net.ask(
    `mutation {
      ${step('a', 'rateServiceRequest', '420100:R-1', ', rating: 9')}
      ${step('b', 'verifyServiceRequest', '420100:R-2')}
    }`,
  );
  expect(answer.data).toMatchObject({ a: null, b: { serviceRequest: { id: '420100:R-2' } } });
  expect(answer.errors).toHaveLength(1);
  expect(answer.errors?.[0]).toMatchObject({
    message: 'The record is not in a state that allows this.',
    path: ['a'],
    extensions: { code: 'WRONG_STATE', platform: '420100' },
  });
});

test('an answer that cannot be read leaves the outcome unknown', async () => {
  wuhan.fault = (answer, response) =>
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(answer.replace('"420100:R-1"', '"420500:R-1"'));
  const answer = await net.ask(`mutation { ${step('a', 'verifyServiceRequest', '420100:R-1')} }`);
  expect(answer.errors?.[0]?.extensions).toMatchObject({
    code: 'OUTCOME_UNKNOWN',
    reason: 'INVALID',
  });
});

test('who cannot be asked is refused before anything is sent', async () => {
  const answer = await net.ask(`mutation {
    ${step('a', 'verifyServiceRequest', 'no-colon')}
    ${step('b', 'verifyServiceRequest', '999999:R-1')}
    ${step('c', 'verifyServiceRequest', '422800:R-1')}
  }`);
  expect(answer.errors?.map((error) => error.extensions?.['code'])).toEqual([
    'BAD_ID',
    'UNKNOWN_PLATFORM',
    'NOT_CONNECTED',
  ]);
  expect(order).toEqual([]);
});

test('what is for the owner’s own front end is not sent, whoever acts; the ones after it are', async () => {
  const known = net.owners.get('420100');
  if (!known) throw new Error('420100 is not in the net.');
  net.owners.set('420100', { ...known, modules: [...known.modules, 'supervision'] });
  const actor = { kind: 'OFFICER', reference: 'desk-3' } as const;
  const answer = await net.ask(
    `mutation {
      own: answerSupervision(input: { id: "420100:S-1", idempotencyKey: "1", answer: "-", result: SETTLED }) { supervision { id } }
      ${step('b', 'verifyServiceRequest', '420100:R-2')}
    }`,
    {},
    { actor },
  );
  net.owners.set('420100', known);
  expect(answer.data).toMatchObject({ own: null, b: { serviceRequest: { id: '420100:R-2' } } });
  expect(answer.errors?.map(({ path, extensions }) => [path, extensions])).toMatchObject([
    [['own'], { code: 'LOCAL_ONLY', platform: '420100' }],
  ]);
  expect(wuhan.seen.map(({ query }) => query).join()).not.toContain('answerSupervision');
});

test('the steps of a transfer are taken from nobody: a client could read what is offered, or lose it', async () => {
  const known = net.owners.get('420100');
  if (!known) throw new Error('420100 is not in the net.');
  net.owners.set('420100', { ...known, modules: [...known.modules, 'transfers'] });
  const id = '"420100:R-1", idempotencyKey: "1", transferId: "t-1"';
  const dueAt = '"2100-01-01T00:00:00Z"';
  const of = '{ transfer { sealed } }';
  const answer = await net.ask(
    `mutation {
      offer: offerTransfer(input: { id: ${id}, to: "420500", sealingKey: "{}", dueAt: ${dueAt} }) ${of}
      accept: acceptTransfer(input: { platform: "420100", idempotencyKey: "1", transferId: "t-1", from: "420500", sealed: "", acceptBy: ${dueAt} }) ${of}
      decline: declineTransfer(input: { platform: "420100", idempotencyKey: "1", transferId: "t-1" }) ${of}
      complete: completeTransfer(input: { id: ${id}, transferredToId: "420500:R-9" }) ${of}
      withdraw: withdrawTransfer(input: { id: ${id} }) ${of}
    }`,
    {},
    { actor: { kind: 'SYSTEM', reference: 'transfer' } },
  );
  net.owners.set('420100', known);
  expect(answer.errors?.map(({ path, extensions }) => [path?.[0], extensions?.['code']])).toEqual(
    ['offer', 'accept', 'decline', 'complete', 'withdraw'].map((key) => [key, 'ACTOR_NOT_ALLOWED']),
  );
  expect(order).toEqual([]);
});

test('a step that the status does not allow names those that it does, in the contract’s words alone', async () => {
  const refuse = (status: string): void => {
    wuhan.fault = (_answer, response) => {
      const error = {
        message: '王小明',
        path: ['r0'],
        extensions: { code: 'WRONG_STATE', status, allowed: ['王小明'] },
      };
      const key = /(\w+): verifyServiceRequest/.exec(wuhan.seen.at(-1)?.query ?? '')?.[1] ?? 'r0';
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ data: { [key]: null }, errors: [{ ...error, path: [key] }] }));
    };
  };
  const ask = async (): Promise<unknown> => {
    const { errors } = await net.ask(
      `mutation { ${step('a', 'verifyServiceRequest', '420100:R-1')} }`,
      {},
      { actor: { kind: 'OFFICER', reference: 'desk-3' } },
    );
    return errors?.map(({ message, extensions }) => ({ message, ...extensions }));
  };
  refuse('RATED');
  expect(await ask()).toMatchObject([
    {
      message:
        'verifyServiceRequest is not possible: the ServiceRequest is RATED. From there: addServiceRequestFeedback, reopenServiceRequest.',
      code: 'WRONG_STATE',
      platform: '420100',
      status: 'RATED',
      allowed: ['addServiceRequestFeedback', 'reopenServiceRequest'],
    },
  ]);
  refuse('WANG_XIAO_MING');
  const unknown = await ask();
  expect(unknown).toMatchObject([
    { message: errorCodes.WRONG_STATE.message, code: 'WRONG_STATE', platform: '420100' },
  ]);
  expect(JSON.stringify(unknown)).not.toContain('WANG');
});
