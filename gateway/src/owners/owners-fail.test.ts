/** Owners that fail cost their own part alone, and a walk goes on without them: over real HTTP. */
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { memoryRecords } from './testing/memory-data.ts';
import { faults } from './testing/faults.ts';
import { netOwner, type Answer } from './testing/memory-net.ts';
import { startMemoryOwner } from './testing/memory-owner.ts';
import { inOrder, listOf, requests, startThreeOwners, whole } from './testing/three-owners.ts';

const three = await startThreeOwners();
const { wuhan, yichang, wisco, net } = three;
beforeEach(() => {
  three.reset();
  net.owners.delete('420800');
});
afterAll(() => three[Symbol.asyncDispose]());

describe('one owner fails and costs its own part alone', () => {
  const query = `{ serviceRequests(first: 50) {
    edges { node { __typename id platformCode title status submittedAt } }
    totalCount knownCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    completeness { asked answered missing { platform reason } notAsked { platform reason } resume } } }`;

  test.for(Object.entries(faults))('%s', async ([, [reason, fault]]) => {
    wuhan.fault = fault;
    // Of the others' faults none is a matter of time, however long a busy machine needs to find it.
    const deadlineMs = reason === 'TIMEOUT' ? 1_500 : 20_000;
    const answer = await net.ask(query, {}, { deadlineMs });
    const list = listOf(answer);
    const others = requests(yichang, wisco);
    expect(list.edges.map((edge) => edge.node.id)).toEqual(inOrder(others, 'submittedAt', 'DESC'));
    expect(list.totalCount).toBeNull();
    expect(list.knownCount).toBe(others.length);
    expect(list.completeness).toMatchObject({
      asked: 3,
      answered: 2,
      missing: [{ platform: '420100', reason }],
    });
    expect(list.completeness.resume).not.toBeNull();
    const [reported] = answer.report.gathered;
    expect(reported).toMatchObject({
      path: ['serviceRequests'],
      of: null,
      missing: [{ platform: '420100', reason }],
    });
    expect(JSON.stringify([answer, answer.report])).not.toContain('13900000000');
    // What is missing comes with `resume`, once the owner is back.
    wuhan.fault = undefined;
    const rest = listOf(
      await net.ask(`query ($c: String) { serviceRequests(first: 100, after: $c) { ${whole} } }`, {
        c: list.completeness.resume,
      }),
    );
    expect(rest.edges.map((edge) => edge.node.id)).toEqual(
      inOrder(requests(wuhan), 'submittedAt', 'DESC'),
    );
    expect(rest.completeness).toMatchObject({ asked: 1, answered: 1, missing: [], resume: null });
    expect(rest.totalCount).toBeNull();
  });

  test('an owner that is gone is UNREACHABLE, then left alone, and is back by itself', async () => {
    const gone = await startMemoryOwner('420800', memoryRecords('420800', ['420802'], 3));
    await gone[Symbol.asyncDispose]();
    const owner = netOwner(gone, ['420800']);
    net.owners.set('420800', owner);
    const reasonNow = async (): Promise<string | undefined> =>
      listOf(await net.ask(`{ serviceRequests { ${whole} } }`)).completeness.missing[0]?.reason;
    const reasons = new Set<string | undefined>();
    while (!reasons.has('BREAKER_OPEN')) reasons.add(await reasonNow());
    expect([...reasons]).toEqual(['UNREACHABLE', 'BREAKER_OPEN']);
    net.owners.set('420800', { ...owner, connection: 'MAINTENANCE' });
    expect(await reasonNow()).toBe('MAINTENANCE');
  });

  test.for([
    ['an address', (url: string) => url],
    ['a name', (url: string) => url.replace('127.0.0.1', 'localhost')],
  ] as const)('%s that is not public is not connected to', async ([, urlOf]) => {
    const owner = net.owners.get('420100');
    if (!owner) throw new Error('Wuhan is in the net.');
    const graphqlUrl = urlOf(owner.graphqlUrl);
    try {
      net.owners.set('420100', { ...owner, graphqlUrl, addresses: 'PUBLIC' });
      const answer = await net.ask(query);
      expect(listOf(answer).completeness.missing).toEqual([
        { platform: '420100', reason: 'UNREACHABLE' },
      ]);
      expect(answer.report.incidents).toMatchObject([
        { platform: '420100', reason: 'UNREACHABLE', detail: 'its address is not public' },
      ]);
      expect(wuhan.seen).toEqual([]);
      net.owners.set('420100', { ...owner, graphqlUrl, addresses: 'ANY' });
      expect(listOf(await net.ask(query)).completeness.missing).toEqual([]);
    } finally {
      net.owners.set('420100', owner);
    }
  });

  test('who demands more than there is gets null and INCOMPLETE', async () => {
    wuhan.fault = faults['HTML']?.[1];
    const all = await net.ask(query, {}, { completeness: 'ALL' });
    expect(all.data).toEqual({ serviceRequests: null });
    expect(all.errors?.[0]).toMatchObject({
      path: ['serviceRequests'],
      extensions: { code: 'INCOMPLETE', missing: [{ platform: '420100', reason: 'INVALID' }] },
    });
    expect(
      listOf(await net.ask(query, {}, { completeness: 'QUORUM' })).edges.length,
    ).toBeGreaterThan(0);
    yichang.fault = faults['HTML']?.[1];
    const few = await net.ask(query, {}, { completeness: 'QUORUM' });
    expect(few.errors?.[0]?.extensions?.['code']).toBe('INCOMPLETE');
  });

  test('nobody answers: null and an error, never an empty list', async () => {
    for (const owner of [wuhan, yichang, wisco]) owner.fault = faults['HTML']?.[1];
    const answer = await net.ask(query);
    expect(answer.data).toEqual({ serviceRequests: null });
    expect(answer.errors).toHaveLength(1);
    expect(answer.errors?.[0]?.extensions?.['code']).toBe('NOBODY_ANSWERED');
  });
});

test('a walk during which owners fail, both ways, brings every row once', async () => {
  const all = inOrder(requests(wuhan, yichang, wisco), 'submittedAt', 'DESC');
  for (const backward of [false, true]) {
    const seen: string[] = [];
    const refusals = new Set<unknown>(['NOBODY_ANSWERED']);
    let cursor: string | null = null;
    let calls = 0;
    for (;;) {
      const failing = [wuhan, yichang, wisco][calls++ % 5];
      for (const owner of [wuhan, yichang, wisco]) {
        owner.fault = owner === failing ? faults['status 500']?.[1] : undefined;
      }
      const paging: string = backward ? 'last: 6, before: $c' : 'first: 6, after: $c';
      const answer: Answer = await net.ask(
        `query ($c: String) { serviceRequests(${paging}) { ${whole} } }`,
        { c: cursor },
      );
      if (answer.errors) {
        refusals.add(answer.errors[0]?.extensions?.['code']);
        continue;
      }
      const list = listOf(answer);
      seen.push(...list.edges.map((edge) => edge.node.id));
      const more = backward ? list.pageInfo.hasPreviousPage : list.pageInfo.hasNextPage;
      cursor = more
        ? backward
          ? list.pageInfo.startCursor
          : list.pageInfo.endCursor
        : list.completeness.resume;
      if (cursor === null) break;
    }
    expect(seen.toSorted()).toEqual(all.toSorted());
    expect([...refusals]).toEqual(['NOBODY_ANSWERED']);
  }
});
