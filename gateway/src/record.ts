/** Step `record`: one structured line a request, its metrics, and its access record. Never variables, never a text of an owner or an error. */
import type { Caller } from '@onenet/contract';
import type { UsageResult } from '@onenet/feed';
import type { Logger } from 'pino';
import type { OwnerCall, OwnerIncident, RequestContext } from './context.ts';
import type { Answer } from './envelope.ts';
import type { Metrics } from './metrics.ts';
import type { PreparedOperation } from './prepared.ts';
import type { Usage } from './usage/usage.ts';
import { ownerAccesses, type Access } from './usage/access.ts';
import { ownersOf, type Use } from './usage/use.ts';

/** What is known of a request when it has been answered. */
export interface Handled {
  /** Undefined where it could not be told who asks. */
  readonly caller: Caller | undefined;
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
  /** Absent: neither what is asked nor who was given what is kept. */
  readonly usage?: Pick<Usage, 'note'> | undefined;
}

/** Writes the line, counts, and notes what was used and who was given what. */
export function record(handled: Handled, { log, metrics, usage }: Recorders): void {
  const { caller, context, operation, answer, status, bytes, durationMs } = handled;
  const outcome = outcomeOf(answer);
  const errors = countBy(answer.errors ?? [], (error) => String(error.extensions?.['code']));
  const incidents = incidentsOf(handled);
  const { requestId, gathered } = answer.extensions.onenet;
  log.info(
    {
      requestId,
      client: caller?.client,
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
  if (usage) note(handled, outcome, Object.keys(errors), usage);
}

function note(
  handled: Handled,
  result: UsageResult,
  codes: readonly string[],
  usage: Pick<Usage, 'note'>,
): void {
  const { context, operation, variables } = handled;
  const coordinates = context && operation ? operation.coordinates(variables) : [];
  const noted = {
    use: useOf(handled, result, coordinates),
    access: accessOf(handled, result, codes, coordinates),
  };
  if (noted.use || noted.access) usage.note(noted);
}

function useOf(
  { context, operation, durationMs }: Handled,
  result: UsageResult,
  coordinates: readonly string[],
): Use | undefined {
  // Introspection asks nobody.
  if (!context || !operation || coordinates.length === 0) return undefined;
  return {
    at: Date.now(),
    document: operation.hash,
    name: nameOf(operation),
    kind: operation.kind,
    client: context.caller.client,
    result,
    durationMs: tenths(durationMs),
    coordinates,
    owners: ownersOf(context.report.calls),
  };
}

/**
 * Everybody's requests, refused ones too. Of this machine's own only those for which an owner was asked,
 * because that owner's record has them: its dashboard asks analytics alone, all day long.
 */
function accessOf(
  { caller, context, operation, answer, status, durationMs }: Handled,
  result: UsageResult,
  codes: readonly string[],
  coordinates: readonly string[],
): Access | undefined {
  const { requestId, gathered } = answer.extensions.onenet;
  const calls = context?.report.calls ?? [];
  if (caller?.client === 'local' && calls.length === 0) return undefined;
  return {
    at: Date.now(),
    requestId,
    client: caller?.client ?? null,
    person: caller?.person ?? null,
    roles: caller?.roles ?? [],
    purpose: caller?.purpose ?? null,
    operation: operation ? nameOf(operation) : null,
    document: operation?.hash ?? null,
    kind: operation?.kind ?? null,
    coordinates,
    result,
    codes,
    status,
    durationMs: tenths(durationMs),
    owners: ownerAccesses(calls, gathered),
  };
}

function nameOf({ name }: PreparedOperation): string | null {
  return name?.slice(0, 200) ?? null;
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
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
  'REFUSED',
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
