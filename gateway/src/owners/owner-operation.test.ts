/** What owners are asked: their own root fields, and only what these use. */
import { contractSchema, platformSdl, type ModuleName } from '@onenet/contract';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { PlanCache } from './compile.ts';
import { readOffer } from './offer.ts';
import { ownerOperation } from './owner-operation.ts';

const plans = new PlanCache(contractSchema());
const core: readonly ModuleName[] = ['core', 'organizations', 'requests'];

/** The text for an owner that offers `modules`: checked against that owner's own schema. */
function textFor(
  query: string,
  modules: readonly ModuleName[],
  variables: Record<string, unknown> = {},
  only?: readonly string[],
): string {
  const plan = plans.of(query, variables);
  const wants = (key: string): boolean => only === undefined || only.includes(key);
  const { head } = ownerOperation(plan, readOffer(modules), {
    gathers: plan.gathers.filter(({ selected }) => wants(selected.key)),
    routes: plan.routes.filter(({ selected }) => wants(selected.key)),
    groups: [],
  });
  const { query: text } = JSON.parse(`${head}null}`) as { query: string };
  const schema = buildSubgraphSchema(parse(platformSdl(modules)));
  expect(validate(schema, parse(text))).toEqual([]);
  return text;
}

test('fragments are written out, conditions are decided, and unused variables are gone', () => {
  const query = `query Q($id: ID!, $with: Boolean!, $n: Int = 5, $c: String) {
    a: serviceRequest(id: $id) { ...R }
    b: serviceRequests(first: $n, after: $c, filter: { titleContains: "x" }) { edges { node { ...R } } }
  }
  fragment R on ServiceRequest { id title @include(if: $with) ... @skip(if: $with) { status } }`;
  expect(textFor(query, core, { with: true }, ['a'])).toBe(
    'query Q ($id: ID!) { a: serviceRequest(id: $id) { id title } }',
  );
  expect(textFor(query, core, { with: false }, ['b'])).toBe(
    'query Q ($n: Int = 5, $onenet_after_0: String, $onenet_before_0: String) { b: serviceRequests(first: $n, filter: {titleContains: "x"}, after: $onenet_after_0, before: $onenet_before_0) { edges { node { id status } onenet_cursor: cursor } onenet_page: pageInfo { hasNextPage hasPreviousPage } } }',
  );
});

test('what an owner does not offer, and what the net fills, is not asked for', () => {
  const query = `{ organization(id: "A:1") {
    members(first: 1) { totalCount knownCount }
    serviceRequests { knownCount completeness { asked } }
  } }`;
  expect(textFor(query, core)).toBe(
    'query { organization(id: "A:1") { serviceRequests { onenet_total: totalCount } } }',
  );
  expect(textFor(query, [...core, 'members'])).toContain(
    'members(first: 1) { totalCount onenet_total: totalCount }',
  );
});

test('the same text with other conditions has another plan; the same again has the same', () => {
  const query =
    'query ($x: Boolean = true) { serviceRequest(id: "A:1") { id title @skip(if: $x) } }';
  expect(plans.of(query, {})).toBe(plans.of(query, { x: true }));
  expect(plans.of(query, { x: false })).not.toBe(plans.of(query, {}));
});

test.for([
  'query ($onenet_after_0: String) { serviceRequests(after: $onenet_after_0) { totalCount } }',
  '{ serviceRequest(id: "A:1") { __proto__: title } }',
])('%s is refused', (query) => {
  expect(() => {
    const plan = plans.of(query, {});
    const { gathers, routes } = plan;
    ownerOperation(plan, readOffer(core), { gathers, routes, groups: [] });
  }).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
});
