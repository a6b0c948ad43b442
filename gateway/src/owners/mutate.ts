/** Mutations: one after another in document order, each to its owner, never sent twice. */
import {
  NetError,
  contractSchema,
  isLocal,
  stepOf,
  wrongState,
  type NetOwner,
} from '@onenet/contract';
import { getNamedType, isEnumType, isObjectType, type GraphQLFormattedError } from 'graphql';
import type { OperationReport } from '../context.ts';
import type { JsonObject } from './conform.ts';
import { errorAt } from './failure.ts';
import { Offers } from './offers.ts';
import type { RouteField } from './plan.ts';
import { ownerOf, partOutcome } from './route.ts';
import { argumentsOf, caught, noteIncident, valueAt, type Outcome, type Run } from './run.ts';
import { timeFor } from './time.ts';
import { Wave, type WaveTools } from './wave.ts';

/** Carries out the mutation fields of an operation. */
export async function mutate(
  run: Run,
  tools: WaveTools,
  operation: string,
): Promise<Outcome<JsonObject>> {
  const value: JsonObject = {};
  const errors: GraphQLFormattedError[] = [];
  const stuck = stuckOf(run.context.report);
  const { routes } = run.plan;
  for (const [i, field] of routes.entries()) {
    // Each by the grants of its own moment: the one before may have taken its time.
    const now = { ...run, offers: new Offers(run.context, tools.withholding) };
    const outcome = await mutateOne(now, tools, field, stuck, () =>
      timeFor(run.context, operation, routes.length - 1 - i),
    );
    value[field.selected.key] = outcome.value;
    errors.push(...outcome.errors);
  }
  return { value, errors };
}

/**
 * Owners at which a mutation of the request has no outcome. Fields of the contract and additions
 * come in operations of their own, and stand in one order nevertheless.
 */
function stuckOf(report: OperationReport): Set<string> {
  let stuck = stuckByRequest.get(report);
  if (!stuck) stuckByRequest.set(report, (stuck = new Set()));
  return stuck;
}

const stuckByRequest = new WeakMap<OperationReport, Set<string>>();

async function mutateOne(
  run: Run,
  tools: WaveTools,
  field: RouteField,
  stuck: Set<string>,
  time: () => number,
): Promise<Outcome> {
  const path = [field.selected.key];
  try {
    const args = argumentsOf(run, field.typeName, field.selected.node);
    const owner = ownerOf(run, field, args);
    // An owner that takes unsigned calls of this machine could not tell this one from its own front end's.
    if (field.rule !== 'ADDITION' && isLocal(field.selected.name, run.plan.source.schema)) {
      if (run.context.caller.platform !== owner.code) throw localOnly(field, owner);
    }
    if (field.module === 'transfers') throw ofTheProvince(field, owner);
    const about = {
      platform: owner.code,
      idempotencyKey: valueAt(args, ['input', 'idempotencyKey']) ?? null,
    };
    if (stuck.has(owner.code)) throw new NetError('NOT_EXECUTED', undefined, about);
    const timeMs = time();
    if (timeMs <= 0 || run.context.signal.aborted) {
      throw new NetError('NOT_EXECUTED', 'Not sent, because no time was left.', about);
    }
    const wave = new Wave(run, tools);
    wave.wantRouted(owner, field);
    await wave.send(timeMs);
    const part = wave.routed(owner.code, field);
    if (!part.ok && part.failure.code === 'WRONG_STATE') {
      const refusal = refusedStep(field, owner, part.failure.recordStatus);
      if (refusal) throw refusal;
    }
    // The owner itself said what became of it; of its own failure it cannot know.
    if (part.ok || part.failure.code !== undefined) return partOutcome(run, owner.code, part, path);
    stuck.add(owner.code);
    if (!part.failure.sent) return partOutcome(run, owner.code, part, path);
    const { reason } = part.failure;
    const incident = noteIncident(run, owner.code, part.failure);
    throw new NetError('OUTCOME_UNKNOWN', undefined, { ...about, reason, incident });
  } catch (error) {
    return { value: null, errors: [errorAt(path, caught(run, error))] };
  }
}

function localOnly({ selected }: RouteField, { code }: NetOwner): NetError {
  return new NetError(
    'LOCAL_ONLY',
    `${selected.name} is for the own front end of platform ${code}: it is not taken over the net.`,
    { platform: code },
  );
}

/**
 * The steps of a transfer are the province's, which asks the two platforms itself. Taken from a client, an offer
 * would be sealed to whichever key it brings, and read; a completion would erase a record that is nowhere else.
 */
function ofTheProvince({ selected }: RouteField, { code }: NetOwner): NetError {
  return new NetError(
    'ACTOR_NOT_ALLOWED',
    `${selected.name} is a step of the province's own: startTransfer begins a transfer, cancelTransfer ends it.`,
    { platform: code },
  );
}

/**
 * A step that the record's status does not allow, with those that it does: said in the contract's words, of which
 * the owner's answer only chooses one. Undefined where it names no status of the record's life.
 */
function refusedStep(
  { selected: { name } }: RouteField,
  { code, modules }: NetOwner,
  status: string | undefined,
): NetError | undefined {
  const step = stepOf(name);
  if (!step || status === undefined || !isStatus(step.of, status)) return undefined;
  const { message, details } = wrongState(name, step.of, status, modules);
  return new NetError('WRONG_STATE', message, { ...details, platform: code });
}

function isStatus(typeName: string, status: string): boolean {
  const type = contractSchema().getType(typeName);
  const field = isObjectType(type) ? type.getFields()['status'] : undefined;
  const named = field && getNamedType(field.type);
  return isEnumType(named) && named.getValue(status) !== undefined;
}
