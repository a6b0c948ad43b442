/**
 * The plan of a request, in `extensions.onenet.plan` for a caller that asks for it: each fetch, the owners
 * that it went to, what they were sent, how long it took, what was left out and why. It tells the caller
 * how its own operation was carried out: no value of a variable, no address, and no name that the caller's
 * variant of the schema does not have.
 */
import type { GraphQLSchema } from 'graphql';
import type { RequestContext } from '../context.ts';
import { limits } from '../limits/limits.ts';
import type { OwnerOperation } from '../owners/owner-operation.ts';
import { reserved, type Pruned } from '../owners/ask.ts';
import type { PreparedOperation } from '../prepared.ts';
import type { RefusedTree } from '../scopes.ts';
import { hasField, shownText } from './shown-text.ts';
import type { PlanTrace, Step, TracedCall } from './trace.ts';

/** Asks for the plan, as `extensions.onenet.plan` of the request does. */
export const planHeader = 'onenet-plan';

/** A platform as people know it. */
interface Named {
  readonly platform: string;
  readonly name: string;
  readonly nameEn: string;
}

/** One call to an owner. */
export interface PlanCall extends Named {
  /** `OK`, or the reason why its part is missing. */
  readonly outcome: string;
  readonly startMs: number;
  readonly durationMs: number;
  readonly bytes: number;
  readonly rows: number | null;
  /** The place in `sent` of what it was asked. */
  readonly sent: number;
  /** Fields that were left out, by response keys. */
  readonly leftOut: readonly { readonly path: readonly string[]; readonly reason: string }[];
}

/** One fetch of the planner's. */
export interface PlanStep {
  /** `municipal`: the contract, which the owners answer. */
  readonly subgraph: string;
  readonly path: readonly (string | number)[];
  readonly entities: number | null;
  readonly startMs: number;
  readonly durationMs: number;
  readonly codes: readonly string[];
  readonly text: string;
  /** What owners were sent: each text once. */
  readonly sent: readonly string[];
  readonly calls: readonly PlanCall[];
  readonly notAsked: readonly (Named & { readonly reason: string })[];
}

export interface Plan {
  readonly cost: { readonly estimate: number; readonly limit: number };
  readonly durationMs: number;
  /** Fields for which nobody was asked, since the caller may not have them. */
  readonly withheld: readonly {
    readonly coordinate: string;
    readonly code: string;
    readonly scopes?: readonly (readonly string[])[];
  }[];
  readonly steps: readonly PlanStep[];
}

/** What was traced, as the caller may see it; `schema` is its variant. */
export function planOf(
  trace: PlanTrace,
  { net, report }: Pick<RequestContext, 'net' | 'report'>,
  { refused }: Pick<PreparedOperation, 'refused'>,
  schema: GraphQLSchema,
): Plan {
  const names = new Map(net.owners.map((owner) => [owner.code, owner]));
  const named = (platform: string): Named => {
    const { name = platform, nameEn = platform } = names.get(platform) ?? {};
    return { platform, name, nameEn };
  };
  return {
    cost: { estimate: report.cost ?? 0, limit: limits.cost },
    durationMs: tenths(trace.now()),
    withheld: withheldBy(refused).filter(({ coordinate }) => hasField(schema, coordinate)),
    steps: trace.steps.map((step) => stepOf(step, named, schema)),
  };
}

function stepOf(step: Step, named: (platform: string) => Named, schema: GraphQLSchema): PlanStep {
  const operations = [...new Set(step.calls.map(({ operation }) => operation))];
  const texts = operations.map((operation) => shownText(schema, textOf(operation)));
  const sent = [...new Set(texts)];
  const sentOf = ({ operation }: TracedCall): number =>
    sent.indexOf(texts[operations.indexOf(operation)] ?? '');
  return {
    subgraph: step.subgraph,
    path: step.path,
    entities: step.entities,
    startMs: tenths(step.startMs),
    durationMs: tenths(step.durationMs ?? 0),
    codes: step.codes,
    text: shownText(schema, step.text),
    sent,
    calls: step.calls.map((call) => ({
      ...named(call.platform),
      outcome: call.outcome,
      startMs: tenths(call.startMs),
      durationMs: tenths(call.durationMs),
      bytes: call.bytes,
      rows: call.rows,
      sent: sentOf(call),
      leftOut: leftOut(call.operation, schema),
    })),
    notAsked: step.notAsked.map(({ platform, reason }) => ({ ...named(platform), reason })),
  };
}

/** Each field once, wherever it was taken out. */
function withheldBy(refused: RefusedTree | undefined): Plan['withheld'] {
  const found = new Map<string, Plan['withheld'][number]>();
  const walk = ({ fields, children }: RefusedTree): void => {
    for (const { coordinate, code, scopes } of [...fields.values()].flat()) {
      found.set(coordinate, { coordinate, code, ...(scopes && { scopes }) });
    }
    for (const child of children.values()) walk(child);
  };
  if (refused) walk(refused);
  return [...found.values()];
}

function textOf({ head }: OwnerOperation): string {
  const { query } = JSON.parse(`${head}{}}`) as { readonly query: string };
  return query;
}

/** The caller's own fields alone: what the merge adds has keys of the net's, what the planner adds its variant may not have. */
function leftOut(
  { gathers, routes, groups }: OwnerOperation,
  schema: GraphQLSchema,
): PlanCall['leftOut'] {
  const under = (key: string, pruned: readonly Pruned[]) =>
    pruned.map((each) => ({ ...each, path: [key, ...each.path] }));
  const all = [
    ...[...gathers, ...routes].flatMap(({ key, pruned }) => under(key, pruned)),
    ...groups.flatMap((group) => [
      ...group.pruned,
      ...group.gathers.flatMap(({ field, pruned }) => under(field.selected.key, pruned)),
    ]),
  ];
  return all.flatMap(({ path, coordinates, code }) => {
    const isShown =
      coordinates.every((coordinate) => hasField(schema, coordinate)) &&
      !path.some((key) => key.startsWith(reserved));
    return isShown ? [{ path, reason: code }] : [];
  });
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
