/** The net changes under the requests: each ends in the net in which it began, and the next one has the new. */
import type { NetSnapshot } from '@onenet/contract';
import { composeSupergraph, netSubgraphs } from '@onenet/province';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { startGateway, type Gateway } from './index.ts';
import { memoryRecords } from './owners/testing/memory-data.ts';
import { netOwner } from './owners/testing/memory-net.ts';
import { sendJson, startMemoryOwner, type MemoryOwner } from './owners/testing/memory-owner.ts';
import { post, startToldProvince } from './small-net.fixture.ts';

const plain = composeSupergraph(netSubgraphs());
const withMotto = composeSupergraph(
  netSubgraphs().map(({ name, sdl }) =>
    name === 'province'
      ? { name, sdl: `${sdl}\nextend type Query { motto: String }` }
      : { name, sdl },
  ),
);

/** An owner whose answers tell at which address they were given. */
function startColoured(code: string, title: string): Promise<MemoryOwner> {
  const place = `${code.slice(0, 4)}02`;
  const records = memoryRecords(code, [place], 12).map((row) => ({ ...row, title }));
  return startMemoryOwner(code, records);
}

const wuhan = await startColoured('420100', 'blue');
const blue = await startColoured('420500', 'blue');
const green = await startColoured('420500', 'green');
const wuhanGreen = await startColoured('420100', 'green');
const here = netOwner(wuhan, ['420100']);
const atBlue = [here, netOwner(blue, ['420500'])];
const atGreen = [here, netOwner(green, ['420500'])];

let province: Awaited<ReturnType<typeof startToldProvince>>;
let gateway: Gateway;
let stateDir: string;

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'gateway-'));
  province = await startToldProvince();
  province.tell({ owners: atBlue });
  gateway = await start();
});
afterEach(async () => {
  for (const owner of [wuhan, blue, green]) {
    owner.fault = undefined;
    owner.seen.length = 0;
  }
  await gateway.stop();
  province.close();
  await rm(stateDir, { recursive: true });
});
afterAll(async () => {
  for (const owner of [wuhan, blue, green, wuhanGreen]) await owner[Symbol.asyncDispose]();
});

function start(): Promise<Gateway> {
  return startGateway({ port: 0, provinceUrl: province.url, stateDir, logLevel: 'silent' });
}

/** What is held until a change is in force is not over before: a busy machine may take its time. */
const patient = { 'onenet-deadline': '30000' };
const title = async (): Promise<unknown> =>
  (await post(gateway, { query: '{ serviceRequest(id: "420500:R-1") { title } }' }, patient)).body
    .data?.['serviceRequest']?.['title'];
const knowsMotto = async (): Promise<boolean> =>
  (await post(gateway, { query: '{ motto }' })).body.data !== undefined;

/** Two seconds are the promise, where nothing else runs: loading a supergraph takes a busy machine many times as long. */
const soon = { timeout: 20_000, interval: 20 };

test('an address, a switch, a version and a supergraph take effect without a restart', async () => {
  expect(await title()).toBe('blue');
  province.tell({ owners: atGreen });
  await expect.poll(title, soon).toBe('green');
  province.tell({ owners: atGreen.map((owner) => ({ ...owner, connection: 'SUSPENDED' })) });
  await expect.poll(title, soon).toBeUndefined();
  province.tell({ owners: atBlue });
  await expect.poll(title, soon).toBe('blue');
  province.tell({
    owners: atBlue.map((owner) => ({ ...owner, lacks: ['ServiceRequest.rating'] })),
  });
  const rating = async (): Promise<unknown> =>
    (await post(gateway, { query: '{ serviceRequest(id: "420500:R-1") { rating } }' })).body
      .errors?.[0]?.extensions['code'];
  await expect.poll(rating, soon).toBe('NOT_OFFERED');
  province.tell({ supergraph: withMotto });
  await expect.poll(knowsMotto, soon).toBe(true);
  province.tell({ supergraph: plain });
  await expect.poll(knowsMotto, soon).toBe(false);
});

test('a query and a mutation that are under way end at the addresses of their net', async () => {
  const held: (() => void)[] = [];
  wuhan.fault = (answer, response) => void held.push(() => sendJson(response, answer));
  const query = post(
    gateway,
    { query: '{ serviceRequest(id: "420100:R-10") { title transferredTo { title } } }' },
    patient,
  );
  const rate = (id: string): string =>
    `rateServiceRequest(input: { id: "${id}", idempotencyKey: "k", rating: 5 }) { serviceRequest { title } }`;
  const mutation = post(
    gateway,
    { query: `mutation { a: ${rate('420100:R-1')} b: ${rate('420500:R-1')} }` },
    { ...patient, 'onenet-actor': 'worker:w-1' },
  );
  await expect.poll(() => held.length).toBe(2);
  province.tell({ owners: atGreen, supergraph: withMotto });
  await expect.poll(knowsMotto, soon).toBe(true);
  expect(await title()).toBe('green');
  for (const answer of held) answer();
  // Their second waves begin after the change.
  expect((await query).body.data).toEqual({
    serviceRequest: { title: 'blue', transferredTo: { title: 'blue' } },
  });
  expect((await mutation).body).toMatchObject({
    data: { a: { serviceRequest: { title: 'blue' } }, b: { serviceRequest: { title: 'blue' } } },
  });
  expect(blue.seen).toHaveLength(2);
});

test('connections to an address that is left are closed when their requests are over', async () => {
  const held: (() => void)[] = [];
  expect(await title()).toBe('blue');
  blue.fault = (answer, response) => void held.push(() => sendJson(response, answer));
  const underWay = title();
  await expect.poll(() => held.length).toBe(1);
  province.tell({ owners: atGreen });
  await expect.poll(title, soon).toBe('green');
  expect(await blue.connections()).toBe(1);
  held[0]?.();
  expect(await underWay).toBe('blue');
  await expect.poll(() => blue.connections()).toBe(0);
});

test('while the province is down it starts with the last supergraph that loaded, and the newest addresses', async () => {
  province.tell({ supergraph: withMotto });
  await expect.poll(knowsMotto, soon).toBe(true);
  province.tell({ supergraph: 'type Query { broken', owners: atGreen });
  await expect.poll(title, soon).toBe('green');
  expect(await knowsMotto()).toBe(true);
  await gateway.stop();
  province.close();
  gateway = await start();
  expect(await title()).toBe('green');
  expect(await knowsMotto()).toBe(true);
});

// Each change loads a supergraph, which takes a busy machine seconds.
test('under load, with a change every moment, no answer fails and none is of two nets', async () => {
  const third = { ...here, code: 'WISCO', graphqlUrl: 'http://127.0.0.1:1/graphql' };
  /** Both owners at one colour; with blue, a third is switched off, and with green not there at all. */
  const nets: readonly Partial<NetSnapshot>[] = [
    { owners: [...atBlue, { ...third, connection: 'SUSPENDED' }], supergraph: plain },
    { owners: [netOwner(wuhanGreen, ['420100']), netOwner(green, ['420500'])], supergraph: plain },
    { owners: [...atBlue, { ...third, connection: 'REGISTERED' }], supergraph: withMotto },
    {
      owners: [netOwner(wuhanGreen, ['420100']), netOwner(green, ['420500'])],
      supergraph: withMotto,
    },
  ];
  const query = `{
    serviceRequests(first: 4) { edges { node { title } } totalCount completeness { asked missing { platform reason } notAsked { platform } } }
    serviceRequest(id: "420100:R-10") { title transferredTo { title } } }`;
  let isOver = false;
  const colours = new Set<string>();
  const client = async (): Promise<number> => {
    for (let answers = 0; ; answers++) {
      if (isOver) return answers;
      // What is asked here is whether answers are right: a busy machine may take its time.
      const { body } = await post(gateway, {
        query,
        extensions: { onenet: { deadlineMs: 30_000 } },
      });
      const { extensions, ...answer } = body;
      const colour = String(answer.data?.['serviceRequest']?.['title']);
      colours.add(colour);
      expect(answer).toEqual({
        data: {
          serviceRequests: {
            edges: Array.from({ length: 4 }, () => ({ node: { title: colour } })),
            totalCount: 22,
            completeness: {
              asked: 2,
              missing: [],
              notAsked: colour === 'blue' ? [{ platform: 'WISCO' }] : [],
            },
          },
          serviceRequest: { title: colour, transferredTo: { title: colour } },
        },
      });
      expect(extensions.onenet).toMatchObject({ complete: true });
    }
  };
  province.tell({ ...nets[0] });
  await expect
    .poll(async () => (await post(gateway, { query })).body.data?.['serviceRequests'])
    .toMatchObject({ completeness: { notAsked: [{ platform: 'WISCO' }] } });
  const change = async (): Promise<void> => {
    // Until both colours were seen: a busy machine may pass over one for long.
    for (let times = 1; times <= 24 || colours.size < 2; times++) {
      province.tell({ ...nets[times % nets.length] });
      // Of changing length, so that the loads do not fall in step with the changes.
      await sleep(40 + ((times * 37) % 120));
    }
    isOver = true;
  };
  const [, ...answers] = await Promise.all([change(), ...Array.from({ length: 50 }, client)]);
  expect(Math.min(...answers)).toBeGreaterThan(0);
  expect([...colours].toSorted()).toEqual(['blue', 'green']);
}, 120_000);
