/** A new supergraph is in force at once, and a request stays in the generation in which it began. */
import { composeSupergraph, netSubgraphs } from '@onenet/province';
import { expect, test } from 'vitest';
import { post, startSmallNet, type SmallNet } from './small-net.fixture.ts';

const withMotto = composeSupergraph(
  netSubgraphs().map(({ name, sdl }) =>
    name === 'province'
      ? { name, sdl: `${sdl}\nextend type Query { motto: String }` }
      : { name, sdl },
  ),
);

test('the old generation answers what it began, and the new one knows the new field', async () => {
  await using net = await startSmallNet();
  const slow = post(net, {
    query: '{ serviceRequest(id: "420100:slow") { title place { name } } }',
  });
  expect(await refusesMotto(net)).toBe(true);
  const before = net.generations.current;
  net.tell({ supergraph: withMotto });
  await changed(() => net.generations.current !== before);
  expect(await refusesMotto(net)).toBe(false);
  expect((await slow).body.data).toEqual({
    serviceRequest: { title: '欠薪', place: { name: 'D420102' } },
  });
});

test('a supergraph that does not load leaves the one before it in force', async () => {
  await using net = await startSmallNet();
  const before = net.generations.current;
  net.tell({ supergraph: 'type Query { broken' });
  await changed(() => net.lines.some(({ msg }) => msg === 'the supergraph does not load'));
  expect(net.generations.current).toBe(before);
  expect((await post(net, { query: '{ platforms { code } }' })).body.errors).toBeUndefined();
  // The next good one is taken.
  net.tell({ supergraph: withMotto });
  await changed(() => net.generations.current !== before);
});

async function refusesMotto(net: SmallNet): Promise<boolean> {
  const { body } = await post(net, { query: '{ motto }' });
  return body.errors?.some(({ extensions }) => extensions['code'] === 'BAD_REQUEST') ?? false;
}

async function changed(hasChanged: () => boolean): Promise<void> {
  await expect.poll(hasChanged, { timeout: 5000, interval: 5 }).toBe(true);
}
