/**
 * A record is at exactly one platform, and counted once, while the platforms and the province are killed
 * in the middle of every step: before a call arrives, and after it was carried out and before its
 * answer is heard. In each round forty transfers (both directions, members and requests, each step, before
 * and after) stand at their step when one process is killed. Long, because it is one proof.
 */
import { randomUUID } from 'node:crypto';
import { startGateway } from '@onenet/gateway';
import { divisions } from '@onenet/platforms';
import { yichang } from '@onenet/scripts/yichang';
import { MongoClient, type Collection } from 'mongodb';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { testKeys } from './fixtures/keys.ts';
import { ask } from './fixtures/small-net.ts';
import { countedEvents, inOrderOfTime, miscounts } from './transfer/counted.ts';
import { Hold, startProxy, type Step, type StepCall } from './transfer/held-calls.ts';
import { startParts, wuhan, type Part, type Parts } from './transfer/processes.ts';

type Kind = 'MEMBER' | 'SERVICE_REQUEST';

/** One transfer: where it goes, and where it stands when a process is killed. */
interface Case {
  readonly kind: Kind;
  readonly from: string;
  readonly to: string;
  readonly step: Step;
  /** Where the call stands. */
  readonly hold: Hold;
  /** Of one that is to end by its deadline: where its acceptance stands, until it is too late. */
  readonly unaccepted: Hold | undefined;
  /** Nothing else lies in these places, so that its events are told from others'. */
  readonly place: string;
  readonly placeThere: string;
  readonly recordId: string;
}

const steps: readonly Step[] = ['offer', 'accept', 'complete', 'decline', 'withdraw'];
const officer = { 'onenet-actor': 'officer:desk-3' };
const stack = new AsyncDisposableStack();
const prefix = `kill_${randomUUID().slice(0, 8)}_`;
let parts: Parts;
let urls: Readonly<Record<string, string>>;
let gateway: string;
/** The transfers as the province keeps them. */
let kept: Collection<{ _id: string; dueAt: Date }>;
const byRecord = new Map<string, Case>();
const byTransfer = new Map<string, Case>();
const places: Readonly<Record<string, Iterator<string>>> = {
  [wuhan]: communitiesOf('4201'),
  [yichang]: communitiesOf('4205'),
};

beforeAll(async () => {
  const mongodbUri = inject('mongodbUri');
  const postgresUri = inject('postgresUri');
  stack.defer(() => dropDatabases(mongodbUri, postgresUri));
  const keys = stack.use(await testKeys());
  parts = await startParts({ mongodbUri, postgresUri, prefix, keys });
  const { mongo, python, province, platformPorts } = parts;
  for (const part of [mongo, python, province]) stack.defer(() => part.kill());
  urls = { [wuhan]: mongo.url, [yichang]: python.url };
  for (const [code, port] of Object.entries(platformPorts)) {
    stack.use(await startProxy({ platformUrl: urls[code] ?? '', port, holdOf }));
  }
  await province.start();
  const client = await MongoClient.connect(mongodbUri);
  stack.defer(() => client.close());
  kept = client.db(`${prefix}province`).collection('transfers');
  const started = await startGateway({
    port: 0,
    provinceUrl: province.url,
    keysDir: keys.dir,
    logLevel: 'silent',
  });
  stack.defer(() => started.stop());
  gateway = `${started.url}/graphql`;
});
afterAll(() => stack.disposeAsync());

/** Only the offer names both the record and the transfer. */
function holdOf({ step, transferId, recordId }: StepCall): Hold | undefined {
  const known = byTransfer.get(transferId) ?? byRecord.get(recordId ?? '');
  if (!known) return undefined;
  byTransfer.set(transferId, known);
  if (step === known.step) return known.hold;
  return step === 'accept' ? known.unaccepted : undefined;
}

const victims = ['mongo', 'python', 'province'] as const;
const kinds = ['MEMBER', 'SERVICE_REQUEST'] as const;
const moments = ['before', 'after'] as const;

test.for(victims)(
  '%s is killed before and after each step was carried out',
  { timeout: 400_000 },
  async (victim) => {
    const cases = await Promise.all(
      steps
        .flatMap((step) =>
          moments.flatMap((moment) => kinds.map((kind) => [step, moment, kind] as const)),
        )
        .flatMap(([step, moment, kind]) => [
          makeCase(kind, wuhan, yichang, step, moment),
          makeCase(kind, yichang, wuhan, step, moment),
        ]),
    );
    const ids = await Promise.all(cases.map(startTransfer));
    await Promise.all(cases.map(({ hold, unaccepted }) => (unaccepted ?? hold).reached));
    // How long they take until here is the machine's; from here on the deadline of some has come.
    const due = ids.filter((_, n) => cases[n]?.unaccepted);
    await kept.updateMany({ _id: { $in: due } }, { $set: { dueAt: new Date() } });
    await Promise.all(cases.map(({ hold }) => hold.reached));

    const part: Part = parts[victim];
    await part.kill();
    await part.start();
    // What was held arrives now, and late: after the same was asked again.
    for (const { hold } of cases) hold.release();
    await expect
      .poll(() => statusesOf(ids), { timeout: 150_000, interval: 250 })
      .toEqual(cases.map(({ step }) => (endsByDeadline(step) ? 'WITHDRAWN' : 'COMPLETED')));
    // An acceptance that arrives after the end makes no record. (One before the decline would be as good as
    // any, and the transfer would be completed: so it is held until here.)
    for (const { unaccepted } of cases) {
      unaccepted?.release();
      await unaccepted?.over();
    }

    for (const [n, each] of cases.entries()) {
      const where = `${each.step}, ${each.kind}, ${each.from} → ${each.to}`;
      expect({ where, ...(await bothSides(each, ids[n] ?? '')) }).toEqual({
        where,
        ...expected(each),
      });
    }
  },
);

test('every record was counted once at every moment, by the feeds of both', async () => {
  const all = [...byRecord.values()];
  expect(all).toHaveLength(victims.length * 40);
  const ofAll = async () => {
    const events = await Promise.all(codes().map((code) => countedEvents(code, urls[code] ?? '')));
    return Map.groupBy(inOrderOfTime(events.flat()), ({ place }) => place);
  };
  // The sequencers may be a moment behind.
  await expect
    .poll(async () => [...(await ofAll()).values()].flat().length, { timeout: 20_000 })
    .toBe(all.reduce((sum, each) => sum + typesOf(each).length, 0));
  const byPlace = await ofAll();
  for (const each of all) {
    const own = inOrderOfTime([
      ...(byPlace.get(each.place) ?? []),
      ...(byPlace.get(each.placeThere) ?? []),
    ]);
    const said = own.map(({ platform, type }) => [platform, type]);
    expect([each.step, said, miscounts(own)]).toEqual([each.step, typesOf(each), []]);
  }
});

function codes(): readonly string[] {
  return [wuhan, yichang];
}

function endsByDeadline(step: Step): boolean {
  return step === 'decline' || step === 'withdraw';
}

/** What both feeds say of a record, in order of time. */
function typesOf({ kind, from, to, step }: Case): [string, string][] {
  const word = kind === 'MEMBER' ? 'member' : 'request';
  const began = kind === 'MEMBER' ? 'onenet.member.accepted' : 'onenet.request.submitted';
  const own = (platform: string, what: string): [string, string] => [
    platform,
    `onenet.${word}.${what}`,
  ];
  const first: [string, string][] = [[from, began], own(from, 'offered')];
  if (endsByDeadline(step)) return [...first, own(from, 'returned')];
  return [...first, own(to, 'received'), own(from, 'departed')];
}

async function makeCase(
  kind: Kind,
  from: string,
  to: string,
  step: Step,
  moment: 'before' | 'after',
): Promise<Case> {
  const place = nextPlace(from);
  const recordId = kind === 'MEMBER' ? await join(from, place) : await submit(from, place);
  const made: Case = {
    kind,
    from,
    to,
    step,
    hold: new Hold(moment),
    unaccepted: endsByDeadline(step) ? new Hold('before') : undefined,
    place,
    placeThere: nextPlace(to),
    recordId,
  };
  byRecord.set(recordId, made);
  return made;
}

async function startTransfer({ recordId, to, placeThere }: Case): Promise<string> {
  const input = { recordId, to, placeCode: placeThere, idempotencyKey: randomUUID() };
  const start =
    'mutation ($input: StartTransferInput!) { startTransfer(input: $input) { transfer { id } } }';
  for (;;) {
    const { data, errors } = await ask(gateway, start, { input }, officer);
    const started = data?.['startTransfer'] as { transfer: { id: string } } | null | undefined;
    if (started) return started.transfer.id;
    // As the error says: again by the same key.
    if (errors?.[0]?.extensions?.['code'] === 'OUTCOME_UNKNOWN') continue;
    throw new Error(JSON.stringify(errors));
  }
}

async function statusesOf(ids: readonly string[]): Promise<readonly (string | undefined)[]> {
  const { transfers } = await at<{ transfers: { nodes: { id: string; status: string }[] } }>(
    `${parts.province.url}/graphql`,
    '{ transfers(first: 60) { nodes { id status } } }',
  );
  return ids.map((id) => transfers.nodes.find((each) => each.id === id)?.status);
}

/** The record as its two platforms show it, each asked itself. */
async function bothSides(each: Case, transfer: string): Promise<object> {
  const { transfer: known } = await at<{ transfer: { targetId: string | null } }>(
    `${parts.province.url}/graphql`,
    `{ transfer(id: "${transfer}") { targetId } }`,
  );
  const there = known.targetId === null ? null : await shown(each.kind, each.to, known.targetId);
  const { transferredToId, ...source } = await shown(each.kind, each.from, each.recordId);
  return { source, leadsTo: transferredToId === known.targetId, target: there };
}

function expected({ kind, step, place, placeThere }: Case): object {
  const status = kind === 'MEMBER' ? 'ACTIVE' : 'SUBMITTED';
  const live = { status, name: '演**', placeCode: place };
  if (endsByDeadline(step)) return { source: live, leadsTo: true, target: null };
  return {
    source: { status: 'TRANSFERRED', name: null, placeCode: place },
    leadsTo: true,
    target: { ...live, placeCode: placeThere, transferredToId: null },
  };
}

interface Shown {
  readonly status: string;
  readonly name: string | null;
  readonly placeCode: string;
  readonly transferredToId: string | null;
}

async function shown(kind: Kind, code: string, id: string): Promise<Shown> {
  const [field, name] =
    kind === 'MEMBER' ? ['member', 'maskedName'] : ['serviceRequest', 'maskedApplicantName'];
  const found = await at<{ record: Shown }>(
    `${urls[code]}/graphql`,
    `{ record: ${field}(id: "${id}") { status name: ${name} placeCode transferredToId } }`,
  );
  return found.record;
}

async function submit(platform: string, placeCode: string): Promise<string> {
  const common = { platform, placeCode, idempotencyKey: randomUUID() };
  const input = { ...common, title: '演示', category: 'WAGES', channel: 'WECHAT' };
  const { made } = await at<{ made: { record: { id: string } } }>(
    `${urls[platform]}/graphql`,
    'mutation ($input: SubmitServiceRequestInput!) { made: submitServiceRequest(input: $input) { record: serviceRequest { id } } }',
    { input: { ...input, applicantName: '演示甲' } },
  );
  return made.record.id;
}

async function join(platform: string, placeCode: string): Promise<string> {
  const common = { platform, placeCode, idempotencyKey: randomUUID() };
  const { made } = await at<{ made: { record: { id: string } } }>(
    `${urls[platform]}/graphql`,
    'mutation ($input: ApplyForMembershipInput!) { made: applyForMembership(input: $input) { record: member { id } } }',
    { input: { ...common, name: '演示乙', kind: 'FLEXIBLE', channel: 'STATION' } },
  );
  const { id } = made.record;
  await at(
    `${urls[platform]}/graphql`,
    'mutation ($input: MemberStepInput!) { acceptMember(input: $input) { member { id } } }',
    { input: { id, idempotencyKey: randomUUID() } },
  );
  return id;
}

async function at<Data>(url: string, query: string, variables: object = {}): Promise<Data> {
  const { data, errors } = await ask(url, query, { ...variables }, officer);
  if (!data || errors) throw new Error(`${url}: ${JSON.stringify(errors)}`);
  return data as Data;
}

function* communitiesOf(prefixOfCity: string): Generator<string> {
  for (const { code, level } of divisions.values()) {
    if (level === 'COMMUNITY' && code.startsWith(prefixOfCity)) yield code;
  }
}

function nextPlace(code: string): string {
  const next = places[code]?.next();
  if (!next || next.done) throw new Error(`${code} has no more communities.`);
  return next.value;
}

async function dropDatabases(mongodbUri: string, postgresUri: string): Promise<void> {
  await using client = await MongoClient.connect(mongodbUri);
  for (const name of [`${prefix}platform_${wuhan}`, `${prefix}province`]) {
    await client.db(name).dropDatabase();
  }
  const postgres = new Client({ connectionString: postgresUri });
  await postgres.connect();
  await postgres.query(`DROP DATABASE IF EXISTS "${prefix}yichang" WITH (FORCE)`);
  await postgres.end();
}
