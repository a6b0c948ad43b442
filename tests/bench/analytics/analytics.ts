/** `analytics`: what the dashboard asks of up to 100 million events, the tiers beside raw, ingest beside the bare INSERT, and how soon an event is seen. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { startChild } from '../child.ts';
import { benchIngest } from '../ingest/ingest.ts';
import { benchLive } from '../live/live.ts';
import { mongoForBench } from '../mongo.ts';
import { round, type BenchResult } from '../table.ts';
import { quantile, type QuestionFigures } from './measure.ts';
import type { SideInput, SideResult } from './side.ts';

const mostEvents = 100_000_000;
/** What may not be exceeded, at the greatest size. */
const bars = { aloneMs: 100, parallelMs: 400, stateMs: 400, ingestShare: 2 / 3, liveMs: 1_000 };

/** `scale`: of 100 million events. `only`: the questions whose names it finds, and nothing else. */
export async function benchAnalytics(
  say: (line: string) => void,
  scale: number,
  only: RegExp,
): Promise<BenchResult> {
  const [cpu] = cpus();
  say(`${cpus().length} cores (${cpu?.model ?? '?'}), ${round(totalmem() / 2 ** 30)} GB`);
  const largest = Math.round(mostEvents * scale);
  const sizes = [...new Set([Math.min(1_000_000, largest), largest])];
  const results = new Map<number, SideResult>();
  for (const events of sizes) results.set(events, await measureSize(say, events, only));
  // Of an empty pattern.
  const parts = only.source === '(?:)' ? [await ingestPart(say), await livePart(say)] : [];
  const largestResult = results.get(largest);
  if (!largestResult) throw new Error('Nothing was measured.');
  const smallest = results.get(sizes[0] ?? largest);
  return {
    bench: 'analytics',
    sides: {
      ...Object.fromEntries(
        [...results].map(([events, of]) => [`${events} events`, sizeFigures(events, of)]),
      ),
      ...tableFigures(largestResult),
      ...questionFigures('', largestResult.measured.questions, smallest?.measured.questions),
      ...questionFigures('state of ', largestResult.measured.states, smallest?.measured.states),
      ...Object.assign({}, ...parts.map(({ sides }) => sides)),
    },
    ratios: {
      parallelOverSerial: round(
        largestResult.measured.parallelPerSecond / largestResult.measured.serialPerSecond,
      ),
      ...Object.assign({}, ...parts.map(({ ratios }) => ratios)),
    },
    failures: [...failuresOf(largestResult), ...parts.flatMap(({ failures = [] }) => failures)],
  };
}

async function measureSize(
  say: (line: string) => void,
  events: number,
  only: RegExp,
): Promise<SideResult> {
  await using stack = new AsyncDisposableStack();
  const mongo = stack.use(await mongoForBench(say));
  const database = `bench_${randomUUID().slice(0, 8)}`;
  stack.defer(async () => {
    await using client = await MongoClient.connect(mongo.uri);
    await client.db(database).dropDatabase();
  });
  const dataDir = await mkdtemp(join(tmpdir(), 'onenet-bench-'));
  stack.defer(() => rm(dataDir, { recursive: true, force: true }));
  const side = stack.use(startChild(new URL('side.ts', import.meta.url)));
  const input: SideInput = { events, dataDir, mongodbUri: mongo.uri, database, only: only.source };
  return await side.ask<SideResult>(input);
}

function sizeFigures(
  events: number,
  { loadSeconds, startSeconds, measured, rssBytes, tables }: SideResult,
) {
  const all = Object.values(measured.questions);
  const states = Object.values(measured.states);
  const bytes = Object.values(tables).reduce((sum, of) => sum + of.bytes, 0);
  return rounded({
    loadSeconds,
    startSeconds,
    medianFirstMs: quantile(
      all.map(({ firstMs }) => firstMs),
      0.5,
    ),
    slowestFirstMs: Math.max(...all.map(({ firstMs }) => firstMs)),
    medianP50Ms: quantile(
      all.map(({ p50Ms }) => p50Ms),
      0.5,
    ),
    slowestP95Ms: Math.max(...all.map(({ p95Ms }) => p95Ms)),
    slowestParallelP95Ms: Math.max(...all.map(({ parallelP95Ms }) => parallelP95Ms)),
    slowestStateP95Ms: Math.max(0, ...states.map(({ p95Ms }) => p95Ms)),
    serialPerSecond: measured.serialPerSecond,
    parallelPerSecond: measured.parallelPerSecond,
    rssMbPerMillion: rssBytes / 2 ** 20 / (events / 1e6),
    diskMbPerMillion: bytes / 2 ** 20 / (events / 1e6),
  });
}

/** Rows beside those of raw, and what they take. */
function tableFigures({ tables, tiers }: SideResult): BenchResult['sides'] {
  const raw = tables['raw']?.rows ?? Number.NaN;
  return Object.fromEntries([
    ...Object.entries(tables).map(([name, { rows, bytes }]) => [
      `table ${name}`,
      rounded({ rows, rawOverRows: raw / rows, megabytes: bytes / 2 ** 20 }),
    ]),
    ...Object.entries(tiers).map(([name, rows]) => [
      `tier ${name}`,
      rounded({ rows, rawOverRows: raw / rows }),
    ]),
  ]);
}

function questionFigures(
  before: string,
  questions: Readonly<Record<string, QuestionFigures>>,
  smallest: Readonly<Record<string, QuestionFigures>> = {},
): BenchResult['sides'] {
  return Object.fromEntries(
    Object.entries(questions).map(([name, of]) => [
      before + name,
      rounded({ ...of, growth: of.p50Ms / (smallest[name]?.p50Ms ?? Number.NaN) }),
    ]),
  );
}

function rounded(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value)]));
}

function failuresOf({ measured }: SideResult): string[] {
  const above = (
    questions: Readonly<Record<string, QuestionFigures>>,
    figure: 'p95Ms' | 'parallelP95Ms',
    bar: number,
    how: string,
  ): string[] =>
    Object.entries(questions).flatMap(([name, of]) =>
      of[figure] > bar ? [`${name}, ${how}: p95 ${round(of[figure])} ms, at most ${bar}`] : [],
    );
  const { questions, states, serialPerSecond, parallelPerSecond } = measured;
  return [
    ...above(questions, 'p95Ms', bars.aloneMs, 'alone'),
    ...above(questions, 'parallelP95Ms', bars.parallelMs, 'eight at a time'),
    ...above(states, 'p95Ms', bars.stateMs, 'of an earlier state'),
    ...(parallelPerSecond < serialPerSecond
      ? [
          `eight at a time answer ${round(parallelPerSecond)}/s, one after another ${round(serialPerSecond)}/s`,
        ]
      : []),
  ];
}

async function ingestPart(say: (line: string) => void): Promise<BenchResult> {
  const ingest = await benchIngest(say);
  const share = ingest.ratios['feedsOverInsertRate'] ?? 0;
  const failures =
    share < bars.ingestShare ? [`ingest: ${share} of the bare INSERT's rate, at least 2/3`] : [];
  return { ...ingest, failures };
}

async function livePart(say: (line: string) => void): Promise<BenchResult> {
  const live = await benchLive(say, 4);
  const p99 = live.sides['live']?.['p99Ms'] ?? 0;
  const failures = p99 > bars.liveMs ? [`live: p99 ${p99} ms, at most ${bars.liveMs}`] : [];
  return { ...live, failures };
}
