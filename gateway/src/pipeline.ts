/** A GraphQL request from its first byte to its answer: the steps, in order. */
import { NetError, type Caller } from '@onenet/contract';
import { OperationTypeNode } from 'graphql';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { maxDeadlineMs, readCaller } from './caller.ts';
import type { CallerRequest } from './callers/callers.ts';
import { checkMutations } from './callers/mutations.ts';
import { OperationReport, type RequestContext } from './context.ts';
import { DocumentRefusal } from './document.ts';
import { refusal, withPlan, wrap, type Answer } from './envelope.ts';
import type { Form, Surroundings } from './form.ts';
import type { InForce } from './generations.ts';
import { HttpRefusal, type GraphQLParams } from './http-request.ts';
import { checkCost } from './limits/cost.ts';
import { limits } from './limits/limits.ts';
import { checkRows } from './limits/rows.ts';
import { checkVariables } from './limits/variables.ts';
import { planOf } from './plan/plan.ts';
import type { PreparedOperation } from './prepared.ts';
import { documentError, internalError } from './present.ts';
import type { Admission, Admitted } from './quota/admission.ts';
import type { Identifier } from './quota/attempts.ts';
import { record, type Recorders } from './record.ts';

export interface PipelineOptions extends Recorders {
  /** The net and the generation of now; undefined while none is loaded. */
  readonly inForce: () => InForce | undefined;
  readonly callers: Identifier;
  readonly admission: Pick<Admission, 'enter' | 'turn'>;
}

/** What a request has come to so far. */
interface Run {
  readonly requestId: string;
  /** Known before there is a context, which one who asks too often never gets. */
  caller?: Caller;
  context?: RequestContext;
  operation?: PreparedOperation;
  variables: Readonly<Record<string, unknown>>;
  /** Of the answer, whatever it is. */
  headers: Readonly<Record<string, string>>;
  /** Its place among those of its caller that are under way. */
  admitted?: Admitted;
}

/** A request, read so far that it can be carried out. */
export interface Call {
  readonly from: CallerRequest;
  /** Of its own, where it is more than a random one. */
  readonly requestId?: string;
  /** What is refused before it is looked who calls. */
  accept?(): void;
  read(around: Surroundings): Promise<GraphQLParams>;
}

/** What a request came to; disposed of, its caller may have another under way. */
export interface Outcome extends Performed, Disposable {
  /** Undefined where it did not come to that. */
  readonly operation: PreparedOperation | undefined;
  readonly context: RequestContext | undefined;
  /** Of the answer, whatever it is. */
  readonly headers: Readonly<Record<string, string>>;
  /** Records the request, when it is known what was written of its answer. */
  record(written: { readonly status: number; readonly bytes: number }): void;
}

/** Answers one request, whatever its form. */
export async function answerBy(
  form: Form,
  request: IncomingMessage,
  response: ServerResponse,
  options: PipelineOptions,
): Promise<void> {
  const call: Call = {
    from: callerRequest(request),
    accept: () => form.accept(request),
    read: (around) => form.read(request, around),
  };
  const outcome = await carryOut(call, response, options);
  const leave = (): void => outcome[Symbol.dispose]();
  // Until it is read, the answer is held here: who reads none has no more of them than may be under way.
  if (response.closed) leave();
  else response.once('close', leave);
  const { answer, status, operation, headers } = outcome;
  const written = form.write({ answer, status, operation });
  // Encoded once: its length and its bytes are both needed.
  const body = Buffer.from(written.body, 'utf8');
  response.writeHead(written.status, {
    ...headers,
    ...written.headers,
    'content-type': `${written.type}; charset=utf-8`,
    'cache-control': 'no-store',
    'content-length': body.length,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
  outcome.record({ status: written.status, bytes: body.length });
}

/** The steps of one request. Whoever writes its answer into `response` has it recorded then. */
export async function carryOut(
  call: Call,
  response: ServerResponse,
  options: PipelineOptions,
): Promise<Outcome> {
  const began = performance.now();
  const deadline = new Deadline(response);
  const run: Run = { requestId: call.requestId ?? randomUUID(), variables: {}, headers: {} };
  const performed = await perform(call, run, deadline, options);
  deadline.end();
  const { caller, context, operation, variables } = run;
  return {
    ...performed,
    operation,
    context,
    headers: { ...run.headers, ...performed.headers },
    [Symbol.dispose]: () => run.admitted?.[Symbol.dispose](),
    record({ status, bytes }) {
      const { answer } = performed;
      const durationMs = performance.now() - began;
      record({ caller, context, operation, variables, answer, status, bytes, durationMs }, options);
    },
  };
}

interface Performed {
  readonly answer: Answer;
  /** Where it does not follow from the answer. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

async function perform(
  call: Call,
  run: Run,
  deadline: Deadline,
  { inForce, callers, admission, log }: PipelineOptions,
): Promise<Performed> {
  try {
    call.accept?.();
    // Both are the request's until its end, whatever comes into force meanwhile.
    const { net, generation: current } = inForce() ?? notKnown();
    using held = current.enter();
    const { generation } = held;

    const { from } = call;
    const known = await callers.identify(from, net);
    run.caller = known.caller;
    run.admitted = await admission.enter(known);
    run.headers = run.admitted.headers;
    // What is refused by then is not read.
    const params = await call.read({ net, generation, known });
    run.variables = params.variables;
    const context = readCaller({
      requestId: run.requestId,
      known,
      request: from,
      net,
      netNow: () => inForce()?.net ?? net,
      extensions: params.extensions,
      signal: deadline.signal,
    });
    run.context = context;
    deadline.set(context.deadlineAt);

    using turn = await admission.turn(known, deadline.signal);
    void turn;
    checkVariables(params.variables);
    const operation = generation.prepare(known.access, params);
    run.operation = operation;
    checkMethod(from, operation);
    checkMutations(context.caller, net, operation.mutations, params.variables);
    checkRows(operation.lists, params.variables);
    context.report.cost = operation.cost(params.variables, net);
    checkCost(context.report.cost, limits.cost);

    const result = await generation.execute(operation, params.variables, context);

    const answer = wrap(context, result, operation.refused, log);
    if (!context.plan) return { answer };
    const plan = planOf(context.plan, context, operation, generation.schemaOf(known.access));
    return { answer: withPlan(answer, plan) };
  } catch (error) {
    return refuse(error, run, log);
  }
}

/** What of a request says who calls. */
export function callerRequest({ method, headers, socket }: IncomingMessage): CallerRequest {
  return { method, headers, remoteAddress: socket.remoteAddress };
}

function notKnown(): never {
  throw new HttpRefusal(503, 'UNAVAILABLE', 'The net is not known yet.');
}

/** A mutation by GET could be set off by a link or an image. */
function checkMethod({ method }: CallerRequest, { kind }: PreparedOperation): void {
  if (method === 'POST' || kind === OperationTypeNode.QUERY) return;
  throw new HttpRefusal(405, 'BAD_REQUEST', 'A mutation is sent by POST.', { allow: 'POST' });
}

function refuse(error: unknown, run: Run, log: Logger): Performed {
  const context = run.context ?? {
    requestId: run.requestId,
    completeness: 'BEST_EFFORT' as const,
    report: new OperationReport(),
  };
  if (error instanceof DocumentRefusal) {
    return { answer: refusal(context, error.errors.map(documentError)) };
  }
  if (error instanceof NetError) {
    const answer = refusal(context, [{ message: error.message, extensions: error.extensions }]);
    return error instanceof HttpRefusal
      ? { answer, status: error.status, headers: error.headers }
      : { answer };
  }
  return { answer: refusal(context, [internalError(error, log)]), status: 500 };
}

/** Aborts a request's calls at its deadline, and when its caller goes away. */
class Deadline {
  readonly #controller = new AbortController();
  readonly #response: ServerResponse;
  readonly #abort = (): void => this.#controller.abort();
  #timer: NodeJS.Timeout;

  constructor(response: ServerResponse) {
    this.#response = response;
    this.#timer = setTimeout(this.#abort, maxDeadlineMs);
    response.once('close', this.#abort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** On the clock of `performance.now()`. */
  set(deadlineAt: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#abort, Math.max(0, deadlineAt - performance.now()));
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#response.off('close', this.#abort);
  }
}
