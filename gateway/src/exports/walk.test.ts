/** The walk of an export over pages that fail: what is waited for, what ends it, and what its end says. */
import { NetError, encodeCursor, type NetErrorCode } from '@onenet/contract';
import { expect, test } from 'vitest';
import type { GatheredReport } from '../context.ts';
import type { Outcome } from '../pipeline.ts';
import type { AskedPage, Wanted } from './ask-page.ts';
import { start, type Place } from './cursor.ts';
import { noProgress, type Progress } from './job.ts';
import { isComplete, withPage } from './tally.ts';
import { walk, type Ending } from './walk.ts';

const cursorOf = (
  row: number,
  owed: readonly unknown[] = [],
  ask: readonly unknown[] | null = null,
) => encodeCursor([1, 'list', 'NAME', 'ASC', row, `420100:${row}`, ask, owed]);
const resume = encodeCursor([1, 'list', 'NAME', 'ASC', null, null, [['420500']], []]);

const report = (change: Partial<GatheredReport> = {}): GatheredReport => ({
  path: ['members'],
  of: null,
  asked: 2,
  answered: 2,
  notAsked: [],
  missing: [],
  partial: [],
  resume: null,
  asOf: '',
  ...change,
});
const missing = [{ platform: '420500', reason: 'TIMEOUT' }];
const owing = report({ answered: 1, missing, resume });

function page(
  rows: readonly number[],
  more: boolean,
  gathered: GatheredReport = report(),
  code?: NetErrorCode,
): AskedPage {
  const edges = rows.map((row) => ({ cursor: cursorOf(row), node: { row } }));
  const endCursor = edges.at(-1)?.cursor ?? null;
  return {
    outcome: outcomeOf(code),
    connection: { edges, hasNextPage: more, endCursor, totalCount: 4 },
    report: gathered,
    columns: [],
  };
}

function failing(code: NetErrorCode, gathered?: GatheredReport): AskedPage {
  return { outcome: outcomeOf(code), connection: undefined, report: gathered, columns: [] };
}

function outcomeOf(code?: NetErrorCode): Outcome {
  const { message, extensions } = new NetError(code ?? 'INTERNAL');
  const errors = [{ message, extensions, path: ['members', 'edges', 3, 'node', 'name'] }];
  return { answer: { ...(code && { errors }) }, headers: {}, record: () => undefined } as never;
}

interface Walked {
  readonly rows: readonly unknown[];
  readonly asked: readonly (string | null)[];
  readonly ending: Ending;
}

async function walked(pages: readonly AskedPage[], from: Place = start): Promise<Walked> {
  const [rows, asked, left] = [[] as unknown[], [] as (string | null)[], [...pages]];
  const steps = walk({
    asker: {
      ask: async ({ cursor }: Wanted) => {
        asked.push(cursor);
        const next = left.shift();
        if (!next) throw new Error('It asks for more pages than there are.');
        return next;
      },
    },
    from,
    progress: noProgress,
    requestIds: 'x',
    signal: new AbortController().signal,
    patienceMs: [0, 0, 0],
  });
  let step = await steps.next();
  for (; !step.done; step = await steps.next()) {
    rows.push(...step.value.connection.edges.map(({ node }) => (node as { row: number }).row));
  }
  expect(left).toEqual([]);
  return { rows, asked, ending: step.value };
}

const progress = (change: Partial<Progress> = {}): Progress => ({
  rows: 4,
  total: 4,
  completeness: withPage(null, report()),
  errors: [],
  ...change,
});

test('page after page to the end', async () => {
  const { rows, asked, ending } = await walked([page([1, 2], true), page([3, 4], false)]);
  expect(rows).toEqual([1, 2, 3, 4]);
  expect(asked).toEqual([null, cursorOf(2)]);
  expect(ending).toEqual({ state: 'DONE', place: null, progress: progress() });
});

test('who failed is asked again at the end, until it has given its rows', async () => {
  const held = report({ missing: [{ platform: '420500', reason: 'HELD_BACK' }], resume });
  const { asked, ending } = await walked([
    page([1], true, owing),
    page([2], false, held),
    page([3], true, report({ asked: 1 })),
    page([4], false, report({ asked: 1 })),
  ]);
  expect(asked).toEqual([null, cursorOf(1), resume, cursorOf(3)]);
  expect(ending).toMatchObject({ state: 'DONE', progress: progress() });
});

test('and as often as there is patience: then it is missing, and where it is asked stands in the end', async () => {
  for (const last of [failing('NOBODY_ANSWERED', owing), page([], false, owing)]) {
    const { ending, asked } = await walked([page([1], false, owing), last, last, last]);
    expect(new Set(asked.slice(1))).toEqual(new Set([resume]));
    expect(ending).toMatchObject({
      state: 'READY',
      place: { row: 1, cursor: resume },
      progress: { completeness: { asked: 2, missing } },
    });
    expect(ending.error).toBeUndefined();
  }
});

test('what passes is waited for, and no row of such a page is given', async () => {
  const { rows, asked, ending } = await walked([
    page([1], true),
    failing('RATE_LIMITED'),
    page([2, 0], false, report(), 'OWNER_FAILED'),
    page([2], false),
  ]);
  expect(rows).toEqual([1, 2]);
  expect(asked).toEqual([null, cursorOf(1), cursorOf(1), cursorOf(1)]);
  expect(ending).toMatchObject({ state: 'DONE', progress: { errors: [] } });
});

test('what does not pass is given as it is, and told', async () => {
  const half = page([1], false, report(), 'OWNER_FAILED');
  const { rows, ending } = await walked([half, half, half, half]);
  expect(rows).toEqual([1]);
  expect(ending.progress.errors).toEqual([
    { code: 'OWNER_FAILED', path: 'members.edges.@.node.name' },
  ]);
});

test.each([
  ['CREDENTIALS_INVALID', 'READY', 401],
  ['QUOTA_EXCEEDED', 'READY', 429],
  ['INTERNAL', 'READY', 500],
  ['NOT_FOUND', 'FAILED', 404],
  ['SCOPE_REQUIRED', 'FAILED', 403],
  ['TOO_COSTLY', 'FAILED', 400],
] as const)('%s ends it at once: %s', async (code, state, status) => {
  const { rows, ending } = await walked([page([1], true), failing(code)]);
  expect(rows).toEqual([1]);
  expect(ending).toMatchObject({
    state,
    status,
    place: { row: 1, cursor: cursorOf(1) },
    error: { extensions: { code } },
  });
});

test('who was given nothing yet is told at once, and waits by itself', async () => {
  const { ending } = await walked([failing('RATE_LIMITED')]);
  expect(ending).toMatchObject({ state: 'READY', status: 429, place: start });
});

test('what an owner does not offer stays missing, also when others are asked alone', () => {
  const lacking = { platform: 'WISCO', reason: 'NOT_OFFERED' };
  const first = withPage(null, report({ asked: 3, missing: [...missing, lacking] }));
  const refused = [{ platform: '420600', reason: 'REFUSED' }];
  expect(withPage(first, report({ asked: 1, notAsked: refused }))).toEqual({
    asked: 3,
    notAsked: refused,
    missing: [lacking],
    partial: [{ platform: '420600', path: [], code: 'REFUSED' }],
  });
});

test('an owner that was asked for some pages alone has given a part, which is told', async () => {
  const refused = report({ asked: 1, notAsked: [{ platform: '420500', reason: 'REFUSED' }] });
  const orders = [
    [report(), refused],
    [refused, report()],
    [report(), refused, report()],
  ];
  for (const [i, reports] of orders.entries()) {
    const pages = reports.map((each, n) => page([n], n < reports.length - 1, each));
    const { ending } = await walked(pages);
    expect(isComplete(ending.progress), String(i)).toBe(false);
    expect(ending.progress.completeness?.partial).toEqual([
      { platform: '420500', path: [], code: 'REFUSED' },
    ]);
  }
  const { ending } = await walked([page([1], true, refused), page([2], false, refused)]);
  expect(isComplete(ending.progress)).toBe(true);
});
