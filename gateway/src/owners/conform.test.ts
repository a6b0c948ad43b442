/** The check of an owner's answer accepts what keeps the contract, and finds every single change that does not. */
import { contractModules, contractSchema, encodeOwnerCursor } from '@onenet/contract';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlanCache } from './compile.ts';
import { leaf, type Answering } from './conform.ts';
import { readOffer } from './offer.ts';
import { ownerOperation, type OwnerOperation } from './owner-operation.ts';

const plans = new PlanCache(contractSchema());
const by: Answering = {
  platform: '420100',
  idPrefix: '420100:',
  pageSize: 2,
  variables: { n: 2 },
  asOf: '2026-01-01T00:00:00Z',
};

const all = readOffer(contractModules.map(({ name }) => name));

function operationOf(text: string): OwnerOperation {
  const plan = plans.of(text, {});
  const { gathers, routes } = plan;
  return ownerOperation(plan, all, { gathers, routes, groups: [] });
}

const text = `query ($n: Int) {
  serviceRequests(first: 2) {
    edges { node { id platformCode title status submittedAt rating supervised history { at ... on RequestRatingStep { rating } } } }
    totalCount
  }
  organization(id: "420100:O-1") {
    name level members(first: $n) { edges { node { id } } totalCount knownCount completeness { asked } }
  }
}`;

const time = '2026-02-03T04:05:06.789+08:00';

function goodAnswer(): Record<string, unknown> {
  const row = (n: number): unknown => ({
    onenet_cursor: encodeOwnerCursor({
      order: 'SUBMITTED_AT',
      direction: 'DESC',
      key: n,
      id: `420100:R-${n}`,
    }),
    node: {
      id: `420100:R-${n}`,
      platformCode: '420100',
      title: '演示',
      status: 'SUBMITTED',
      submittedAt: time,
      rating: n === 1 ? null : 5,
      supervised: false,
      history: [
        { onenet_type: 'RequestRatingStep', at: time, rating: 5 },
        { onenet_type: 'RequestFeedbackStep', at: time },
      ],
    },
  });
  return {
    serviceRequests: {
      edges: [row(2), row(1)],
      onenet_page: { hasNextPage: true, hasPreviousPage: false },
      onenet_total: 7,
    },
    organization: {
      name: '演示工会',
      level: 3,
      members: {
        edges: [{ node: { id: '420100:M-1' } }, { node: { id: '420100:M-2' } }],
        totalCount: 2,
        onenet_total: 2,
      },
    },
  };
}

const operation = operationOf(text);

/** What is wrong with an answer, part by part. */
function wrongIn(answer: Record<string, unknown>): (string | undefined)[] {
  return [...operation.gathers, ...operation.routes].map(({ key, check }) =>
    check(answer[key], by),
  );
}

type Place = readonly (string | number)[];

function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at];
  const entries: (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((item: unknown, i) => [i, item] as const)
    : Object.entries(value);
  return [at, ...entries.flatMap(([key, inner]) => placesIn(inner, [...at, key]))];
}

/** Gives the answer with one place changed; `undefined` takes it out. */
function changed(place: Place, change: (value: unknown) => unknown): Record<string, unknown> {
  const answer = goodAnswer();
  let here: unknown = answer;
  for (const step of place.slice(0, -1)) here = Reflect.get(Object(here), step);
  const last = place.at(-1) ?? '';
  const value = change(Reflect.get(Object(here), last));
  if (value === undefined) Reflect.deleteProperty(Object(here), last);
  else Reflect.set(Object(here), last, value);
  return answer;
}

const places = placesIn(goodAnswer()).filter((place) => place.length > 1);
const nullable = new Set([
  'rating',
  'supervised',
  'history',
  'totalCount',
  'onenet_total',
  'members',
]);

test('a right answer passes, and what the net fills is filled in', () => {
  const answer = goodAnswer();
  expect(wrongIn(answer)).toEqual([undefined, undefined]);
  expect(answer['organization']).toMatchObject({
    members: { knownCount: 2, completeness: { asked: 1 } },
  });
});

test('a value of another kind, anywhere, is found', () => {
  const others: readonly unknown[] = [true, 1.5, 2 ** 40, 'x', [], {}, [null], { a: 1 }];
  fc.assert(
    fc.property(fc.constantFrom(...places), fc.constantFrom(...others), (place, other) => {
      const answer = changed(place, (value) => (isSameKind(value, other) ? undefined : other));
      expect(wrongIn(answer).filter((wrong) => wrong !== undefined)).toHaveLength(1);
    }),
    { numRuns: 1000 },
  );
});

test('null is found wherever it may not stand, and nowhere else', () => {
  for (const place of places) {
    const name = String(place.at(-1));
    // The rating of a rating step is not null, that of a request may be.
    const mayBeNull = nullable.has(name) && !(name === 'rating' && place.includes('history'));
    const found = wrongIn(changed(place, () => null)).some((wrong) => wrong !== undefined);
    expect([place, found]).toEqual([place, !mayBeNull]);
  }
});

test('a key left out, or one that nobody asked for, is found', () => {
  for (const place of places) {
    if (typeof place.at(-1) === 'number') continue;
    expect(wrongIn(changed(place, () => undefined)).some((wrong) => wrong !== undefined)).toBe(
      true,
    );
    const more = changed([...place.slice(0, -1), 'more'], () => 'x');
    expect(wrongIn(more).some((wrong) => wrong !== undefined)).toBe(true);
  }
});

test.for([
  ['a foreign id', ['serviceRequests', 'edges', 0, 'node', 'id'], '420500:R-2'],
  ['an id without a local part', ['organization', 'members', 'edges', 0, 'node', 'id'], '420100:'],
  ['a foreign platform', ['serviceRequests', 'edges', 0, 'node', 'platformCode'], '420500'],
  ['an enum value of nowhere', ['serviceRequests', 'edges', 0, 'node', 'status'], 'LOST'],
  [
    'a type of another field',
    ['serviceRequests', 'edges', 0, 'node', 'history', 1, 'onenet_type'],
    'Member',
  ],
  ['a page that is too long', ['serviceRequests', 'edges'], [{}, {}, {}]],
  [
    'an inner page that is too long',
    ['organization', 'members', 'edges'],
    ['1', '2', '3'].map((n) => ({ node: { id: `420100:M-${n}` } })),
  ],
  ['an integer beyond 32 bits', ['serviceRequests', 'onenet_total'], 2 ** 31],
] as const)('%s is found', ([, place, value]) => {
  expect(wrongIn(changed(place, () => value)).some((wrong) => wrong !== undefined)).toBe(true);
});

describe('DateTime', () => {
  const type = contractSchema().getType('DateTime');
  const isTime = (value: string): boolean =>
    leaf(type as Parameters<typeof leaf>[0])(value, by) === undefined;

  test('accepts RFC 3339 with offset', () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }),
        (date) => {
          expect(isTime(date.toISOString())).toBe(true);
        },
      ),
    );
    expect(isTime('2026-11-24T16:00:00+08:00')).toBe(true);
    expect(isTime('2026-11-24T16:00:00.123456Z')).toBe(true);
  });

  test.for([
    '',
    '2026-11-24',
    '2026-11-24 16:00:00Z',
    '2026-11-24T16:00:00',
    '2026-13-01T00:00:00Z',
  ])('refuses "%s"', (value) => {
    expect(isTime(value)).toBe(false);
  });
});

function isSameKind(value: unknown, other: unknown): boolean {
  if (Array.isArray(value)) return Array.isArray(other);
  return typeof value === typeof other && Array.isArray(other) === Array.isArray(value);
}
