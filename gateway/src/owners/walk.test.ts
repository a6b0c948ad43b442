/** Walks over owners that come and go: nothing is lost, nothing comes twice, nothing out of order. */
import { type Direction, type Position } from '@onenet/contract';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Part } from './merge.ts';
import type { ListIdentity } from './net-cursor.ts';
import { compareRows } from './testing/memory-data.ts';
import { beginPage, turnPage, type TurnedPage } from './walk.ts';

interface World {
  readonly list: ListIdentity;
  readonly backward: boolean;
  readonly size: number;
  /** Sorted in the direction of the walk. */
  readonly rows: ReadonlyMap<string, readonly Position[]>;
  /** Whether an owner answers now. */
  isUp(platform: string): boolean;
}

/** One page, or undefined when nobody answered: then the same cursor is tried again. */
function ask(world: World, cursor: string | undefined): TurnedPage | undefined {
  const { list, backward, size, rows } = world;
  const walk = beginPage(list, { size, backward, cursor }, [...rows.keys()]);
  const parts: Part[] = [];
  const failed = new Map<string, { readonly reason: string }>();
  for (const { platform, position } of walk.asks) {
    if (!world.isUp(platform)) {
      failed.set(platform, { reason: 'TIMEOUT' });
      continue;
    }
    const beyond = (rows.get(platform) ?? []).filter(
      (row) => !position || compareRows(row, position, walk.direction) > 0,
    );
    parts.push({
      platform,
      length: Math.min(beyond.length, size),
      more: beyond.length > size,
      start: position,
      position: (row) => beyond[row] ?? 'no such row',
    });
  }
  if (parts.length === 0 && walk.asks.length > 0) return undefined;
  return turnPage(walk, parts, failed);
}

/** Walks to the end, resumes until nobody is owed, and returns the rows of each walk. */
function walkAll(world: World): Position[][] {
  const walks: Position[][] = [];
  let cursor: string | undefined;
  for (let resuming = true; resuming;) {
    const walked: Position[] = [];
    for (;;) {
      const page = ask(world, cursor);
      if (!page) continue;
      const inWalk = world.backward ? page.rows.toReversed() : page.rows;
      walked.push(...inWalk.map((row) => row.position));
      const last = inWalk.at(-1);
      if (page.more && last) {
        cursor = page.cursorOf(last.position);
        continue;
      }
      cursor = page.resume ?? undefined;
      resuming = page.resume !== null;
      break;
    }
    walks.push(walked);
  }
  return walks;
}

const world = fc.record({
  direction: fc.constantFrom<Direction>('ASC', 'DESC'),
  backward: fc.boolean(),
  size: fc.integer({ min: 1, max: 7 }),
  rows: fc.array(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 25 }), {
    minLength: 1,
    maxLength: 7,
  }),
  // Owners are up 75 % of the time.
  ups: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 400, maxLength: 400 }),
});

test('every row exactly once, each walk in order, until nobody is owed', () => {
  fc.assert(
    fc.property(world, ({ direction, backward, size, rows, ups }) => {
      const way: Direction = backward ? (direction === 'ASC' ? 'DESC' : 'ASC') : direction;
      const byOwner = new Map(
        rows.map((keys, owner) => [
          `P${owner}`,
          keys
            .map((key, n) => ({ key, id: `P${owner}:${n}` }))
            .toSorted((a, b) => compareRows(a, b, way)),
        ]),
      );
      let at = 0;
      const walks = walkAll({
        list: { list: 'l', order: 'O', direction, key: 'INT' },
        backward,
        size,
        rows: byOwner,
        // When the draws are used up everybody is up: so every walk ends.
        isUp: () => (ups[at++] ?? 1) !== 0,
      });
      for (const walked of walks) {
        expect(walked).toEqual(walked.toSorted((a, b) => compareRows(a, b, way)));
      }
      const seen = walks.flat().map((row) => row.id);
      const all = [...byOwner.values()].flat().map((row) => row.id);
      expect(seen.toSorted()).toEqual(all.toSorted());
    }),
    { numRuns: 500 },
  );
});

test('who failed is held back on later pages, and resumed from where its page began', () => {
  const rows = new Map([
    ['A', [1, 3, 5, 7].map((key) => ({ key, id: `A:${key}` }))],
    ['B', [2, 4, 6, 8].map((key) => ({ key, id: `B:${key}` }))],
  ]);
  let up = new Set(['A', 'B']);
  const here: World = {
    list: { list: 'l', order: 'O', direction: 'ASC', key: 'INT' },
    backward: false,
    size: 2,
    rows,
    isUp: (platform) => up.has(platform),
  };
  const ids = (page: TurnedPage | undefined): string[] | undefined =>
    page?.rows.map((row) => row.position.id);
  const cursorAt = (page: TurnedPage | undefined): string | undefined => {
    const last = page?.rows.at(-1);
    return last && page?.cursorOf(last.position);
  };
  const first = ask(here, undefined);
  expect(ids(first)).toEqual(['A:1', 'B:2']);
  expect(first?.resume).toBeNull();
  up = new Set(['A']);
  const second = ask(here, cursorAt(first));
  expect(ids(second)).toEqual(['A:3', 'A:5']);
  up = new Set(['A', 'B']);
  const third = ask(here, cursorAt(second));
  expect(ids(third)).toEqual(['A:7']);
  expect(third?.more).toBe(false);
  const resumed = ask(here, third?.resume ?? undefined);
  expect(ids(resumed)).toEqual(['B:4', 'B:6']);
  const last = ask(here, cursorAt(resumed));
  expect(ids(last)).toEqual(['B:8']);
  expect(last?.resume).toBeNull();
});
