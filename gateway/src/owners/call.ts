/** One call to one owner: through its breaker, within the wave's time, sent once more only where that is safe. */
import type { Signer } from '@onenet/assertion';
import type { NetOwner } from '@onenet/contract';
import type { RequestContext } from '../context.ts';
import type { NextHeaders, OwnerPost } from './assertion.ts';
import type { Breakers, CallResult } from './breaker.ts';
import type { Budgets } from './budget.ts';
import { failed, type Failure } from './failure.ts';
import { fairTimeMs } from './time.ts';
import { TransportError, type Exchange, type HttpAnswer, type Transport } from './transport.ts';

/** How owners are reached. */
export interface CallTools {
  readonly transport: Transport;
  readonly breakers: Breakers;
  /** How much owners let the net ask of them; absent: nobody looks. */
  readonly budgets?: Budgets | undefined;
  /** Signs what owners are asked; absent: nothing is signed. */
  readonly signer?: Signer | undefined;
  /** Greatest size of one owner's answer. */
  readonly maxAnswerBytes: number;
}

/** The wave that a call belongs to. */
export interface CallFrame {
  readonly context: RequestContext;
  /** How long a call may take. */
  readonly timeMs: number;
  /** When it must be over, on the clock of `performance.now()`. */
  readonly untilMs: number;
  /** A query may be sent again after its connection broke; a mutation never. */
  readonly mayRepeat: boolean;
  /** Calls under way: whoever ends the wave gives them up. */
  readonly underWay: Set<Exchange>;
}

/** Sends a call to its owner: the answer as it came, or why there is none. */
export async function callOwner(
  { owner, body }: OwnerPost,
  headers: NextHeaders,
  tools: CallTools,
  frame: CallFrame,
): Promise<HttpAnswer | Failure> {
  if (owner.connection === 'MAINTENANCE') return failed('MAINTENANCE', 'by the registry', false);
  if (frame.timeMs <= 0) return failed('TIMEOUT', 'no time was left', false);
  // Without a budget nobody waits, so that all calls of a wave leave at once.
  using spent = owner.budget && (await tools.budgets?.enter(owner, frame.context.caller.client));
  if (spent?.isOver) return failed('OVER_BUDGET', 'as its team set it', false);
  const breaker = tools.breakers.of(owner.code, owner.graphqlUrl);
  if (!breaker.admits()) return failed('BREAKER_OPEN', 'failed repeatedly', false);
  let result: CallResult = 'UNDECIDED';
  try {
    const answer = await exchange(owner, body, headers, tools, frame);
    result = 'status' in answer ? judge(answer) : blame(answer, frame);
    return answer;
  } finally {
    breaker.note(result);
  }
}

async function exchange(
  { graphqlUrl, addresses }: NetOwner,
  body: string,
  headers: NextHeaders,
  { transport, maxAnswerBytes }: CallTools,
  { context, untilMs, mayRepeat, underWay }: CallFrame,
): Promise<HttpAnswer | Failure> {
  for (let attempt = 1; ; attempt++) {
    const under = transport.post(graphqlUrl, addresses, body, headers(), maxAnswerBytes);
    underWay.add(under);
    try {
      return await under.answer;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      // An idle connection that the owner closed just then: it never saw the request.
      const repeat = error.kind === 'BROKEN' && mayRepeat && attempt === 1;
      if (!repeat || performance.now() >= untilMs || context.signal.aborted) {
        return transportFailure(error);
      }
    } finally {
      underWay.delete(under);
    }
  }
}

function transportFailure({ kind, sent }: TransportError): Failure {
  if (kind === 'ABORTED') return failed('TIMEOUT', 'no whole answer in time', sent);
  if (kind === 'TOO_LARGE') return failed('OVER_BUDGET', 'larger than an answer may be', sent);
  if (kind === 'NOT_PUBLIC') return failed('UNREACHABLE', 'its address is not public', sent);
  return failed('UNREACHABLE', kind === 'CONNECT' ? 'no connection' : 'the connection broke', sent);
}

function judge({ status }: HttpAnswer): CallResult {
  return status >= 500 ? 'FAILED' : 'ANSWERED';
}

/** Whether a failed call counts against the owner: not when it was given no time, or nobody waits for it. */
function blame(failure: Failure, { timeMs, context }: CallFrame): CallResult {
  if (failure.reason === 'UNREACHABLE') return 'FAILED';
  if (failure.reason !== 'TIMEOUT' || timeMs < fairTimeMs) return 'UNDECIDED';
  return context.signal.aborted ? 'UNDECIDED' : 'FAILED';
}
