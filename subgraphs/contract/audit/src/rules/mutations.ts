/** Mutations: for whom, once per key, and in the feed. */
import { actorKinds, actorsOf, eventTypes, fieldModule } from '@onenet/contract';
import { mutationCall, mutationQuery, type MutationCall } from '../inputs.ts';
import { logEnd, newLines, readTotals } from '../log.ts';
import { NotChecked, Violation, must, shown, type Rule } from '../rule.ts';
import { cameIn, codesOf, dataOf, type AuditedServer } from '../server.ts';

export const mutationRules: readonly Rule[] = [
  {
    id: 'M15',
    level: 'MUST',
    title: 'A mutation is for its actors, and in its state',
    module: 'core',
    writes: true,
    async check(server) {
      for await (const call of calls(server, 'actor')) {
        await refusedFor(server, call, undefined, 'ACTOR_REQUIRED');
        const kinds = actorsOf(call.name) ?? [];
        for (const kind of actorKinds.filter((each) => !kinds.includes(each))) {
          await refusedFor(server, call, server.actor(kind), 'ACTOR_NOT_ALLOWED');
        }
      }
      await wrongState(server);
    },
  },
  {
    id: 'M16',
    level: 'MUST',
    title: 'The same key and input give the same answer, once',
    module: 'core',
    writes: true,
    async check(server) {
      for await (const call of calls(server, 'once')) {
        if (!call.makes || !('platformCode' in fieldsOf(server, call))) continue;
        const first = await made(server, call);
        const again = await made(server, call);
        must(
          first.id === again.id,
          again.sent,
          () => `id ${again.id}`,
          `id ${first.id}, as the first time: nothing is done twice.`,
        );
        const text = Object.keys(call.input).find((name) => name === 'title' || name === 'name');
        if (text === undefined) continue;
        const other = { ...call, input: { ...call.input, [text]: `审计${server.run}之二` } };
        await refusedFor(server, other, actorFor(server, call), 'IDEMPOTENCY_CONFLICT');
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
      for await (const call of calls(server, 'event')) {
        if (call.makes && 'platformCode' in fieldsOf(server, call)) await appears(server, call);
      }
      return undefined;
    },
  },
];

/** Every offered mutation for which there is something to call it with. */
async function* calls(server: AuditedServer, purpose: string): AsyncGenerator<MutationCall> {
  const fields = server.offered.fields('Mutation');
  if (fields.length === 0) throw new NotChecked('the platform offers no mutation');
  for (const field of fields) {
    const call = await mutationCall(server, field, `${purpose}-${field.name}`);
    if (call) yield call;
  }
}

/** The first kind that may: a worker where workers may. */
function actorFor(server: AuditedServer, { name }: MutationCall): string {
  const [kind = 'OFFICER'] = actorsOf(name) ?? [];
  return server.actor(kind);
}

function fieldsOf(server: AuditedServer, { recordType }: MutationCall): Record<string, true> {
  return Object.fromEntries(server.offered.fields(recordType).map(({ name }) => [name, true]));
}

async function refusedFor(
  server: AuditedServer,
  call: MutationCall,
  actor: string | undefined,
  code: string,
): Promise<void> {
  const exchange = await server.ask(mutationQuery(call), {
    variables: { input: call.input },
    ...(actor !== undefined && { actor }),
  });
  must(
    codesOf(exchange).includes(code) && exchange.data?.[call.name] == null,
    exchange.sent,
    () => cameIn(exchange),
    `${code}, and nothing done.`,
  );
}

async function made(
  server: AuditedServer,
  call: MutationCall,
): Promise<{ readonly id: string; readonly sent: string }> {
  const exchange = await server.ask(mutationQuery(call), {
    variables: { input: call.input },
    actor: actorFor(server, call),
  });
  const payload = dataOf(exchange)[call.name] as Record<string, { id?: string } | null> | null;
  const id = payload?.[call.record]?.id;
  if (id === undefined) {
    throw new Violation(exchange.sent, cameIn(exchange), `The new ${call.record}.`);
  }
  return { id, sent: exchange.sent };
}

/** A request is resolved once it was accepted, not before. */
async function wrongState(server: AuditedServer): Promise<void> {
  const find = (name: string) =>
    server.offered.fields('Mutation').find((field) => field.name === name);
  const [submit, resolve] = [find('submitServiceRequest'), find('resolveServiceRequest')];
  const submission = submit && (await mutationCall(server, submit, 'state-submit'));
  const step = resolve && (await mutationCall(server, resolve, 'state-resolve'));
  if (!submission || !step) return;
  const { id } = await made(server, submission);
  const early = { ...step, input: { ...step.input, id } };
  await refusedFor(server, early, actorFor(server, step), 'WRONG_STATE');
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

async function appears(server: AuditedServer, call: MutationCall): Promise<void> {
  const module = fieldModule('Mutation', call.name);
  const before = await logEnd(server);
  const { sent } = await made(server, call);
  const lines = await newLines(server, before, withinSeconds, (line) => isOf(line, module, call));
  must(
    lines.some((line) => isOf(line, module, call)),
    `${sent}, then GET ${server.eventsUrl}?after=${before.last}`,
    () => (lines.length === 0 ? 'no line' : shown(lines)),
    `Within ${withinSeconds} s a line of module ${module} with place ${shown(call.input['placeCode'])}.`,
  );
}

function isOf(
  line: Readonly<Record<string, unknown>>,
  module: string,
  call: MutationCall,
): boolean {
  const types: Readonly<Record<string, { readonly module: string }>> = eventTypes;
  const { place } = (line['data'] ?? {}) as { readonly place?: string };
  return types[String(line['type'])]?.module === module && place === call.input['placeCode'];
}
