/** Follows one request whose caller asked for its plan: each fetch, and each call to an owner within it. */
import type { GraphQLDataSource } from '@apollo/gateway';
import { isNetErrorCode } from '@onenet/contract';
import type { Absence, OwnerCall } from '../context.ts';
import { isObject } from '../http-request.ts';
import type { OwnerOperation } from '../owners/owner-operation.ts';

/** A call to an owner, with what it was sent. */
export interface TracedCall extends OwnerCall {
  readonly operation: OwnerOperation;
  /** Since the trace began. */
  readonly startMs: number;
}

/** One fetch of the planner's. */
export class Step {
  readonly subgraph: string;
  /** Where its answer goes; `@` stands for every index of a list. */
  readonly path: readonly (string | number)[];
  /** As the planner wrote it. */
  readonly text: string;
  /** For how many objects of the waves before it asks; null where it begins at the root. */
  readonly entities: number | null;
  readonly startMs: number;
  /** Undefined while it is under way. */
  durationMs: number | undefined;
  /** Of its errors. */
  codes: readonly string[] = [];
  readonly calls: TracedCall[] = [];
  readonly notAsked: Absence[] = [];
  readonly #now: () => number;

  constructor(
    { request, path = [] }: { readonly request: FetchRequest; path?: Step['path'] | undefined },
    subgraph: string,
    now: () => number,
  ) {
    const representations = request.variables?.['representations'];
    this.subgraph = subgraph;
    this.path = path;
    this.text = request.query ?? '';
    this.entities = Array.isArray(representations) ? representations.length : null;
    this.startMs = now();
    this.#now = now;
  }

  /** Notes an owner's call, which has just ended. */
  addCall(call: OwnerCall, operation: OwnerOperation): void {
    this.calls.push({ ...call, operation, startMs: this.#now() - call.durationMs });
  }

  /** Notes an owner that is not asked; the first reason is the one that is told. */
  addNotAsked({ platform, reason }: Absence): void {
    if (this.notAsked.some((known) => known.platform === platform)) return;
    this.notAsked.push({ platform, reason });
  }

  end(codes: readonly string[]): void {
    this.durationMs = this.#now() - this.startMs;
    this.codes = [...new Set(codes)];
  }
}

interface FetchRequest {
  readonly query?: string | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
}

/** The steps of one request, in the order in which they began. */
export class PlanTrace {
  readonly steps: Step[] = [];
  readonly #began = performance.now();
  readonly #byRequest = new WeakMap<object, Step>();

  /** Since the trace began. */
  readonly now = (): number => performance.now() - this.#began;

  /** Stands between the plan and the subgraphs: the map is the request's own. */
  watch(serviceMap: Record<string, GraphQLDataSource>): void {
    for (const [name, source] of Object.entries(serviceMap)) {
      serviceMap[name] = {
        process: async (call) => {
          const path = 'pathInIncomingRequest' in call ? call.pathInIncomingRequest : undefined;
          const step = new Step({ request: call.request, path }, name, this.now);
          this.steps.push(step);
          this.#byRequest.set(call.request, step);
          try {
            const answer = await source.process(call);
            step.end((answer.errors ?? []).flatMap(({ extensions }) => codeOf(extensions)));
            return answer;
          } catch (error) {
            step.end(['INTERNAL']);
            throw error;
          }
        },
      };
    }
  }

  /** The step that a data source's request belongs to. */
  stepOf(request: object): Step | undefined {
    return this.#byRequest.get(request);
  }
}

function codeOf(extensions: unknown): readonly string[] {
  const code = isObject(extensions) ? extensions['code'] : undefined;
  return isNetErrorCode(code) ? [code] : [];
}
