/** The data source of the subgraph `additions`: each part of an operation is asked of the owner that added it. */
import { NetError } from '@onenet/contract';
import type { GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { PlanCache } from '../owners/compile.ts';
import type { JsonObject } from '../owners/conform.ts';
import {
  ownersDataSource,
  toolsOf,
  type OwnersDataSource,
  type OwnersOptions,
} from '../owners/data-source.ts';
import { errorAt } from '../owners/failure.ts';
import { OperationCache } from '../owners/operation-cache.ts';
import { partOutcome, tryOwnerOf } from '../owners/route.ts';
import type { Outcome, Run } from '../owners/run.ts';
import { timeFor } from '../owners/time.ts';
import { Wave, type WaveTools } from '../owners/wave.ts';
import { EntityList } from '../owners/entity-list.ts';
import { addedEntity } from './added-entities.ts';

/** What the additions of one generation need. */
export interface AdditionsOptions extends OwnersOptions {
  /** The subgraph's own: see `additionsSchema`. */
  readonly schema: GraphQLSchema;
}

/** Answers every operation that the planner sends to `additions`; mutations as on `municipal`. */
export function createAdditionsDataSource(options: AdditionsOptions): OwnersDataSource {
  const plans = new PlanCache(options.schema, () => 'ADDITION');
  // No two owners are asked the same.
  const operations = new OperationCache(({ code }) => code);
  return ownersDataSource(plans, toolsOf(options, operations), query);
}

/** One wave: whatever the operation wants of an owner goes in one request. */
async function query(run: Run, tools: WaveTools, text: string): Promise<Outcome<JsonObject>> {
  const wave = new Wave(run, tools);
  const entities = run.plan.entities.map((field) => new EntityList(run, field, addedEntity));
  const owners = run.plan.routes.map((field) => tryOwnerOf(run, field));
  for (const each of entities) each.prepare(wave);
  for (const [i, field] of run.plan.routes.entries()) {
    const owner = owners[i];
    if (owner && !(owner instanceof NetError)) wave.wantRouted(owner, field);
  }
  await wave.send(timeFor(run.context, text));
  const value: JsonObject = {};
  const errors: GraphQLFormattedError[] = [];
  for (const [i, field] of run.plan.routes.entries()) {
    const owner = owners[i];
    const { key } = field.selected;
    value[key] = null;
    if (owner instanceof NetError) errors.push(errorAt([key], owner));
    else if (owner) {
      const part = wave.routed(owner.code, field);
      // Unlike a record that is asked for by its id, an addition may well have nothing to say.
      if (!part.ok && part.failure.absent) continue;
      const outcome = partOutcome(run, owner.code, part, [key]);
      value[key] = outcome.value;
      errors.push(...outcome.errors);
    }
  }
  for (const [i, { key }] of run.plan.entities.entries()) {
    const list = entities[i]?.finish(wave);
    value[key] = list?.value;
    errors.push(...(list?.errors ?? []));
  }
  return { value, errors };
}
