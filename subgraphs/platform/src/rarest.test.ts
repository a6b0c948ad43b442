/** Which facet bounds a scan: the rarest, counted only as far as it matters, and not again for a while. */
import { afterEach, expect, test, vi } from 'vitest';
import { rarest } from './rarest.ts';

afterEach(() => {
  vi.useRealTimers();
});

let namespaces = 0;

/** A collection of its own with so many records under each facet; what is counted of it. */
function collection(sizes: Readonly<Record<string, number>>) {
  const namespace = `net.members-${++namespaces}`;
  const counted: string[] = [];
  const of = (...facets: [string, ...string[]]) =>
    rarest(namespace, facets, (facet, upTo) => {
      counted.push(`${facet} up to ${upTo}`);
      return Promise.resolve(Math.min(sizes[facet] ?? 0, upTo));
    });
  return { of, counted };
}

test('one facet is not counted', async () => {
  const { of, counted } = collection({ '*': 1_000_000 });
  expect(await of('*')).toBe('*');
  expect(counted).toEqual([]);
});

test('the rarest is found wherever it stands', async () => {
  const { of } = collection({ ACTIVE: 1_000_000, LEFT: 12, county: 150_000, village: 40 });
  expect(await of('ACTIVE', 'village')).toBe('village');
  expect(await of('village', 'ACTIVE')).toBe('village');
  expect(await of('LEFT', 'village')).toBe('LEFT');
  expect(await of('ACTIVE', 'county')).toBe('county');
  expect(await of('nobody', 'LEFT')).toBe('nobody');
});

test('no more is counted than tells them apart', async () => {
  const { of, counted } = collection({ ACTIVE: 1_000_000, EMPLOYEE: 300_000, county: 40_000 });
  await of('ACTIVE', 'county');
  expect(counted).toEqual([
    'ACTIVE up to 2000',
    'county up to 2000',
    'ACTIVE up to 50000',
    'county up to 50000',
  ]);
  counted.length = 0;
  await of('county', 'ACTIVE');
  expect(counted).toEqual([]);
  expect(await of('ACTIVE', 'EMPLOYEE')).toBe('EMPLOYEE');
});

test('of facets that are all large the first does', async () => {
  const { of, counted } = collection({ ACTIVE: 1_000_000, city: 1_100_000 });
  expect(await of('city', 'ACTIVE')).toBe('city');
  expect(counted.at(-1)).toBe('ACTIVE up to 500000');
});

test('a size is known for minutes, for all who ask', async () => {
  vi.useFakeTimers();
  const { of, counted } = collection({ ACTIVE: 300, LEFT: 12 });
  await Promise.all([of('ACTIVE', 'LEFT'), of('LEFT', 'ACTIVE')]);
  expect(counted).toHaveLength(2);
  vi.advanceTimersByTime(6 * 60_000);
  await of('ACTIVE', 'LEFT');
  expect(counted).toHaveLength(4);
});

test('a count that fails is not remembered', async () => {
  const failing = () => Promise.reject(new Error('away'));
  await expect(rarest('net.failing', ['a', 'b'], failing)).rejects.toThrow('away');
  const found = await rarest('net.failing', ['a', 'b'], (facet) =>
    Promise.resolve(facet === 'b' ? 1 : 2),
  );
  expect(found).toBe('b');
});
