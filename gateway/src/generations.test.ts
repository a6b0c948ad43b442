/** A new supergraph is in force at once, and a request stays in the generation in which it began. */
import type { NetSnapshot } from '@onenet/contract';
import { composeSupergraph, netSubgraphs } from '@onenet/province';
import { expect, test } from 'vitest';
import { netOwner } from './owners/testing/memory-net.ts';
import { post, startSmallNet, type SmallNet } from './small-net.fixture.ts';

const withMotto = composeSupergraph(
  netSubgraphs().map(({ name, sdl }) =>
    name === 'province'
      ? { name, sdl: `${sdl}\nextend type Query { motto: String }` }
      : { name, sdl },
  ),
);

test('the old generation answers what it began, and the new one knows the new field', async () => {
  await using net = await startSmallNet();
  const slow = post(net, {
    query: '{ serviceRequest(id: "420100:slow") { title place { name } } }',
  });
  expect(await refusesMotto(net)).toBe(true);
  net.tell({ supergraph: withMotto });
  await changed(() => net.generations.current?.net.supergraph === withMotto);
  expect(await refusesMotto(net)).toBe(false);
  expect((await slow).body.data).toEqual({
    serviceRequest: { title: '欠薪', place: { name: 'D420102' } },
  });
});

test('a supergraph that does not load leaves the one before it, with the new addresses and switches', async () => {
  await using net = await startSmallNet();
  const before = net.generations.current;
  const services = {
    province: 'http://127.0.0.1:2/graphql',
    analytics: 'http://127.0.0.1:3/graphql',
  };
  net.tell({ supergraph: 'type Query { broken', services });
  await changed(() => net.generations.current?.net.services.analytics === services.analytics);
  expect(net.lines.map(({ msg }) => msg)).toContain('the supergraph does not load');
  expect(net.generations.current?.generation).toBe(before?.generation);
  expect(net.generations.current?.net.supergraph).toBe(before?.net.supergraph);
  expect((await post(net, { query: '{ platforms { code } }' })).body.errors).toBeUndefined();
  const ready = async (): Promise<unknown> => (await fetch(`${net.url}/health/ready`)).json();
  const { revision } = net.generations.current?.net ?? {};
  expect(await ready()).toEqual({
    status: 'ready',
    revision,
    refusedSupergraph: { sinceRevision: revision },
  });
  expect(await metric(net, 'onenet_supergraph_refused')).toBe(1);
  // It is not tried again with each revision; what else these say is taken.
  net.tell({ services: { ...services, analytics: 'http://127.0.0.1:4/graphql' } });
  await changed(() => net.generations.current?.net.services.analytics.includes(':4/') ?? false);
  expect(net.lines.filter(({ msg }) => msg === 'the supergraph does not load')).toHaveLength(1);
  // The next good one is taken.
  net.tell({ supergraph: withMotto });
  await changed(() => net.generations.current?.net.supergraph === withMotto);
  expect(await ready()).toEqual({ status: 'ready', revision: (revision ?? 0) + 2 });
  expect(await metric(net, 'onenet_supergraph_refused')).toBe(0);
});

test('what is asked most is planned before the new generation takes requests', async () => {
  await using net = await startSmallNet();
  const query = `query Look($id: ID!, $place: Boolean = true) {
    serviceRequest(id: $id) { title place @include(if: $place) { name } } }`;
  const rate = `mutation ($input: RateServiceRequestInput!) {
    rateServiceRequest(input: $input) { serviceRequest { title } } }`;
  const input = { id: '420100:1', idempotencyKey: 'k', rating: 5 };
  const askAll = async (): Promise<unknown[]> => [
    (await post(net, { query, variables: { id: '420100:1' } })).body.data,
    (await post(net, { query, variables: { id: '420100:1', place: false } })).body.data,
    (await post(net, { query: rate, variables: { input } }, { 'onenet-actor': 'worker:w' })).body
      .data,
  ];
  const answers = await askAll();
  expect(await metric(net, 'onenet_plans_total{when="request"}')).toBe(3);
  const asked = net.asked.length;
  net.tell({ supergraph: withMotto });
  await changed(() => net.generations.current?.net.supergraph === withMotto);
  // Planned for nobody: nobody was asked, least of all the mutation's owner.
  expect(net.asked).toHaveLength(asked);
  expect(await metric(net, 'onenet_plans_total{when="warming"}')).toBe(3);
  expect(await askAll()).toEqual(answers);
  expect(net.asked.length).toBeGreaterThan(asked);
  expect(await metric(net, 'onenet_plans_total{when="request"}')).toBe(3);
});

test('a supergraph that is taken back while it loads never comes into force', async () => {
  await using net = await startSmallNet();
  const before = net.generations.current;
  const { revision = 0 } = before?.net ?? {};
  const told = {
    ...before?.net,
    version: 1,
    revision: revision + 1,
    supergraph: withMotto,
  } as NetSnapshot;
  const loading = net.generations.follow(told);
  const back = { ...before?.net, version: 1, revision: revision + 2 } as NetSnapshot;
  await Promise.all([loading, net.generations.follow(back)]);
  expect(net.generations.current?.generation).toBe(before?.generation);
  expect(net.generations.current?.net.revision).toBe(revision + 2);
});

test('with the supergraph of before, who added what to it is of before too', async () => {
  await using net = await startSmallNet();
  const told = net.generations.current?.net;
  if (!told) throw new Error('No net is in force.');
  const owner = (connection: 'CONNECTED' | 'REGISTERED', additions: readonly string[]) => ({
    ...netOwner({ code: 'WISCO', url: 'http://127.0.0.1:1', modules: [], version: '1.1' }, []),
    connection,
    additions,
  });
  await net.generations.follow({ ...told, owners: [owner('CONNECTED', ['Query.wiscoShifts'])] });
  // It withdraws what it added, and the supergraph without that does not load.
  const broken = 'type Query { broken';
  const owners = [owner('REGISTERED', [])];
  await net.generations.follow({ ...told, supergraph: broken, owners });
  expect(net.generations.current?.net.owners).toEqual([owner('REGISTERED', ['Query.wiscoShifts'])]);
  await net.generations.follow({ ...told, supergraph: withMotto, owners });
  expect(net.generations.current?.net.owners).toEqual(owners);
});

async function metric({ url }: SmallNet, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length));
}

async function refusesMotto(net: SmallNet): Promise<boolean> {
  const { body } = await post(net, { query: '{ motto }' });
  return body.errors?.some(({ extensions }) => extensions['code'] === 'BAD_REQUEST') ?? false;
}

async function changed(hasChanged: () => boolean): Promise<void> {
  await expect.poll(hasChanged, { interval: 5 }).toBe(true);
}
