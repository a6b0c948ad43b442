/** One operation on its way: the plan, the values that it runs with, and what the parts report. */
import { NetError, type NetOwner } from '@onenet/contract';
import {
  getArgumentValues,
  getVariableValues,
  type FieldNode,
  type GraphQLFormattedError,
  type VariableDefinitionNode,
} from 'graphql';
import { randomUUID } from 'node:crypto';
import type { RequestContext } from '../context.ts';
import type { Step } from '../plan/trace.ts';
import type { Answering } from './conform.ts';
import { ownerError, type Failure, type ResponsePath } from './failure.ts';
import type { Offers } from './offers.ts';
import type { Plan } from './plan.ts';
import type { Net } from './scope.ts';
import { definitionOf } from './selection.ts';

/** Values by name, as they came or as they were coerced. */
export type Values = Readonly<Record<string, unknown>>;

/** One run of a plan. */
export interface Run {
  readonly plan: Plan;
  /** As the caller gave them. */
  readonly given: Values;
  /** Coerced, with defaults. */
  readonly variables: Values;
  readonly context: RequestContext;
  readonly net: Net;
  /** What owners offer the caller at this moment. */
  readonly offers: Offers;
  /** Where the operation's answer stands in the client's; `@` stands for every index. */
  readonly path: ResponsePath;
  readonly asOf: string;
  /** What is told of it to a caller that asks for the plan. */
  readonly step?: Step | undefined;
}

/** A value and the errors that belong to it, with paths from it. */
export interface Outcome<Value = unknown> {
  readonly value: Value;
  readonly errors: readonly GraphQLFormattedError[];
}

/** Coerces variables; what cannot be is the caller's fault. */
export function coerceVariables(plan: Plan, given: Values): Values {
  const definitions: VariableDefinitionNode[] = (plan.definition.variableDefinitions ?? []).filter(
    ({ variable }) => !plan.entities.some((entities) => entities.variable === variable.name.value),
  );
  if (definitions.length === 0) return {};
  const { coerced, errors } = getVariableValues(plan.source.schema, definitions, { ...given });
  if (errors) throw new NetError('BAD_INPUT', errors[0]?.message);
  return coerced;
}

/** A field's arguments, coerced, with defaults. */
export function argumentsOf(run: Run, typeName: string, node: FieldNode): Values {
  const definition = definitionOf(run.plan.source.schema, typeName, node.name.value);
  return getArgumentValues(definition, node, { ...run.variables });
}

/** A value within arguments. */
export function valueAt(values: Values, path: readonly string[]): unknown {
  let value: unknown = values;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = Object.getOwnPropertyDescriptor(value, name)?.value;
  }
  return value;
}

/** How an owner's answer is measured. */
export function answeringOf(run: Run, owner: NetOwner): Answering {
  return {
    platform: owner.code,
    idPrefix: `${owner.code}:`,
    pageSize: 0,
    variables: run.variables,
    asOf: run.asOf,
  };
}

/** Notes a failure under an incident id, which is all that a caller learns of its cause. */
export function noteIncident(run: Run, platform: string, failure: Failure): string {
  const id = randomUUID();
  const { reason, detail } = failure;
  run.context.report.addIncident({ id, platform, reason, detail });
  return id;
}

/** The error for a missing part of the one owner that was asked. */
export function missingPart(run: Run, platform: string, failure: Failure): NetError {
  if (failure.absent) return new NetError('NOT_FOUND', undefined, { platform });
  return ownerError(platform, failure, noteIncident(run, platform, failure));
}

/** What was thrown, as an error that may go out: a mistake of ours becomes an incident. */
export function caught({ context }: Pick<Run, 'context'>, thrown: unknown): NetError {
  if (thrown instanceof NetError) return thrown;
  const id = randomUUID();
  const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : 'no error';
  context.report.addIncident({ id, platform: '', reason: 'INTERNAL', detail });
  return new NetError('INTERNAL', undefined, { incident: id });
}
