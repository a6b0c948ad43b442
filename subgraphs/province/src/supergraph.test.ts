/** The supergraph composes, and what does not is refused with its reason. */
import { expect, test } from 'vitest';
import { composeSupergraph, netSubgraphs } from './supergraph.ts';

test('four subgraphs, however many owners', () => {
  const supergraph = composeSupergraph(netSubgraphs());
  for (const name of ['analytics', 'links', 'municipal', 'province']) {
    expect(supergraph).toContain(`@join__graph(name: "${name}"`);
  }
});

test('a subgraph that clashes is named with the reason', () => {
  const bad = { name: 'bad', sdl: 'type Query { platform(code: ID!): String }' };
  expect(() => composeSupergraph([...netSubgraphs(), bad])).toThrow(
    /subgraphs .*bad do not compose:\n {2}\w+: .*Query\.platform/s,
  );
});
