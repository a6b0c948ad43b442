/** What third parties may ask, and people may change, through the whole pipeline and the real planner. */
import type { NetClient } from '@onenet/contract';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { someClient } from './callers/credentials.fixture.ts';
import { post, startSmallNet, type Answered, type SmallNet } from './small-net.fixture.ts';

let net: SmallNet;
beforeAll(async () => {
  net = await startSmallNet();
});
beforeEach(() => {
  net.asked.length = 0;
});
afterAll(() => net[Symbol.asyncDispose]());

let clients = 0;

/** Asks as a client of its own, so that each test's client is what the test says. */
async function askAs(
  client: Partial<NetClient>,
  query: string,
  { scope = client.scopes?.join(' ') ?? '', headers = {} } = {},
): Promise<Answered> {
  const id = `client-${++clients}`;
  net.tell({ clients: [someClient({ variant: 'INTERNAL', ...client, id })] });
  await expect.poll(() => net.generations.current?.net.clients[0]?.id).toBe(id);
  const token = await net.issuer.token({ client: id, scope });
  return post(net, { query }, { authorization: `Bearer ${token}`, ...headers });
}

const refusals = ({ body }: Answered) =>
  body.errors?.map(({ path, extensions }) => [extensions['code'], path?.join('.')]) ?? [];

const request =
  '{ r: serviceRequest(id: "420100:1") { title applicantName organization { name } } }';

describe('a client', () => {
  test('is given what its token has the scope for', async () => {
    const scopes = ['requests:read', 'requests:personal'];
    const answer = await askAs(
      { scopes },
      '{ serviceRequest(id: "420100:1") { title applicantName } }',
    );
    expect(answer.body.errors).toBeUndefined();
    expect(answer.body.data).toEqual({
      serviceRequest: { title: '欠薪', applicantName: '张三三' },
    });
  });

  test('is not given more than its token asked for, nor more than it was admitted to', async () => {
    const scopes = ['requests:read', 'requests:personal'];
    const narrow = await askAs({ scopes }, request, { scope: 'requests:read organizations:read' });
    expect(refusals(narrow)).toEqual([['SCOPE_REQUIRED', 'r.applicantName']]);
    expect(narrow.body.errors?.[0]?.extensions['scopes']).toEqual([['requests:personal']]);
    const without = await askAs({ scopes: [] }, request, { scope: scopes.join(' ') });
    expect(without.body.data).toEqual({ r: null });
    expect(refusals(without)).toEqual([['SCOPE_REQUIRED', 'r']]);
    expect(net.asked.join('\n')).not.toMatch(/applicantName(?!:)/);
  });

  test('is refused where a reference leads, and not the reference', async () => {
    const query = '{ serviceRequest(id: "420500:7") { organization { id name } organizationId } }';
    const { body } = await askAs({ scopes: ['requests:read'] }, query);
    expect(body.data).toEqual({
      serviceRequest: { organization: { id: null, name: null }, organizationId: '420500:o1' },
    });
  });

  test('that wants all or nothing is told all that it lacks, and nobody is asked', async () => {
    const answer = await askAs({ scopes: ['requests:read'], mode: 'REJECT' }, request);
    expect(answer.body).not.toHaveProperty('data');
    expect(answer.body.errors?.[0]?.extensions).toEqual({
      code: 'SCOPE_REQUIRED',
      fields: [
        { coordinate: 'ServiceRequest.applicantName', scopes: [['requests:personal']] },
        { coordinate: 'Organization.name', scopes: [['organizations:read']] },
      ],
    });
    expect(net.asked).toEqual([]);
  });

  test('may not have what is shared with nobody, or is the net’s own business', async () => {
    const scopes = ['supervision:read'];
    const query =
      '{ supervision(id: "420100:s") { id } registryEvents { nodes { id } } feeds { platform } }';
    const answer = await askAs({ scopes }, query);
    expect(refusals(answer)).toEqual(
      expect.arrayContaining([
        ['NOT_ALLOWED', 'supervision'],
        ['NOT_ALLOWED', 'registryEvents'],
        ['NOT_ALLOWED', 'feeds'],
      ]),
    );
  });

  test('changes something by a scope of its own, as itself', async () => {
    const rate =
      'mutation { rateServiceRequest(input: { id: "420100:1", idempotencyKey: "k", rating: 5 }) { serviceRequest { title } } }';
    const reader = await askAs({ scopes: ['requests:read'] }, rate);
    expect(refusals(reader)).toEqual([['SCOPE_REQUIRED', 'rateServiceRequest']]);
    const id = clients + 1;
    const writer = await askAs({ scopes: ['requests:read', 'requests:write'] }, rate);
    expect(writer.body.data).toEqual({
      rateServiceRequest: { serviceRequest: { title: `by client-${id}` } },
    });
  });

  test('a kept operation of one is not another’s', async () => {
    const query = '{ serviceRequest(id: "420100:1") { description } }';
    for (const scopes of [['requests:read', 'requests:personal'], ['requests:read'], []]) {
      const { body } = await askAs({ scopes }, query);
      expect(body.errors?.length ?? 0).toBe(scopes.length === 2 ? 0 : 1);
    }
  });
});

describe('a person', () => {
  const askAsPerson = (roles: string[], platform: string | null, query: string, variables = {}) => {
    const cookie = `onenet-session=${net.sessions.signIn({ roles, platform })}`;
    return post(net, { query, variables }, { cookie, 'sec-fetch-site': 'same-origin' });
  };
  const close = (id: string) =>
    `mutation { closeSupervision(input: { id: "${id}", idempotencyKey: "k" }) { supervision { id } } }`;
  const answer = `mutation ($i: AnswerSupervisionInput!) { ... { ...A } }
    fragment A on Mutation { answerSupervision(input: $i) { supervision { id } } }`;
  const input = {
    i: { id: '420100:s', idempotencyKey: 'k', answer: 'done', result: 'SETTLED' },
  };
  const start =
    'mutation { startTransfer(input: { recordId: "420100:1", idempotencyKey: "k" }) { transfer { id } } }';
  const publish = 'mutation { publishRanking(input: { month: "2026-10" }) { id } }';
  const setRule = 'mutation { setAlertRule(input: { rule: "OVERDUE", bound: 12 }) { name } }';
  const acknowledge = 'mutation { acknowledgeAlert(id: "a") { id } }';
  const compose = 'mutation { composeBrief(input: { kind: MONTH, period: "2026-10" }) { id } }';
  /** What the net itself answers. */
  const ownBusiness: readonly string[] = [start, publish, setRule, acknowledge, compose];

  test.each([
    ['a leader closes a supervision', ['leader'], null, close('420100:s'), {}, true],
    ['a leader answers for no platform', ['leader'], null, answer, input, false],
    ['a team answers for its own platform', ['team'], '420100', answer, input, true],
    ['a team answers for no other', ['team'], '420500', answer, input, false],
    ['a team closes none', ['team'], '420100', close('420100:s'), {}, false],
    ['an administrator closes none', ['administrator'], null, close('420100:s'), {}, false],
    ['an auditor answers none', ['auditor'], null, answer, input, false],
    ['a team starts a transfer', ['team'], '420100', start, {}, true],
    ['a leader starts none', ['leader'], null, start, {}, false],
    ['an administrator publishes a ranking', ['administrator'], null, publish, {}, true],
    ['a leader publishes none', ['leader'], null, publish, {}, false],
    ['a team publishes none', ['team'], '420100', publish, {}, false],
    ['an administrator sets a rule of alerts', ['administrator'], null, setRule, {}, true],
    ['a leader sets none', ['leader'], null, setRule, {}, false],
    ['a team sets none', ['team'], '420100', setRule, {}, false],
    ['a team acknowledges an alert', ['team'], '420100', acknowledge, {}, true],
    ['a leader acknowledges one', ['leader'], null, acknowledge, {}, true],
    ['an auditor acknowledges none', ['auditor'], null, acknowledge, {}, false],
    ['a leader has a brief composed', ['leader'], null, compose, {}, true],
    ['a team has none composed', ['team'], '420100', compose, {}, false],
  ] as const)('%s', async (_name, roles, platform, query, variables, may) => {
    const { body } = await askAsPerson([...roles], platform, query, variables);
    const codes = body.errors?.map(({ extensions }) => extensions['code']) ?? [];
    expect(codes.includes('NOT_ALLOWED')).toBe(!may);
    const isOfOwner = !ownBusiness.includes(query);
    expect(net.asked.some((text) => text.startsWith('mutation'))).toBe(may && isOfOwner);
  });

  test('reads what is not personal', async () => {
    const { body } = await askAsPerson(['leader'], null, request);
    expect(body.errors?.map(({ extensions }) => extensions['code'])).toEqual(['SCOPE_REQUIRED']);
    expect(body.data).toEqual({ r: { title: '欠薪', applicantName: null, organization: null } });
  });
});
