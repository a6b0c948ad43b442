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
import type { Form } from './form.ts';
import type { InForce } from './generations.ts';
import { HttpRefusal } from './http-request.ts';
import { checkCost } from './limits/cost.ts';
import { limits } from './limits/limits.ts';
import { checkRows } from './limits/rows.ts';
import { checkVariables } from './limits/variables.ts';
import { planOf } from './plan/plan.ts';
import type { PreparedOperation } from './prepared.ts';
import { documentError, internalError } from './present.ts';
import type { Admission } from './quota/admission.ts';
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
  /** Known before there is a context, which one who asks too often never gets. */
  caller?: Caller;
  context?: RequestContext;
  operation?: PreparedOperation;
  variables: Readonly<Record<string, unknown>>;
  /** Of the answer, whatever it is. */
  headers: Readonly<Record<string, string>>;
}

/** Answers one request, whatever its form. */
export async function answerBy(
  form: Form,
  request: IncomingMessage,
  response: ServerResponse,
  options: PipelineOptions,
): Promise<void> {
  const began = performance.now();
  const deadline = new Deadline(response);
  const run: Run = { variables: {}, headers: {} };
  const { answer, status, headers } = await perform(form, request, run, deadline, options);
  deadline.end();
  const written = form.write({ answer, status, operation: run.operation });
  // Encoded once: its length and its bytes are both needed.
  const body = Buffer.from(written.body, 'utf8');
  response.writeHead(written.status, {
    ...run.headers,
    ...headers,
    ...written.headers,
    'content-type': `${written.type}; charset=utf-8`,
    'cache-control': 'no-store',
    'content-length': body.length,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
  record(
    {
      caller: run.caller,
      context: run.context,
      operation: run.operation,
      variables: run.variables,
      answer,
      status: written.status,
      bytes: body.length,
      durationMs: performance.now() - began,
    },
    options,
  );
}

interface Performed {
  readonly answer: Answer;
  /** Where it does not follow from the answer. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

async function perform(
  form: Form,
  request: IncomingMessage,
  run: Run,
  deadline: Deadline,
  { inForce, callers, admission, log }: PipelineOptions,
): Promise<Performed> {
  try {
    form.accept(request);
    // Both are the request's until its end, whatever comes into force meanwhile.
    const { net, generation: current } = inForce() ?? notKnown();
    using held = current.enter();
    const { generation } = held;

    const from = callerRequest(request);
    const known = await callers.identify(from, net);
    run.caller = known.caller;
    using admitted = await admission.enter(known);
    run.headers = admitted.headers;
    // What is refused by then is not read.
    const params = await form.read(request, { net, generation, known });
    run.variables = params.variables;
    const context = readCaller({
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
    checkMethod(request, operation);
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
function checkMethod({ method }: IncomingMessage, { kind }: PreparedOperation): void {
  if (method === 'POST' || kind === OperationTypeNode.QUERY) return;
  throw new HttpRefusal(405, 'BAD_REQUEST', 'A mutation is sent by POST.', { allow: 'POST' });
}

function refuse(error: unknown, run: Run, log: Logger): Performed {
  const context = run.context ?? {
    requestId: randomUUID(),
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
