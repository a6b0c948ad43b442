/** Steps of requests under contention, whose they are, and what stands in lists while it is offered elsewhere. */
import { stepsFrom } from '@onenet/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testPlatform, type TestPlatform } from '../../test-platform.ts';
import { organization, serviceRequest } from '../../test-records.ts';

const organizationId = '420100:o-1';
let net: TestPlatform;
beforeAll(async () => {
  const open = {
    ...serviceRequest(1),
    status: 'ACCEPTED',
    organizationId,
    person: 'w-1',
    dueAt: null,
  } as const;
  net = await testPlatform({
    records: [
      organization(1),
      ...['raced', 'repeated', 'own', 'escalated'].map((name) => ({
        ...open,
        id: `420100:${name}`,
      })),
      { ...open, id: '420100:foreign', person: null },
      ...[1, 2, 3].map((n) => ({
        ...open,
        id: `420100:offered-${n}`,
        status: 'IN_TRANSFER' as const,
        placeCode: n === 3 ? '420102' : '420103',
      })),
    ],
  });
});
afterAll(() => net[Symbol.asyncDispose]());

let key = 0;
function step(name: string, id: string, actor: string, input: object = {}) {
  const type =
    name === 'rateServiceRequest' ? 'RateServiceRequestInput' : 'ServiceRequestStepInput';
  return net.ask<Record<string, { serviceRequest: { status: string; remindedCount: number } }>>(
    `mutation M($input: ${type}!) { ${name}(input: $input) { serviceRequest { status remindedCount escalationLevel organizationId } } }`,
    { input: { id: `420100:${id}`, idempotencyKey: `key-${++key}`, ...input } },
    actor,
  );
}

async function total(type: string): Promise<number> {
  await net.platform.feed.drained();
  const totals = await net.platform.feed.totals();
  return totals.find((each) => each.type === type)?.events ?? 0;
}

test('two officers close a request at once: one does, the other is told what is allowed now', async () => {
  const answers = await Promise.all([
    step('resolveServiceRequest', 'raced', 'officer:desk-1'),
    step('rejectServiceRequest', 'raced', 'officer:desk-2'),
  ]);
  const won = answers.filter(({ errors }) => errors === undefined);
  const lost = answers.flatMap(({ errors }) => errors ?? []);
  expect(won).toHaveLength(1);
  const [done] = Object.values(won[0]?.data ?? {});
  const status = done?.serviceRequest.status ?? '';
  expect(lost).toMatchObject([
    {
      extensions: { code: 'WRONG_STATE', status, allowed: stepsFrom('ServiceRequest', status) },
    },
  ]);
  expect(lost[0]?.message).toContain(`the ServiceRequest is ${status}. From there: `);
  expect((await total('onenet.request.resolved')) + (await total('onenet.request.rejected'))).toBe(
    1,
  );
});

test('a reminder sent ten times with one key, side by side, is one', async () => {
  const before = await total('onenet.request.reminded');
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      step('remindServiceRequest', 'repeated', 'worker:w-1', { idempotencyKey: 'remind-once' }),
    ),
  );
  for (const { data } of answers) {
    expect(data).toMatchObject({ remindServiceRequest: { serviceRequest: { remindedCount: 1 } } });
  }
  expect(await total('onenet.request.reminded')).toBe(before + 1);
});

test.each([
  ['rateServiceRequest', { rating: 5 }],
  ['reopenServiceRequest', {}],
  ['addServiceRequestFeedback', { note: '演示' }],
  ['remindServiceRequest', {}],
])('%s is the worker’s own', async (name, input) => {
  const { errors } = await step(name, 'own', 'worker:w-2', input);
  expect(errors?.[0]?.extensions.code).toBe('ACTOR_NOT_ALLOWED');
  // Before its status is looked at: another's request is not theirs to know about.
  const own = await step(name, 'own', 'worker:w-1', input);
  expect(own.errors?.[0]?.extensions.code).not.toBe('ACTOR_NOT_ALLOWED');
  // Whose it is, is not known here.
  const foreign = await step(name, 'foreign', 'worker:w-2', input);
  expect(foreign.errors?.[0]?.extensions.code).not.toBe('ACTOR_NOT_ALLOWED');
});

test('an escalation at the top is marked, and stays', async () => {
  const { data } = await step('escalateServiceRequest', 'escalated', 'officer:desk-1');
  expect(data).toEqual({
    escalateServiceRequest: {
      serviceRequest: { status: 'ACCEPTED', remindedCount: 0, escalationLevel: 1, organizationId },
    },
  });
  const list = await net.ask(
    '{ serviceRequests(filter: { escalationAtLeast: 1 }) { totalCount edges { node { id history { __typename ... on RequestEscalationStep { level } } } } } }',
  );
  expect(list.data).toMatchObject({
    serviceRequests: {
      totalCount: 1,
      edges: [
        {
          node: {
            id: '420100:escalated',
            history: [{}, { __typename: 'RequestEscalationStep', level: 1 }],
          },
        },
      ],
    },
  });
});

test('what is offered to another platform stands in its own lists alone', async () => {
  const lists = async (filter: string) => {
    const { data, errors } = await net.ask<Record<string, { totalCount: number }>>(`{
      all: serviceRequests(filter: { ${filter} }) { totalCount edges { node { status } } }
      there: serviceRequests(filter: { ${filter} place: "420102" }) { totalCount }
      own: serviceRequests(filter: { ${filter} organizationId: "${organizationId}" }) { totalCount }
      organizations { edges { node { serviceRequests(filter: { ${filter} }) { totalCount edges { node { status } } } } } }
    }`);
    expect(errors).toBeUndefined();
    return data;
  };
  const offered = {
    totalCount: 3,
    edges: Array.from({ length: 3 }, () => ({ node: { status: 'IN_TRANSFER' } })),
  };
  expect(await lists('inTransfer: true')).toEqual({
    all: offered,
    there: { totalCount: 1 },
    own: { totalCount: 3 },
    organizations: { edges: [{ node: { serviceRequests: offered } }] },
  });
  const others = await lists('');
  expect(others?.['all']?.totalCount).toBe(5);
  expect(JSON.stringify(others)).not.toContain('IN_TRANSFER');
  expect(await lists('statuses: [IN_TRANSFER]')).toMatchObject({ all: { totalCount: 0 } });
});

test('what is offered is found by its id, and no step is taken with it', async () => {
  const found = await net.ask('{ serviceRequest(id: "420100:offered-1") { status } }');
  expect(found.data).toEqual({ serviceRequest: { status: 'IN_TRANSFER' } });
  for (const name of ['resolveServiceRequest', 'remindServiceRequest']) {
    const { errors } = await step(name, 'offered-1', 'officer:desk-1');
    expect(errors?.[0]?.extensions.code).toBe('WRONG_STATE');
  }
});

test('the sealing key is made once, however many ask for it at once', async () => {
  const ask = () =>
    net.ask<{ found: { sealingKey: string }[] }>(
      '{ found: _entities(representations: [{ __typename: "Platform", code: "420100" }]) { ... on Platform { sealingKey } } }',
    );
  const keys = await Promise.all(Array.from({ length: 6 }, ask));
  const texts = new Set(keys.map(({ data }) => data?.found[0]?.sealingKey));
  expect(texts.size).toBe(1);
  const [text = '{}'] = texts;
  expect(JSON.parse(text)).toMatchObject({ kty: 'EC', crv: 'P-256' });
  expect(text).not.toContain('"d"');
});
