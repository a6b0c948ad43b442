/** What owners grant, and what they do not, through the real planner: what is not granted is not sent. Long, because one net serves every way to ask. */
import { contractSchema, type Caller } from '@onenet/contract';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { PlanCache } from './compile.ts';
import { filteredField, lists } from './filtered-fields.ts';
import { offerOf, readOffer, without } from './offer.ts';
import { Offers } from './offers.ts';
import { lackingOf } from './owner-operation.ts';
import { usedByVariables } from './lacking.ts';
import type { Answer } from './testing/memory-net.ts';
import { sendJson } from './testing/memory-owner.ts';
import { at } from './testing/read.ts';
import { client, consumer, grantOf, person } from './testing/third-party.ts';
import { inOrder, listOf, requests, startThreeOwners, whole } from './testing/three-owners.ts';
import { contractWithholding, withheldOf } from './withheld.ts';

const three = await startThreeOwners();
const { net, wuhan, yichang, wisco } = three;

beforeEach(() => {
  three.reset();
  net.clients.splice(0, Infinity, client);
  net.grants.splice(0);
});
afterAll(() => three[Symbol.asyncDispose]());

const asks = (query: string, variables = {}, caller: Caller = consumer()): Promise<Answer> =>
  net.ask(query, variables, { caller });

function errorsOf({ errors = [] }: Answer): unknown[] {
  return errors.map(({ path, extensions = {} }) => {
    const { code, platform } = extensions;
    return [path?.join('.'), code, platform];
  });
}

const refused = (platform: string) => ({ platform, reason: 'REFUSED' });
const notConnected = { platform: '422800', reason: 'NOT_CONNECTED' };
const list = `{ serviceRequests(first: 100) { ${whole} } }`;

describe('a list that some owners withhold', () => {
  test('they are not asked, and the answer says so: it is whole nevertheless', async () => {
    net.grants.push(grantOf('420100', ['requests:read']));
    const answer = await asks(list);
    const connection = listOf(answer);
    expect(connection.completeness).toEqual({
      asked: 1,
      answered: 1,
      missing: [],
      notAsked: [notConnected, refused('420500'), refused('WISCO')],
      resume: null,
    });
    expect(connection.totalCount).toBe(requests(wuhan).length);
    expect(connection.knownCount).toBe(requests(wuhan).length);
    expect(answer.report.gathered[0]?.notAsked).toEqual(connection.completeness.notAsked);
    expect([yichang.seen, wisco.seen]).toEqual([[], []]);
    for (const completeness of ['ALL', 'QUORUM'] as const) {
      const demanded = await net.ask(list, {}, { caller: consumer(), completeness });
      expect(listOf(demanded).totalCount).toBe(requests(wuhan).length);
    }
  });

  test('where all do, nothing tells what they have: no row, no count, no next page', async () => {
    const { edges, totalCount, knownCount, pageInfo, completeness } = listOf(await asks(list));
    expect({ edges, totalCount, knownCount, ...pageInfo, ...completeness }).toEqual({
      edges: [],
      totalCount: null,
      knownCount: 0,
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: null,
      endCursor: null,
      asked: 0,
      answered: 0,
      missing: [],
      notAsked: [notConnected, refused('420100'), refused('420500'), refused('WISCO')],
      resume: null,
    });
    expect([wuhan, yichang, wisco].flatMap(({ seen }) => seen)).toEqual([]);
  });

  test('on a platform, a division and an organization', async () => {
    net.grants.push(grantOf('420100', ['requests:read']));
    const answer = await asks(`{
      platform(code: "420500") { code serviceRequests { ${whole} } organizations { totalCount } }
      division(code: "420500") { serviceRequests { totalCount } }
      organizations(first: 100) { edges { node { id serviceRequests(first: 2) { totalCount } } } } }`);
    expect(answer.errors).toBeUndefined();
    expect(at(answer, 'platform')).toMatchObject({
      code: '420500',
      serviceRequests: { edges: [], totalCount: null, completeness: { asked: 0 } },
      organizations: { totalCount: 30 },
    });
    expect(at(answer, 'division', 'serviceRequests', 'totalCount')).toBeNull();
    const edges = at<{ node: { id: string; serviceRequests: unknown } }[]>(
      answer,
      'organizations',
      'edges',
    );
    for (const { node } of edges) {
      if (node.id.startsWith('420100')) expect(node.serviceRequests).not.toBeNull();
      else expect(node.serviceRequests).toBeNull();
    }
    expect(answer.report.gathered.find(({ path }) => path[0] === 'organizations')?.partial).toEqual(
      ['420500', 'WISCO'].map((platform) => ({
        platform,
        path: ['edges', '@', 'node', 'serviceRequests'],
        code: 'REFUSED',
      })),
    );
    expect(yichang.seen.map(({ query }) => query).join()).not.toContain('serviceRequests');
  });

  test.for([
    ['another client', { client: 'hb-tax' }],
    ['another purpose', { purpose: 'audit' }],
    ['a time that is over', { until: '2020-01-01T00:00:00+08:00' }],
    ['another module', { scopes: ['members:read'] }],
  ] as const)('a grant for %s gives nothing', async ([, change]) => {
    net.grants.push(grantOf('420100', ['requests:read'], change));
    expect(listOf(await asks(list)).completeness.asked).toBe(0);
    expect(wuhan.seen).toEqual([]);
  });

  test('a client that is not admitted any more is refused what is for everybody, too', async () => {
    const open = '{ organizations { completeness { asked } } }';
    expect(at(await asks(open), 'organizations', 'completeness', 'asked')).toBe(3);
    net.clients.splice(0);
    expect(at(await asks(open), 'organizations', 'completeness', 'asked')).toBe(0);
  });
});

describe('one owner’s record, or a step of it', () => {
  const one = `{ serviceRequest(id: "420500:R-1") { title } organization(id: "420500:O-1") { id } }`;

  test('is refused with the platform’s code, and the rest is given', async () => {
    const answer = await asks(one);
    expect(answer.data).toEqual({ serviceRequest: null, organization: { id: '420500:O-1' } });
    expect(errorsOf(answer)).toEqual([['serviceRequest', 'REFUSED', '420500']]);
    expect(yichang.seen.map(({ query }) => query).join()).not.toContain('serviceRequest');
  });

  test('that another leads to', async () => {
    net.grants.push(grantOf('420100', ['requests:read']));
    const query = `{ serviceRequest(id: "420100:R-10") {
      transferredToId transferredTo { title } organization { id } } }`;
    const answer = await asks(query);
    expect(answer.data).toEqual({
      serviceRequest: {
        transferredToId: '420500:R-1',
        transferredTo: null,
        organization: { id: '420100:O-10' },
      },
    });
    expect(errorsOf(answer)).toEqual([['serviceRequest.transferredTo', 'REFUSED', '420500']]);
    expect(yichang.seen).toEqual([]);
  });

  test('a mutation needs the right to write, and its answer the right to read', async () => {
    const rate = `mutation { rateServiceRequest(input: { id: "420100:R-1", idempotencyKey: "k", rating: 5 }) {
      serviceRequest { id } } }`;
    const allowed = async (...scopes: string[]): Promise<unknown[]> => {
      net.grants.splice(0, Infinity, grantOf('420100', scopes));
      const answer = await asks(rate);
      return [answer.data, ...errorsOf(answer)];
    };
    const path = 'rateServiceRequest';
    expect(await allowed('requests:read')).toEqual([{ [path]: null }, [path, 'REFUSED', '420100']]);
    expect(wuhan.seen).toEqual([]);
    expect(await allowed('requests:write')).toEqual([
      { [path]: { serviceRequest: null } },
      [`${path}.serviceRequest`, 'REFUSED', '420100'],
    ]);
    expect(await allowed('requests:read', 'requests:write')).toEqual([
      { [path]: { serviceRequest: { id: '420100:R-1' } } },
    ]);
  });

  test('personal fields need a grant of their own', async () => {
    net.grants.push(grantOf('420100', ['members:read']));
    const query = `{ member(id: "420100:M-1") { id name checks { outcome } }
      members(first: 1) { edges { node { id name } } } }`;
    const answer = await asks(query);
    expect(at(answer, 'member')).toEqual({ id: '420100:M-1', name: null, checks: null });
    expect(errorsOf(answer)).toEqual([
      ['member.name', 'REFUSED', '420100'],
      ['member.checks', 'REFUSED', '420100'],
    ]);
    expect(answer.report.gathered[0]?.partial).toEqual([
      { platform: '420100', path: ['edges', '@', 'node', 'name'], code: 'REFUSED' },
    ]);
    expect(wuhan.seen.map(({ query: text }) => text).join()).not.toMatch(/name|checks/);
    net.grants.push(grantOf('420100', ['members:personal'], { id: 'g-personal' }));
    wuhan.seen.length = 0;
    await asks('{ member(id: "420100:M-1") { id name } }');
    expect(wuhan.seen.map(({ query: text }) => text).join()).toContain('name');
  });
});

test('a kind of step that is shared with nobody is not in the history, and not told of', async () => {
  net.grants.push(grantOf('420100', ['requests:read']));
  const row = wuhan.records.find(({ id }) => id === '420100:R-1');
  const steps = ['RequestStatusStep', 'RequestSupervisionStep', 'RequestRatingStep'];
  const history = steps.map((name) => ({
    __typename: name,
    at: '2026-01-01T00:00:00+08:00',
    actorKind: 'WORKER',
    to: 'SUBMITTED',
    rating: 5,
  }));
  Object.assign(row ?? {}, { history });
  const query = `{ serviceRequest(id: "420100:R-1") { history { __typename at } } }`;
  const seenBy = async (caller: Caller): Promise<unknown> => {
    const answer = await asks(query, {}, caller);
    expect(answer.errors).toBeUndefined();
    return at<{ __typename: string }[]>(answer, 'serviceRequest', 'history').map(
      ({ __typename }) => __typename,
    );
  };
  expect(await seenBy(consumer())).toEqual(['RequestStatusStep', 'RequestRatingStep']);
  expect(wuhan.seen[0]?.query).not.toContain('RequestSupervisionStep');
  expect(await seenBy(person('leader'))).toEqual(steps);
});

test('what is withheld is told apart by grant and token, however often it is asked, and is one for the same', () => {
  const granted = (scopes: string) => ({ scopes: new Set([scopes]), key: scopes, grants: [] });
  const [ofRequests, ofMembers] = [granted('requests:read'), granted('members:read')];
  const from = (by: typeof ofRequests, ...token: string[]) =>
    contractWithholding.from('GRANTED', by, token);
  const both = ['requests:read', 'members:read'];
  for (const _ of [1, 2]) {
    expect(from(ofRequests, ...both).fields).not.toContain('ServiceRequest.title');
    expect(from(ofRequests, 'members:read').fields).toContain('ServiceRequest.title');
    expect(from(ofMembers, ...both).fields).toContain('ServiceRequest.title');
  }
  expect(from(granted('requests:read'), ...both)).toBe(from(ofRequests, ...both));
});

describe('people', () => {
  test('leaders and this machine ask as before; a team asks its own platform for everything', async () => {
    const owner = net.owners.get('420100');
    if (!owner) throw new Error('420100 is gone.');
    const snapshot = { clients: [], grants: [], owners: [] } as never;
    const offerTo = (caller: Caller) =>
      new Offers({ caller, netNow: () => snapshot }, contractWithholding).of(owner);
    expect(offerTo(person('leader'))).toBe(offerOf(owner));
    expect(offerTo(person('team', '420100'))).toBe(offerOf(owner));
    expect(offerTo(person('team', '420500'))).not.toBe(offerOf(owner));
    expect(offerTo(person('auditor'))).toBe(offerTo(person('administrator')));
  });

  test('a team is asked nothing of others but what is for everybody', async () => {
    const answer = await asks(
      `{ serviceRequests { ${whole} } organizations { totalCount } }`,
      {},
      person('team', '420500'),
    );
    expect(listOf(answer).completeness).toMatchObject({
      asked: 1,
      notAsked: [notConnected, refused('420100'), refused('WISCO')],
    });
    expect(at(answer, 'organizations', 'totalCount')).toBe(72);
  });
});

describe('a walk', () => {
  const page = `query ($c: String) { serviceRequests(first: 4, after: $c) { ${whole} } }`;
  const grantTwo = (): void => {
    net.grants.push(grantOf('420100', ['requests:read']), grantOf('420500', ['requests:read']));
  };
  const revoke = (platform: string): void => {
    const index = net.grants.findIndex((grant) => grant.platform === platform);
    net.grants.splice(index, 1);
  };

  test('goes on without an owner whose grant was revoked, by the cursor that was made with it', async () => {
    grantTwo();
    const first = listOf(await asks(page));
    const ids = first.edges.map(({ node }) => node.id);
    revoke('420500');
    yichang.seen.length = 0;
    let cursor = first.pageInfo.endCursor;
    while (cursor !== null) {
      const next = listOf(await asks(page, { c: cursor }));
      expect(next.completeness).toMatchObject({ asked: 1, missing: [], resume: null });
      expect(next.completeness.notAsked).toContainEqual(refused('420500'));
      ids.push(...next.edges.map(({ node }) => node.id));
      cursor = next.pageInfo.hasNextPage ? next.pageInfo.endCursor : null;
    }
    expect(yichang.seen).toEqual([]);
    const all = inOrder(requests(wuhan, yichang), 'submittedAt', 'DESC');
    expect(ids).toEqual(all.filter((id, i) => i < 4 || id.startsWith('420100')));
  });

  test('another’s cursor, and another’s id, open nothing of what is not one’s own', async () => {
    // A leader walks all; with that cursor, and with ids from it, a client reads on.
    const walked = listOf(await asks(page, {}, person('leader')));
    expect(walked.completeness.asked).toBe(3);
    net.grants.push(grantOf('420100', ['requests:read']));
    for (const owner of [yichang, wisco]) owner.seen.length = 0;
    const next = listOf(await asks(page, { c: walked.pageInfo.endCursor }));
    expect(next.edges.every(({ node }) => node.id.startsWith('420100:'))).toBe(true);
    expect(next.completeness.asked).toBe(1);
    for (const id of [...requests(yichang), ...requests(wisco)].slice(0, 4).map((row) => row.id)) {
      const answer = await asks(`query ($id: ID!) { serviceRequest(id: $id) { id title } }`, {
        id,
      });
      expect(answer.data).toEqual({ serviceRequest: null });
      expect(errorsOf(answer)).toEqual([['serviceRequest', 'REFUSED', id.split(':')[0]]]);
    }
    expect([yichang.seen, wisco.seen]).toEqual([[], []]);
  });

  test('a cursor that was made up names no owner that would be asked', async () => {
    net.grants.push(grantOf('420100', ['requests:read']));
    const { endCursor } = listOf(await asks(page)).pageInfo;
    const parts = JSON.parse(Buffer.from(String(endCursor), 'base64url').toString()) as unknown[];
    const owed = parts.map((part, i) => (i === parts.length - 1 ? [['420500', null]] : part));
    for (const forged of [
      owed,
      [...parts, 'more'],
      parts.slice(1),
      Object.fromEntries(parts.entries()),
    ]) {
      const c = Buffer.from(JSON.stringify(forged)).toString('base64url');
      const answer = await asks(page, { c });
      const codes = answer.errors?.map(({ extensions }) => extensions?.['code']) ?? [];
      if (codes.length > 0) expect(codes).toEqual(['BAD_CURSOR']);
    }
    expect(yichang.seen).toEqual([]);
  });

  test('an owner that failed and then refuses is owed no longer, and never asked', async () => {
    grantTwo();
    yichang.fault = (_answer, response) => response.destroy();
    const first = listOf(await asks(page));
    expect(first.completeness.resume).not.toBeNull();
    yichang.fault = undefined;
    yichang.seen.length = 0;
    revoke('420500');
    const next = listOf(await asks(page, { c: first.pageInfo.endCursor }));
    expect(next.completeness).toMatchObject({ asked: 1, missing: [], resume: null });
    const resumed = listOf(await asks(page, { c: first.completeness.resume }));
    expect(resumed).toMatchObject({ edges: [], totalCount: null, knownCount: 0 });
    expect(resumed.completeness).toMatchObject({ asked: 0, missing: [], resume: null });
    expect(resumed.completeness.notAsked).toContainEqual(refused('420500'));
    expect(yichang.seen).toEqual([]);
  });

  test('an owner whose own grants are newer refuses itself: it is as if it had not been asked', async () => {
    grantTwo();
    yichang.fault = (_answer, response) =>
      response
        .writeHead(403, { 'content-type': 'application/json' })
        .end('{"errors":[{"message":"no","extensions":{"code":"REFUSED"}}]}');
    const first = listOf(await asks(page));
    expect(first.completeness).toMatchObject({ asked: 1, answered: 1, missing: [], resume: null });
    expect(first.completeness.notAsked).toContainEqual(refused('420500'));
    const one = await asks('{ serviceRequest(id: "420500:R-1") { title } }');
    expect(errorsOf(one)).toEqual([['serviceRequest', 'REFUSED', '420500']]);
  });

  test('a grant that ends by itself', async () => {
    const untilMs = Date.now() + 60_000;
    const until = new Date(untilMs).toISOString();
    net.grants.push(grantOf('420100', ['requests:read'], { until }));
    const { grants } = net;
    // One snapshot, as long as nothing changes: its index has to look at the clock.
    const kept = { version: 1, clients: [client], grants, owners: [] } as never;
    const look = () =>
      new Offers({ caller: consumer(), netNow: () => kept }, contractWithholding).refuses(
        net.owners.get('420100') as never,
        'Query.serviceRequests',
      );
    expect(look()).toBe(false);
    vi.useFakeTimers({ toFake: ['Date'], now: untilMs - 1 });
    try {
      expect(look()).toBe(false);
      vi.setSystemTime(untilMs);
      expect(look()).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a grant that is revoked while a request is under way', () => {
  test('the next wave does without it', async () => {
    net.grants.push(grantOf('420100', ['requests:read']), grantOf('420500', ['requests:read']));
    wuhan.fault = (answer, response) => {
      net.grants.splice(1, 1);
      sendJson(response, answer);
    };
    const answer = await asks(
      '{ serviceRequest(id: "420100:R-10") { id transferredTo { title } } }',
    );
    expect(answer.data).toMatchObject({ serviceRequest: { transferredTo: null } });
    expect(errorsOf(answer)).toEqual([['serviceRequest.transferredTo', 'REFUSED', '420500']]);
    expect(yichang.seen).toEqual([]);
  });

  test('the next mutation is not sent', async () => {
    net.grants.push(grantOf('420100', ['requests:read', 'requests:write']));
    wuhan.fault = (answer, response) => {
      net.grants.splice(0);
      sendJson(response, answer);
    };
    const verify = (key: string): string =>
      `${key}: verifyServiceRequest(input: { id: "420100:R-1", idempotencyKey: "${key}" }) { serviceRequest { id } }`;
    const answer = await asks(`mutation { ${verify('a')} ${verify('b')} }`);
    expect(answer.data).toMatchObject({ a: { serviceRequest: {} }, b: null });
    expect(errorsOf(answer)).toEqual([['b', 'REFUSED', '420100']]);
    expect(wuhan.seen).toHaveLength(1);
  });

  test('a client that is suspended is refused by everybody from then on', async () => {
    net.grants.push(grantOf('420100', ['requests:read']));
    wuhan.fault = (answer, response) => {
      net.clients.splice(0);
      sendJson(response, answer);
    };
    const answer = await asks('{ serviceRequest(id: "420100:R-10") { id organization { name } } }');
    expect(errorsOf(answer)).toEqual([['serviceRequest.organization', 'REFUSED', '420100']]);
    expect(wuhan.seen).toHaveLength(1);
  });
});

test('a call names the grants on which it rests, and no other', async () => {
  net.grants.push(
    grantOf('420100', ['requests:read'], { id: 'g-2' }),
    grantOf('420100', ['requests:read', 'members:read'], { id: 'g-1' }),
    grantOf('420100', ['aid:read'], { id: 'g-3' }),
  );
  const grantsOf = async (query: string, caller = consumer()): Promise<unknown> => {
    const { report } = await net.ask(query, {}, { caller });
    return report.calls.map(({ platform, grant }) => `${platform} ${grant}`).toSorted();
  };
  expect(await grantsOf('{ serviceRequests { edges { node { id } } } }')).toEqual([
    '420100 g-1,g-2',
  ]);
  expect(await grantsOf('{ members { totalCount } }')).toEqual(['420100 g-1']);
  const open = '{ organization(id: "420100:O-1") { name members { totalCount } } }';
  expect(await grantsOf(open)).toEqual(['420100 g-1']);
  const none = ['420100 null', '420500 null', 'WISCO null'];
  expect(await grantsOf('{ organizations { totalCount } }')).toEqual(none);
  expect(await grantsOf('{ serviceRequests { totalCount } }', person('leader'))).toEqual(none);
});

describe('filters and orders', () => {
  test('each filter of the contract names the field that it reads', () => {
    const unnamed = lists().flatMap(([record, filter]) => {
      const fields = (filter as { getFields?(): object } | undefined)?.getFields?.() ?? {};
      return (
        Object.keys(fields)
          // These two say who is asked, also of records that lie nowhere.
          .filter((name) => name !== 'place' && name !== 'platforms')
          .filter((name) => filteredField(record, name) === undefined)
          .map((name) => `${record.name}: ${name}`)
      );
    });
    expect(unnamed).toEqual([]);
    expect(lists().length).toBeGreaterThan(30);
  });

  test.for([
    ['(filter: { ratingAtMost: 2 })', {}, 'ServiceRequestFilter.ratingAtMost'],
    ['(filter: $f)', { f: { ratingAtMost: 2 } }, 'ServiceRequestFilter.ratingAtMost'],
    ['(filter: { channels: WECHAT })', {}, 'ServiceRequestFilter.channels'],
    ['(orderBy: { field: TITLE })', {}, 'ServiceRequestOrderField.TITLE'],
    ['(filter: { statuses: [RATED], ratingAtMost: null })', {}, undefined],
    ['(filter: $f)', { f: { statuses: ['RATED'] } }, undefined],
  ] as const)('%s with %j reads what is withheld: %s', ([args, variables, used]) => {
    const fields = new Set([
      'ServiceRequest.rating',
      'ServiceRequest.channel',
      'ServiceRequest.title',
    ]);
    const offer = without(readOffer([]), withheldOf(fields));
    const plan = new PlanCache(contractSchema()).of(
      `query ($f: ServiceRequestFilter) { serviceRequests${args} { totalCount } }`,
      variables,
    );
    const [part] = plan.gathers;
    if (!part) throw new Error('Nothing is gathered.');
    const lacking = lackingOf(plan, offer, part);
    expect(lacking.used ?? usedByVariables(offer.noInput, lacking.variables, variables)).toBe(used);
  });
});
