/** Step `envelope`: how complete the answer is, in `extensions.onenet` (see envelope.v1.schema.json). */
import { errorCodes, isNetErrorCode } from '@onenet/contract';
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import type { CompletenessDemand, GatheredReport, RequestContext } from './context.ts';
import type { Plan } from './plan/plan.ts';
import { internalError } from './present.ts';
import { nullRefused, type RefusedTree } from './scopes.ts';

/** The version of `extensions.onenet`. */
const version = 1;

/** What `extensions.onenet` says. */
export interface Envelope {
  readonly version: typeof version;
  readonly requestId: string;
  readonly demanded: CompletenessDemand;
  /** Whether every owner in scope that is connected, and every part of the net, is in the answer. */
  readonly complete: boolean;
  readonly gathered: readonly GatheredReport[];
  /** What the operation costs by estimate, by `@cost` and `@listSize`; absent where it was refused before. */
  readonly cost?: number;
  /** How it was carried out, for a caller that asked. */
  readonly plan?: Plan;
}

/** An answer as it goes out, but for its encoding. `data` is absent when nothing was executed. */
export interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions: { readonly onenet: Envelope };
}

/** What the generation made of an operation. */
export interface ExecutionResult {
  readonly data?: Record<string, unknown> | null | undefined;
  /** Presented already. */
  readonly errors?: readonly GraphQLFormattedError[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** Puts the envelope around a result. What the caller demands was enforced list by list, where owners were asked. */
export function wrap(
  context: RequestContext,
  result: ExecutionResult,
  refused: RefusedTree | undefined,
  log: Logger,
): Answer {
  const errors = [...(result.errors ?? [])];
  if (refused) errors.push(...nullRefused(result.data, refused));
  // A non-null field was missing and nobody said why: an owner's part was not checked as it must be.
  const { valueCompletion } = result.extensions ?? {};
  if (valueCompletion !== undefined) {
    errors.push(
      internalError(new Error(`valueCompletion: ${JSON.stringify(valueCompletion)}`), log),
    );
  }
  return {
    ...(result.data !== undefined && { data: result.data }),
    ...(errors.length > 0 && { errors }),
    extensions: { onenet: envelope(context, errors) },
  };
}

/** The answer with its plan. */
export function withPlan({ extensions, ...answer }: Answer, plan: Plan): Answer {
  return { ...answer, extensions: { onenet: { ...extensions.onenet, plan } } };
}

/** The answer of a request that was refused before it was executed. */
export function refusal(
  context: Pick<RequestContext, 'requestId' | 'completeness' | 'report'>,
  errors: readonly GraphQLFormattedError[],
): Answer {
  return { errors, extensions: { onenet: envelope(context, errors) } };
}

function envelope(
  {
    requestId,
    completeness,
    report,
  }: Pick<RequestContext, 'requestId' | 'completeness' | 'report'>,
  errors: readonly GraphQLFormattedError[],
): Envelope {
  const isMissing = ({ extensions }: GraphQLFormattedError): boolean => {
    const code = extensions?.['code'];
    return isNetErrorCode(code) && errorCodes[code].fault !== 'caller';
  };
  return {
    version,
    requestId,
    demanded: completeness,
    complete:
      report.gathered.every(({ missing, partial }) => missing.length + partial.length === 0) &&
      !errors.some(isMissing),
    gathered: report.gathered,
    ...(report.cost !== undefined && { cost: report.cost }),
  };
}
