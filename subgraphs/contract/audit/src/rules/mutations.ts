/** Mutations: once per key, and in the feed. */
import { isLocal } from '@onenet/contract';
import { mutationCall, type MutationCall } from '../inputs.ts';
import { logEnd, newLines, readTotals, settledEnd, type Line } from '../log.ts';
import { Maker, newKey } from '../maker.ts';
import { NotChecked, Violation, must, shown, type Rule } from '../rule.ts';
import { cameIn, codesOf, dataOf, type AuditedServer } from '../server.ts';

export const mutationRules: readonly Rule[] = [
  {
    id: 'M16',
    level: 'MUST',
    title: 'The same key and input give the same answer, once',
    module: 'core',
    writes: true,
    async check(server) {
      const maker = new Maker(server);
      for await (const call of newRecords(server, maker)) {
        const first = await made(maker, call);
        const again = await made(maker, call);
        must(
          first.id === again.id,
          again.sent,
          () => `id ${again.id}`,
          `id ${first.id}, as the first time: nothing is done twice.`,
        );
        const text = Object.keys(call.input).find((name) => name === 'title' || name === 'name');
        if (text === undefined) continue;
        const other = { ...call, input: { ...call.input, [text]: `审计${server.run}之二` } };
        const exchange = await maker.send(other);
        must(
          codesOf(exchange).includes('IDEMPOTENCY_CONFLICT') && exchange.data?.[call.name] == null,
          exchange.sent,
          () => cameIn(exchange),
          'IDEMPOTENCY_CONFLICT, and nothing done.',
        );
      }
    },
  },
  {
    id: 'M17',
    level: 'MUST',
    title: 'What happened stands in the feed, and the totals agree with it',
    module: 'core',
    async check(server) {
      await totalsAgree(server);
      if (!server.writes) return 'that a mutation appears in the feed: needs --write';
      await allAppear(server, new Maker(server));
      return undefined;
    },
  },
];

/** What a mutation that makes a record says in the feed. */
const eventOf: Readonly<Record<string, string>> = {
  submitServiceRequest: 'onenet.request.submitted',
  applyForMembership: 'onenet.member.applied',
  issueJoinCode: 'onenet.joincode.issued',
  publishArticle: 'onenet.article.published',
  askSupervision: 'onenet.supervision.asked',
  issueCard: 'onenet.card.issued',
  addMerchant: 'onenet.merchant.opened',
  submitCardClaim: 'onenet.claim.submitted',
  applyForHardshipFile: 'onenet.hardship.applied',
  applyForAid: 'onenet.aid.applied',
  pairCadre: 'onenet.pairing.started',
};

/** A call of each offered mutation that makes a record of the platform's own. */
async function* newRecords(server: AuditedServer, maker: Maker): AsyncGenerator<MutationCall> {
  const fields = server.offered.fields('Mutation');
  if (fields.length === 0) throw new NotChecked('the platform offers no mutation');
  for (const field of fields) {
    if (isLocal(field.name)) continue;
    const cheap = await mutationCall(server, field, newKey('new'));
    if (!cheap?.makes || !hasPlatform(server, cheap)) continue;
    yield await maker.call({ field, name: field.name });
  }
}

function hasPlatform(server: AuditedServer, { recordType }: MutationCall): boolean {
  return server.offered.fields(recordType).some(({ name }) => name === 'platformCode');
}

interface MadeRecord {
  readonly id: string;
  readonly placeCode: unknown;
  readonly sent: string;
}

async function made(maker: Maker, call: MutationCall, fields = 'id'): Promise<MadeRecord> {
  const exchange = await maker.send(call, fields);
  const payload = dataOf(exchange)[call.name] as Record<string, Partial<MadeRecord> | null> | null;
  const record = payload?.[call.record];
  if (record?.id === undefined) {
    throw new Violation(exchange.sent, cameIn(exchange), `The new ${call.record}.`);
  }
  return { id: record.id, placeCode: record.placeCode, sent: exchange.sent };
}

/** Of every type, and so of all: one line for each sequence. */
async function totalsAgree(server: AuditedServer): Promise<void> {
  const { sent, totals } = await readTotals(server);
  const through = Math.max(0, ...totals.map((total) => Number(total.throughSequence)));
  const events = totals.reduce((sum, total) => sum + total.events, 0);
  must(
    events === through,
    sent,
    () => `${events} events in all types, through sequence ${through}`,
    'As many events as sequences: the first line is 1, and none is left out.',
  );
  const { last } = await logEnd(server);
  must(
    through <= last,
    sent,
    () => `through ${through}, and the feed ends at ${last}`,
    'Totals of what the feed has.',
  );
}

/** Seconds within which an event must be numbered. */
const withinSeconds = 10;

async function allAppear(server: AuditedServer, maker: Maker): Promise<void> {
  const before = await settledEnd(server, withinSeconds);
  const wanted: { readonly type: string; readonly record: MadeRecord }[] = [];
  for await (const call of newRecords(server, maker)) {
    const type = eventOf[call.name];
    if (type === undefined) continue;
    wanted.push({ type, record: await made(maker, call, 'id placeCode') });
  }
  const lines = await newLines(server, before, withinSeconds, (read) =>
    wanted.every((each) => read.some((line) => isOf(line, each))),
  );
  for (const each of wanted) {
    must(
      lines.some((line) => isOf(line, each)),
      `${each.record.sent}, then GET ${server.eventsUrl}?after=${before.last}`,
      () => (lines.length === 0 ? 'no line' : shown(lines)),
      `Within ${withinSeconds} s a line ${each.type} with place ${shown(each.record.placeCode)}.`,
    );
  }
}

function isOf(
  line: Line,
  { type, record }: { readonly type: string; readonly record: MadeRecord },
): boolean {
  const { place } = (line['data'] ?? {}) as { readonly place?: string };
  return line['type'] === type && (record.placeCode == null || place === record.placeCode);
}
