/** The data source of the subgraph `additions`: each part of an operation is asked of the owner that added it. */
import type { GraphQLSchema } from 'graphql';
import { PlanCache } from '../owners/compile.ts';
import {
  ownersDataSource,
  toolsOf,
  type OwnersDataSource,
  type OwnersOptions,
} from '../owners/data-source.ts';
import { OperationCache } from '../owners/operation-cache.ts';
import { Withholding } from '../owners/withheld.ts';
import { addedEntity } from './added-entities.ts';
import { additionNeeds } from './addition-needs.ts';

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
  // Unlike a record that is asked for by its id, an addition may well have nothing to say.
  const subgraph = { entity: addedEntity, mayBeNothing: true };
  const needs = additionNeeds(options.schema);
  const withholding = new Withholding(() => needs);
  return ownersDataSource(plans, toolsOf(options, operations, withholding), subgraph);
}
