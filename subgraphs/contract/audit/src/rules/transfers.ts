/** What the module `transfers` asks beyond the core: each step once, sealed to the target, counted once. Long, because both sides of one story stand here. */
import { randomUUID } from 'node:crypto';
import { newSealingKey, open, seal, type SealingKey } from '@onenet/contract';
import { elsewhere, inDays, mutationCall, placeOf } from '../inputs.ts';
import { newLines, settledEnd } from '../log.ts';
import { Maker, newKey, type Made } from '../maker.ts';
import { platformInfo } from '../platform-info.ts';
import { mustBe, mustRefuse, readRecord, type Fields } from '../records.ts';
import { NotChecked, must, shown, type Rule } from '../rule.ts';
import { cameIn, dataOf, type AuditedServer, type Exchange } from '../server.ts';

export const transferRules: readonly Rule[] = [
  {
    id: 'transfers.M1',
    level: 'MUST',
    title: 'Every step of a transfer is carried out once, and only the target can read what moves',
    module: 'transfers',
    writes: true,
    async check(server) {
      const maker = new Maker(server);
      for (const moving of movingKinds(server)) {
        await atTheSource(server, maker, moving);
        await atTheTarget(server, maker, moving);
      }
    },
  },
  {
    id: 'transfers.M2',
    level: 'MUST',
    title: 'What moves is counted once at every moment',
    module: 'transfers',
    writes: true,
    async check(server) {
      for (const moving of movingKinds(server)) await countedOnce(server, moving);
    },
  },
];

/** What can move, and by which names. */
interface Moving {
  readonly kind: 'MEMBER' | 'SERVICE_REQUEST';
  readonly type: string;
  readonly list: string;
  /** Before the offer. */
  readonly status: string;
  readonly events: string;
  /** Its personal text, and what is shown of it. */
  readonly name: string;
  readonly masked: string;
}

const allMoving: readonly Moving[] = [
  {
    kind: 'MEMBER',
    type: 'Member',
    list: 'members',
    status: 'ACTIVE',
    events: 'onenet.member',
    name: 'name',
    masked: 'maskedName',
  },
  {
    kind: 'SERVICE_REQUEST',
    type: 'ServiceRequest',
    list: 'serviceRequests',
    status: 'VERIFIED',
    events: 'onenet.request',
    name: 'title',
    masked: 'maskedApplicantName',
  },
];

function movingKinds(server: AuditedServer): readonly Moving[] {
  const offered = allMoving.filter(({ list }) =>
    server.offered.lists.some(
      ({ name, filterFields }) =>
        name === list && filterFields.some((field) => field.name === 'inTransfer'),
    ),
  );
  if (offered.length > 0) return offered;
  throw new NotChecked('the platform keeps a version without records in transfer');
}

/** Calls of the five mutations, each with a key of its own. */
class Steps {
  readonly #server: AuditedServer;
  readonly transferId = `audit-${randomUUID()}`;

  constructor(server: AuditedServer) {
    this.#server = server;
  }

  async call(name: string, input: Fields): Promise<Exchange> {
    const field = this.#server.offered.fields('Mutation').find((each) => each.name === name);
    const given = { transferId: this.transferId, ...input };
    const call = field && (await mutationCall(this.#server, field, newKey('transfer'), given));
    if (!call) throw new NotChecked(`${name} is not offered`);
    return await this.#server.ask(
      `mutation($input: ${call.inputType}!) { ${name}(input: $input) { transfer { id state kind recordId sealed } } }`,
      { variables: { input: call.input }, actor: this.#server.actor('SYSTEM') },
    );
  }

  /** A call that must be carried out, and come to this. */
  async is(name: string, input: Fields, wanted: Fields): Promise<Fields> {
    const exchange = await this.call(name, input);
    const payload = dataOf(exchange)[name] as { readonly transfer: Fields | null } | null;
    const part = payload?.transfer;
    must(part != null, exchange.sent, () => cameIn(exchange), 'The transfer.');
    mustBe(exchange.sent, part, { id: this.transferId, ...wanted });
    return part;
  }

  async isRefused(name: string, input: Fields, code: 'WRONG_STATE' | 'BAD_INPUT', why: string) {
    mustRefuse(await this.call(name, input), code, why);
  }
}

/** Offered and withdrawn; offered and completed; every step twice. */
async function atTheSource(server: AuditedServer, maker: Maker, moving: Moving): Promise<void> {
  const key = await newSealingKey();
  const { id } = await newRecord(server, maker, moving);
  const offer = { id, to: elsewhere, sealingKey: key.publicJwk, dueAt: inDays(7) };
  const first = new Steps(server);
  const offered = { state: 'OFFERED', kind: moving.kind, recordId: id };
  for (let times = 0; times < 2; times++) {
    const { sealed } = await first.is('offerTransfer', offer, offered);
    await readable(server, moving, { key, sealed, transferId: first.transferId, id });
  }
  await hasStatus(server, moving, id, { status: 'IN_TRANSFER' });
  for (let times = 0; times < 2; times++) {
    await first.is('withdrawTransfer', { id }, { state: 'WITHDRAWN' });
  }
  await hasStatus(server, moving, id, { status: moving.status });
  const complete = { id, transferredToId: `${elsewhere}:audit-1` };
  await first.isRefused('completeTransfer', complete, 'WRONG_STATE', 'it was withdrawn');

  const second = new Steps(server);
  await second.is('offerTransfer', offer, offered);
  for (let times = 0; times < 2; times++) {
    await second.is('completeTransfer', complete, { state: 'COMPLETED' });
  }
  await second.isRefused('withdrawTransfer', { id }, 'WRONG_STATE', 'it was completed');
  const { transferredToId } = complete;
  const tombstone = { status: 'TRANSFERRED', transferredToId, [moving.masked]: null };
  await hasStatus(server, moving, id, tombstone);
}

/** Accepted once, and closed when declined first. */
async function atTheTarget(server: AuditedServer, maker: Maker, moving: Moving): Promise<void> {
  const { sealingKey } = await platformInfo(server);
  if (sealingKey === undefined) throw new NotChecked('the platform has no sealing key');
  const steps = new Steps(server);
  const record = await movingRecord(server, moving);
  const sealedFor = async (transferId: string, different: Fields = {}) =>
    await seal(sealingKey, { ...envelope(server, moving, transferId, record), ...different });
  const sealed = await sealedFor(steps.transferId);
  const accept = { from: elsewhere, sealed, acceptBy: inDays(7) };
  const refusals: readonly (readonly [Fields, string])[] = [
    [{ sealed: 'e30.e30.e30.e30.e30' }, 'it cannot be opened'],
    [{ sealed: await sealedFor('another') }, 'it was sealed for another transfer'],
    [{ sealed: await sealedFor(steps.transferId, { to: elsewhere }) }, 'it is another’s'],
    [{ sealed: await sealedFor(steps.transferId, { from: '000001' }) }, 'it came from another'],
  ];
  for (const [different, why] of refusals) {
    await steps.isRefused('acceptTransfer', { ...accept, ...different }, 'BAD_INPUT', why);
  }
  const late = { ...accept, acceptBy: inDays(-1) };
  await steps.isRefused('acceptTransfer', late, 'WRONG_STATE', 'the time to accept is over');

  const exchanges = await Promise.all(
    [accept, accept, accept].map((input) => steps.call('acceptTransfer', input)),
  );
  const { recordId } = await steps.is('acceptTransfer', accept, { state: 'ACCEPTED' });
  for (const exchange of exchanges) {
    const { transfer } = dataOf(exchange)['acceptTransfer'] as { readonly transfer: Fields };
    mustBe(`${exchange.sent}, three at once`, transfer, { state: 'ACCEPTED', recordId });
  }
  await steps.is('declineTransfer', {}, { state: 'ACCEPTED', recordId });
  await hasStatus(server, moving, String(recordId), {
    status: moving.status,
    ...(moving.kind === 'MEMBER' ? { joinedAt: record['joinedAt'] } : { dueAt: record['dueAt'] }),
  });

  const declined = new Steps(server);
  for (let times = 0; times < 2; times++) {
    await declined.is('declineTransfer', {}, { state: 'DECLINED' });
  }
  const afterwards = { ...accept, sealed: await sealedFor(declined.transferId) };
  await declined.isRefused('acceptTransfer', afterwards, 'WRONG_STATE', 'it was declined');
  maker.seen.add('acceptTransfer');
}

/** Within which events must be numbered. */
const withinSeconds = 10;

/** One less here and one more there, with each step; one event each, though it is asked twice. */
async function countedOnce(server: AuditedServer, moving: Moving): Promise<void> {
  const maker = new Maker(server);
  const { publicJwk } = await newSealingKey();
  const { id } = await newRecord(server, maker, moving);
  const offer = { id, to: elsewhere, sealingKey: publicJwk, dueAt: inDays(7) };
  const end = await settledEnd(server, withinSeconds);
  const before = await counts(server, moving);
  const after = async (what: string, live: number, inTransfer: number): Promise<void> => {
    const now = await counts(server, moving);
    must(
      now.live === before.live + live && now.inTransfer === before.inTransfer + inTransfer,
      `${what}, then ${now.sent}`,
      () => ({ before, now }),
      `${before.live + live} live, and ${before.inTransfer + inTransfer} in transfer.`,
    );
  };
  const twice = async (steps: Steps, name: string, input: Fields): Promise<void> => {
    dataOf(await steps.call(name, input));
    dataOf(await steps.call(name, input));
  };
  const first = new Steps(server);
  await twice(first, 'offerTransfer', offer);
  await after('offerTransfer', -1, 1);
  await twice(first, 'withdrawTransfer', { id });
  await after('withdrawTransfer', 0, 0);
  const second = new Steps(server);
  await twice(second, 'offerTransfer', offer);
  await twice(second, 'completeTransfer', { id, transferredToId: `${elsewhere}:audit-1` });
  await after('completeTransfer', -1, 0);
  const events = ['offered', 'returned', 'offered', 'departed'];
  const { sealingKey } = await platformInfo(server);
  if (sealingKey !== undefined) {
    const third = new Steps(server);
    const record = await movingRecord(server, moving);
    const sealed = await seal(sealingKey, envelope(server, moving, third.transferId, record));
    await twice(third, 'acceptTransfer', { from: elsewhere, sealed, acceptBy: inDays(7) });
    await after('acceptTransfer', 0, 0);
    events.push('received');
  }
  const wanted = events.map((event) => `${moving.events}.${event}`);
  const isOfTransfers = (type: unknown): type is string =>
    typeof type === 'string' && /\.(offered|returned|departed|received)$/.test(type);
  const lines = await newLines(server, end, withinSeconds, (read) => {
    return read.filter(({ type }) => isOfTransfers(type)).length >= wanted.length;
  });
  const came = lines.flatMap(({ type }) => (isOfTransfers(type) ? [type] : []));
  must(
    shown(came) === shown(wanted),
    `the steps of a transfer, each twice; then GET ${server.eventsUrl}?after=${end.last}`,
    () => came,
    `${shown(wanted)}: one event for each step.`,
  );
}

async function counts(
  server: AuditedServer,
  { list }: Moving,
): Promise<{ readonly sent: string; readonly live: number; readonly inTransfer: number }> {
  const exchange = await server.ask(
    `{ live: ${list} { totalCount } inTransfer: ${list}(filter: { inTransfer: true }) { totalCount } }`,
  );
  const data = dataOf(exchange) as Record<'live' | 'inTransfer', { totalCount: number }>;
  const { live, inTransfer } = data;
  return { sent: exchange.sent, live: live.totalCount, inTransfer: inTransfer.totalCount };
}

async function newRecord(server: AuditedServer, maker: Maker, moving: Moving): Promise<Made> {
  if (moving.kind === 'MEMBER') return await maker.make(moving.type, moving.status);
  const given = { applicantName: `审计${server.run}` };
  const submit = maker.step('submitServiceRequest');
  const submitted = await maker.take(submit, undefined, 'MONEY', given);
  return await maker.take(maker.step('verifyServiceRequest'), submitted);
}

async function hasStatus(
  server: AuditedServer,
  { type }: Moving,
  id: string,
  wanted: Fields,
): Promise<void> {
  const { sent, record } = await readRecord(server, type, id, Object.keys(wanted).join(' '));
  const moments = Object.entries(wanted).map(([name, value]) => {
    const isTime = name.endsWith('At') && typeof value === 'string';
    return [name, isTime ? new Date(value).getTime() : value] as const;
  });
  const came = moments.map(([name, value]) => {
    return [name, typeof value === 'number' ? Date.parse(String(record[name])) : record[name]];
  });
  mustBe(sent, Object.fromEntries(came) as Fields, Object.fromEntries(moments));
}

/** What the offer sealed is the record, for this transfer, and readable by the key alone. */
async function readable(
  server: AuditedServer,
  moving: Moving,
  offer: {
    readonly key: SealingKey;
    readonly sealed: unknown;
    readonly transferId: string;
    readonly id: string;
  },
): Promise<void> {
  const { key, sealed, transferId, id } = offer;
  const content = (await open(key.privateJwk, String(sealed))) as Fields;
  const { kind } = moving;
  const wanted = { v: 1, transferId, kind, from: server.code, to: elsewhere, recordId: id };
  mustBe('offerTransfer, and what it sealed', content, wanted);
  const record = content['record'] as Fields;
  mustBe('offerTransfer, and the record that it sealed', record, {
    [moving.name]: `审计${server.run}`,
  });
}

function envelope(
  server: AuditedServer,
  { kind }: Moving,
  transferId: string,
  record: Fields,
): object {
  const recordId = `${elsewhere}:audit-2`;
  return { v: 1, transferId, kind, from: elsewhere, to: server.code, recordId, record };
}

/** A record as another platform would send it. */
async function movingRecord(server: AuditedServer, { kind }: Moving): Promise<Fields> {
  const placeCode = await placeOf(server);
  const name = `审计${server.run}`;
  const at = '2026-03-02T01:00:00.000Z';
  const common = { channel: 'WEBSITE', placeCode, simulated: false };
  if (kind === 'MEMBER') {
    return {
      ...common,
      appliedAt: at,
      joinedAt: '2026-03-03T01:00:00.000Z',
      kind: 'FLEXIBLE',
      name,
      phone: null,
      identityNumber: null,
      employerSize: null,
      family: [],
    };
  }
  return {
    ...common,
    title: name,
    category: 'OTHER',
    status: 'DISPATCHED',
    submittedAt: at,
    dueAt: '2027-03-03T01:00:00.000Z',
    supervised: false,
    reopenedCount: 0,
    remindedCount: 0,
    applicantName: name,
    applicantPhone: null,
    description: null,
    history: [{ step: 'STATUS', at, actorKind: 'WORKER', from: null, to: 'SUBMITTED' }],
  };
}
