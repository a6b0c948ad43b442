/** What a request costs does not grow with the net: the same steps for 17 owners and for 1,700, and only those are asked who are in scope. */
import { describe, expect, test } from 'vitest';
import { startChild } from './bench/child.ts';
import { codesOf, netOf, supergraphOf } from './bench/growth/made-up-net.ts';
import { operations, startPlanner, type PlanSize } from './bench/growth/plans.ts';
import { startTold } from './bench/growth/told.ts';
import { ask } from './fixtures/small-net.ts';

const sizes = [17, 1700] as const;

test('plans have equal steps, fetches and waves, with 3 and with 340 owners that add something', async () => {
  const [few, many] = [await plansAt(sizes[0]), await plansAt(sizes[1])];
  expect(few).toHaveLength(operations.length);
  expect(many).toEqual(few);
  // They are plans of several waves, and not of nothing.
  expect(Math.max(...few.map(({ waves }) => waves))).toBeGreaterThan(2);
  for (const { fetches } of few) expect(fetches).toBeGreaterThan(0);
});

async function plansAt(size: number): Promise<PlanSize[]> {
  await using planner = await startPlanner(supergraphOf(size));
  const plans: PlanSize[] = [];
  for (const operation of operations) plans.push(await planner.plan(operation));
  return plans;
}

/** One of 17 cities, which the owners serve in turn. */
const place = '420100';

describe.each(sizes)('of %i owners', (size) => {
  test('those are asked once whom an operation concerns, and no other', async () => {
    await using owners = startChild(new URL('bench/growth/owners.ts', import.meta.url));
    const { url } = await owners.ask<{ url: string }>('url');
    const net = netOf(size, supergraphOf(size), (code) => `${url}/${code}/graphql`);
    const province = await startTold(net);
    await using gateway = startChild(new URL('bench/growth/gateway.ts', import.meta.url));
    const started = await gateway.ask<{ url: string }>({ provinceUrl: province.url });
    const asked = async (query: string): Promise<Record<string, number>> => {
      const deadline = { 'onenet-deadline': '30000' };
      const { errors } = await ask(`${started.url}/graphql`, query, {}, deadline);
      expect(errors).toBeUndefined();
      return owners.ask<Record<string, number>>('calls');
    };
    const once = (codes: readonly string[]): Record<string, number> =>
      Object.fromEntries(codes.map((code) => [code, 1]));
    const [first = '', ...others] = codesOf(size);
    const last = others.at(-1) ?? '';
    expect(await asked(`{ serviceRequest(id: "${last}:R-0") { title } }`)).toEqual(once([last]));
    const inScope = net.owners.flatMap(({ code, serves }) => (serves.includes(place) ? code : []));
    expect(inScope).toHaveLength(size / 17);
    const list = 'edges { node { title } } totalCount';
    expect(await asked(`{ serviceRequests(filter: { place: "${place}" }) { ${list} } }`)).toEqual(
      once(inScope),
    );
    expect(
      await asked(
        `{ serviceRequests(filter: { platforms: ["${first}", "${last}"] }) { ${list} } }`,
      ),
    ).toEqual(once([first, last]));
    expect(await asked(`{ serviceRequests { ${list} } }`)).toEqual(once(codesOf(size)));
    province.close();
  });
});
