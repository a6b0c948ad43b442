/** Checks the contract's text against the rules that keep the net sound. */
import type { GraphQLSchema } from 'graphql';
import { contractSchema } from '../schema.ts';
import { mutation } from './mutation.ts';
import { netFields } from './net-fields.ts';
import { nullability } from './nullability.ts';
import { oneOwner } from './one-owner.ts';
import { order } from './order.ts';
import { paging } from './paging.ts';
import { personal } from './personal.ts';
import { reference } from './reference.ts';
import type { LintFinding, LintRule } from './rule.ts';
import { share } from './share.ts';
import { sinceTypes } from './since-types.ts';
import { since } from './since.ts';
import { step } from './step.ts';
import { whoIsAsked } from './who-is-asked.ts';

export const lintRules: readonly LintRule[] = [
  nullability,
  oneOwner,
  whoIsAsked,
  order,
  paging,
  netFields,
  reference,
  mutation,
  personal,
  share,
  since,
  sinceTypes,
  step,
];

/** All faults of a contract, the net's own by default. */
export function lintContract(schema: GraphQLSchema = contractSchema()): readonly LintFinding[] {
  return lintRules.flatMap((rule) =>
    [...rule.check(schema)].map((finding) => ({ rule: rule.name, ...finding })),
  );
}
