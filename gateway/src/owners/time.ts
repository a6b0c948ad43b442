/** How long one wave of calls may take, so that the waves after it have their time too. */
import type { RequestContext } from '../context.ts';

/** What is kept back of the deadline to put the answer together and send it. */
const marginMs = 150;
const marginShare = 0.1;

/** What one wave may take of what is left while other waves come after it. */
const waveShare = 2 / 3;

/** Below this an owner that did not answer is not to blame. */
export const fairTimeMs = 250;

/** A node of Apollo's query plan, as far as it is read here. */
interface PlanNode {
  readonly kind: string;
  readonly nodes?: readonly PlanNode[];
  readonly node?: PlanNode;
  readonly ifClause?: PlanNode;
  readonly elseClause?: PlanNode;
  readonly operation?: string;
}

/** How many waves come after each operation of a plan. */
type WavesAfter = ReadonlyMap<string, number>;

const wavesByPlan = new WeakMap<object, WavesAfter>();
const wavesByRequest = new WeakMap<object, WavesAfter>();

/** Notes the plan of a request before it is carried out: the gateway calls it for each. */
export function noteQueryPlan(context: object, plan: { readonly node?: unknown }): void {
  let waves = wavesByPlan.get(plan);
  if (!waves) {
    const counted = new Map<string, number>();
    if (isPlanNode(plan.node)) countWaves(plan.node, 0, counted);
    wavesByPlan.set(plan, (waves = counted));
  }
  wavesByRequest.set(context, waves);
}

/** How long the wave of an operation may take from now on, in milliseconds; at most 0: no time is left. */
export function timeFor(context: RequestContext, operation: string, later = 0): number {
  const left = context.deadlineAt - performance.now();
  const usable = left - Math.min(marginMs, left * marginShare);
  const after = later + (wavesByRequest.get(context)?.get(operation) ?? 0);
  return after > 0 ? usable * waveShare : usable;
}

/** Counts from the end of the plan; returns the number of waves that begin with `node`. */
function countWaves(node: PlanNode, after: number, counted: Map<string, number>): number {
  const children = [
    ...(node.nodes ?? []),
    ...[node.node, node.ifClause, node.elseClause].filter((child) => child !== undefined),
  ];
  if (node.kind === 'Fetch') {
    const operation = node.operation ?? '';
    counted.set(operation, Math.max(after, counted.get(operation) ?? 0));
    return after + 1;
  }
  if (node.kind === 'Sequence') {
    return children.reduceRight((waves, child) => countWaves(child, waves, counted), after);
  }
  return Math.max(after, ...children.map((child) => countWaves(child, after, counted)));
}

function isPlanNode(value: unknown): value is PlanNode {
  return typeof value === 'object' && value !== null && 'kind' in value;
}
