/** Step `caller`: who asks, until when, and how complete the answer must be. */
import type { NetSnapshot } from '@onenet/contract';
import { actorOf } from './callers/actor.ts';
import type { CallerRequest, Known } from './callers/callers.ts';
import { checkSessionMethod } from './callers/cookie.ts';
import {
  OperationReport,
  completenessDemands,
  type CompletenessDemand,
  type RequestContext,
} from './context.ts';
import { HttpRefusal, isObject } from './http-request.ts';
import { planHeader } from './plan/plan.ts';
import { PlanTrace } from './plan/trace.ts';

/** Milliseconds, when the caller names no deadline, and at most. */
export const defaultDeadlineMs = 5000;
export const maxDeadlineMs = 30_000;

/** What the step reads. */
export interface CallerInput {
  readonly requestId: string;
  readonly known: Known;
  readonly request: CallerRequest;
  /** The net in force. */
  readonly net: NetSnapshot;
  /** The net in force whenever it is called. */
  readonly netNow: () => NetSnapshot;
  /** The request's `extensions`. */
  readonly extensions: Readonly<Record<string, unknown>>;
  /** Aborts at the deadline, and when the caller goes away. */
  readonly signal: AbortSignal;
}

/** Makes the context of an operation. */
export function readCaller(input: CallerInput): RequestContext {
  const { requestId, known, request, net, netNow, signal } = input;
  if (known.by === 'SESSION') checkSessionMethod(request.method);
  const actor = actorOf(known, request.headers);
  const { deadlineMs, completeness, plan } = readDemands(input);
  return {
    requestId,
    caller: known.caller,
    ...(known.client && { client: known.client }),
    net,
    netNow,
    ...(actor && { actor }),
    deadlineAt: performance.now() + deadlineMs,
    completeness,
    signal,
    report: new OperationReport(),
    ...(plan && { plan: new PlanTrace() }),
  };
}

function readDemands({ request: { headers }, extensions }: CallerInput): {
  readonly deadlineMs: number;
  readonly completeness: CompletenessDemand;
  readonly plan: boolean;
} {
  const wished = extensions['onenet'] ?? {};
  if (!isObject(wished)) {
    throw bad('`extensions.onenet` is not a JSON object.');
  }
  for (const name of Object.keys(wished)) {
    if (name === 'deadlineMs' || name === 'completeness' || name === 'plan') continue;
    throw bad('`extensions.onenet` takes deadlineMs, completeness and plan, and nothing else.');
  }
  const header = headers['onenet-deadline'];
  return {
    deadlineMs: readDeadline(wished['deadlineMs'] ?? (header && Number(header))),
    completeness: readCompleteness(wished['completeness'] ?? headers['onenet-completeness']),
    plan: readPlan(wished['plan'] ?? headers[planHeader]),
  };
}

function readDeadline(value: unknown): number {
  if (value === undefined) return defaultDeadlineMs;
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= maxDeadlineMs) {
    return Number(value);
  }
  throw bad(`The deadline is not a whole number of milliseconds from 1 to ${maxDeadlineMs}.`);
}

function readCompleteness(value: unknown): CompletenessDemand {
  if (value === undefined) return 'BEST_EFFORT';
  const demand = completenessDemands.find((known) => known === value);
  if (demand) return demand;
  throw bad(`Completeness is one of ${completenessDemands.join(', ')}.`);
}

function readPlan(value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw bad('The plan is asked for by true, or not.');
}

function bad(message: string): HttpRefusal {
  return new HttpRefusal(400, 'BAD_REQUEST', message);
}
