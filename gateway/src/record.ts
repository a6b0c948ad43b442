/** Step `record`: one structured line a request, and its metrics. Never variables, never a text of an owner or an error. */
import type { UsageResult } from '@onenet/feed';
import type { Logger } from 'pino';
import type { OwnerCall, OwnerIncident, RequestContext } from './context.ts';
import type { Answer } from './envelope.ts';
import type { Metrics } from './metrics.ts';
import type { PreparedOperation } from './prepared.ts';
import type { Usage } from './usage/usage.ts';
import { ownersOf } from './usage/use.ts';

/** What is known of a request when it has been answered. */
export interface Handled {
  readonly context: RequestContext | undefined;
  readonly operation: PreparedOperation | undefined;
  /** Of the request; empty where it has none. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly answer: Answer;
  /** HTTP status. */
  readonly status: number;
  readonly bytes: number;
  readonly durationMs: number;
}

/** Where a request is recorded. */
export interface Recorders {
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Absent: what consumers ask is not kept. */
  readonly usage?: Pick<Usage, 'note'> | undefined;
}

/** Writes the line, counts, and notes what was used. */
export function record(handled: Handled, { log, metrics, usage }: Recorders): void {
  const { context, operation, answer, status, bytes, durationMs } = handled;
  const outcome = outcomeOf(answer);
  const errors = countBy(answer.errors ?? [], (error) => String(error.extensions?.['code']));
  const incidents = incidentsOf(handled);
  const { requestId, gathered } = answer.extensions.onenet;
  log.info(
    {
      requestId,
      client: context?.caller.client,
      ...(operation && {
        kind: operation.kind,
        operation: operation.name,
        document: operation.hash.slice(0, 16),
      }),
      // Until there are credentials an actor is what this machine says of itself.
      ...(context?.actor && { actor: { ...context.actor, asserted: 'by loopback header' } }),
      outcome,
      status,
      durationMs: Math.round(durationMs * 10) / 10,
      bytes,
      ...(Object.keys(errors).length > 0 && { errors }),
      ...(incidents.length > 0 && { incidents }),
      ...(gathered.length > 0 && {
        gathered: gathered.map(({ path, asked, answered, missing }) => ({
          path: path.join('.'),
          asked,
          answered,
          ...(missing.length > 0 && { missing }),
        })),
      }),
      ...(context && context.report.calls.length > 0 && { owners: byOwner(context.report.calls) }),
    },
    'request',
  );
  metrics.requests.inc({ kind: operation?.kind ?? 'none', outcome });
  metrics.seconds.observe(durationMs / 1000);
  for (const [code, count] of Object.entries(errors)) metrics.errors.inc({ code }, count);
  for (const { platform, outcome: result, durationMs: ms } of context?.report.calls ?? []) {
    metrics.ownerCalls.inc({ platform, outcome: result });
    metrics.ownerSeconds.observe({ platform }, ms / 1000);
  }
  if (usage) noteUse(handled, outcome, usage);
}

function noteUse(
  { context, operation, variables, durationMs }: Handled,
  result: UsageResult,
  usage: Pick<Usage, 'note'>,
): void {
  if (!context || !operation) return;
  const coordinates = operation.coordinates(variables);
  // Introspection asks nobody.
  if (coordinates.length === 0) return;
  usage.note({
    at: Date.now(),
    document: operation.hash,
    name: operation.name?.slice(0, 200) ?? null,
    kind: operation.kind,
    client: context.caller.client,
    result,
    durationMs: Math.round(durationMs * 10) / 10,
    coordinates,
    owners: ownersOf(context.report.calls),
  });
}

function outcomeOf({ data, errors }: Answer): UsageResult {
  if (!errors) return 'OK';
  if (data != null) return 'PARTIAL';
  return errors.some(({ extensions }) => extensions?.['code'] === 'INTERNAL') || data === null
    ? 'FAILED'
    : 'REFUSED';
}

/** Reasons that say all by themselves; `owners` counts them. */
const plainReasons: ReadonlySet<string> = new Set([
  'UNREACHABLE',
  'TIMEOUT',
  'BREAKER_OPEN',
  'MAINTENANCE',
  'NOT_OFFERED',
]);

/** What the log must explain: every incident whose id went out, and every owner that broke a rule. */
function incidentsOf({ answer, context }: Handled): readonly (OwnerIncident | { id: string })[] {
  const given = (answer.errors ?? []).flatMap(({ extensions }) => {
    const id = extensions?.['incident'];
    return typeof id === 'string' ? [id] : [];
  });
  const noted = context?.report.incidents ?? [];
  const known = new Set(noted.map(({ id }) => id));
  return [
    ...noted.filter(({ id, reason }) => given.includes(id) || !plainReasons.has(reason)),
    ...given.filter((id) => !known.has(id)).map((id) => ({ id })),
  ];
}

interface OwnerSummary {
  readonly calls: number;
  /** The slowest of them. */
  readonly ms: number;
  readonly failed: readonly string[];
}

function byOwner(calls: readonly OwnerCall[]): Readonly<Record<string, OwnerSummary>> {
  const owners: Record<string, OwnerSummary> = {};
  for (const { platform, outcome, durationMs } of calls) {
    const known = owners[platform] ?? { calls: 0, ms: 0, failed: [] };
    owners[platform] = {
      calls: known.calls + 1,
      ms: Math.max(known.ms, Math.round(durationMs * 10) / 10),
      failed: outcome === 'OK' ? known.failed : [...known.failed, outcome],
    };
  }
  return owners;
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}
