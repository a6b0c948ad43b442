/** Mutations: for whom, from where, and in which state. All steps of all records are tried, several in one request. */
import { actorKinds, actorsOf, isLocal, stepsFrom } from '@onenet/contract';
import { mutationCall, type MutationCall } from '../inputs.ts';
import { Maker, newKey, type Made, type Step } from '../maker.ts';
import { mustBe, readRecord } from '../records.ts';
import { NotChecked, Violation, must, shown, type Rule } from '../rule.ts';
import { cameIn, type AnsweredError, type AuditedServer, type Exchange } from '../server.ts';

export const actorAndStateRules: readonly Rule[] = [
  {
    id: 'M15',
    level: 'MUST',
    title: 'A mutation is for its actors, and in its state',
    module: 'core',
    writes: true,
    async check(server) {
      await forItsActors(server);
      await forItsOwnFrontEnd(server);
      const maker = new Maker(server);
      const records = new Set(maker.steps().map(({ of }) => of));
      for (const type of records) await everyStatus(server, maker, type);
      for (const step of maker.steps()) await leadsWhere(server, maker, step);
      await ownRequestOnly(server, maker);
    },
  },
];

/** Mutations in one request: some servers allow no more. */
const atOnce = 8;

/** Whoever calls is judged before anything else, so the input may name what is not there. */
async function forItsActors(server: AuditedServer): Promise<void> {
  const fields = server.offered.fields('Mutation');
  if (fields.length === 0) throw new NotChecked('the platform offers no mutation');
  const calls: MutationCall[] = [];
  for (const field of fields) {
    const call = await mutationCall(server, field, newKey('actor'));
    if (call) calls.push(call);
  }
  await allRefused(server, calls, undefined, 'ACTOR_REQUIRED');
  for (const kind of actorKinds) {
    const others = calls.filter(({ name }) => !(actorsOf(name) ?? []).includes(kind));
    await allRefused(server, others, server.actor(kind), 'ACTOR_NOT_ALLOWED');
  }
}

/** A signed call comes from the net: it is not the platform's own. */
async function forItsOwnFrontEnd(server: AuditedServer): Promise<void> {
  if (!server.signer) return;
  for (const field of server.offered.fields('Mutation').filter(({ name }) => isLocal(name))) {
    const call = await mutationCall(server, field, newKey('local'));
    const [kind = 'OFFICER'] = actorsOf(field.name) ?? [];
    if (call) await allRefused(server, [call], server.actor(kind), 'LOCAL_ONLY');
  }
}

/** In every status that steps lead to, what is not allowed from it is refused, and what is allowed named. */
async function everyStatus(server: AuditedServer, maker: Maker, type: string): Promise<void> {
  for (const status of maker.statuses(type)) {
    const steps = maker.steps(type).filter(({ from }) => from.length > 0);
    const forbidden = steps.filter(({ from }) => !from.includes(status));
    const record = await maker.make(type, status);
    const calls: MutationCall[] = [];
    for (const { field } of forbidden) {
      const call = await mutationCall(server, field, newKey('state'), { id: record.id });
      if (call) calls.push(call);
    }
    for (const kind of actorKinds) {
      const by = calls.filter(({ name }) => actorsOf(name)?.[0] === kind);
      await allRefused(server, by, server.actor(kind), 'WRONG_STATE', (error, call, exchange) => {
        namesWhatIsAllowed(steps, { type, status, call, error, exchange });
      });
    }
    const next = steps.find(
      ({ name, from, module }) =>
        from.includes(status) && !maker.seen.has(name) && module !== 'matching',
    );
    if (next) await leadsWhere(server, maker, next, { record, status });
  }
}

function namesWhatIsAllowed(
  steps: readonly Step[],
  seen: {
    readonly type: string;
    readonly status: string;
    readonly call: MutationCall;
    readonly error: AnsweredError;
    readonly exchange: Exchange;
  },
): void {
  const { type, status, call, error, exchange } = seen;
  const { extensions, message = '' } = error;
  const allowed = extensions?.['allowed'];
  const possible = stepsFrom(type, status);
  const offered = steps.map(({ name }) => name).filter((name) => possible.includes(name));
  const named = Array.isArray(allowed) ? allowed.map(String) : undefined;
  must(
    extensions?.['status'] === status &&
      named !== undefined &&
      named.every((name) => possible.includes(name)) &&
      offered.every((name) => named.includes(name) && message.includes(name)) &&
      message.includes(status),
    `${call.name} of a ${type} that is ${status}: ${exchange.sent}`,
    () => ({ message, extensions }),
    `extensions { "status": "${status}", "allowed": ${shown(offered)} }, and the message says both.`,
  );
}

/** A step that was not taken on the way to any status, from the first status in which it is allowed. */
async function leadsWhere(
  server: AuditedServer,
  maker: Maker,
  step: Step,
  from?: { readonly record: Made; readonly status: string },
): Promise<void> {
  if (step.from.length === 0 || maker.seen.has(step.name) || step.module === 'matching') return;
  const status =
    from?.status ?? step.from.find((each) => maker.statuses(step.of).includes(each)) ?? null;
  if (status === null) return;
  const variant = step.to === 'COMPLETED' ? 'NO_MONEY' : 'MONEY';
  const isFit = from !== undefined && from.record.variant === variant;
  const record = isFit ? from.record : await maker.make(step.of, status, variant);
  const { sent } = await maker.take(step, record, variant);
  const after = await readRecord(server, step.of, record.id, 'status');
  mustBe(sent, after.record, { status: step.to ?? status });
  maker.seen.add(step.name);
}

/** What a worker may do to a request, they may do to their own. */
async function ownRequestOnly(server: AuditedServer, maker: Maker): Promise<void> {
  const names = [
    'addServiceRequestFeedback',
    'remindServiceRequest',
    'rateServiceRequest',
    'reopenServiceRequest',
  ];
  for (const step of maker.steps('ServiceRequest').filter(({ name }) => names.includes(name))) {
    const [status = 'SUBMITTED'] = step.from;
    const call = await maker.call(step, await maker.make('ServiceRequest', status));
    await allRefused(server, [call], `worker:other-${server.run}`, 'ACTOR_NOT_ALLOWED');
  }
}

/** Calls of one actor, each of which must be refused with the code, and do nothing. */
async function allRefused(
  server: AuditedServer,
  calls: readonly MutationCall[],
  actor: string | undefined,
  code: string,
  also?: (error: AnsweredError, call: MutationCall, exchange: Exchange) => void,
): Promise<void> {
  for (let start = 0; start < calls.length; start += atOnce) {
    const some = calls.slice(start, start + atOnce);
    const declared = some.map(({ inputType }, index) => `$i${index}: ${inputType}!`);
    const fields = some.map(
      ({ name, record }, index) => `m${index}: ${name}(input: $i${index}) { ${record} { id } }`,
    );
    const variables = Object.fromEntries(some.map(({ input }, index) => [`i${index}`, input]));
    const exchange = await server.ask(`mutation(${declared.join(', ')}) { ${fields.join(' ')} }`, {
      variables,
      ...(actor !== undefined && { actor }),
    });
    for (const [index, call] of some.entries()) {
      const key = `m${index}`;
      const error = exchange.errors.find(({ path }) => path?.[0] === key);
      if (error?.extensions?.['code'] !== code || exchange.data?.[key] != null) {
        throw new Violation(
          `${call.name} with ${shown(call.input, 300)}, in ${exchange.sent}`,
          error ? shown({ path: error.path, ...error.extensions }) : cameIn(exchange),
          `${code}, and nothing done.`,
        );
      }
      also?.(error, call, exchange);
    }
  }
}
