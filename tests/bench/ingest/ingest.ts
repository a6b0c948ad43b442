/** `ingest`: canned feeds over HTTP into raw and rollups, beside the bare INSERT of the same batches. */
import { randomUUID } from 'node:crypto';
import { startChild } from '../child.ts';
import { mongoForBench } from '../mongo.ts';
import { medians, round, type BenchResult } from '../table.ts';
import type { RunInput, RunResult, SideName } from './side.ts';
import { codes, eventsEach } from './size.ts';

const names: readonly SideName[] = ['feeds', 'insert'];
const rounds = 5;
const events = codes.length * eventsEach;

/** Runs both sides in turn, five times, each into tables of its own. */
export async function benchIngest(say: (line: string) => void): Promise<BenchResult> {
  await using mongo = await mongoForBench(say);
  using cannedFeeds = startChild(new URL('feeds.ts', import.meta.url));
  const { url: feedsUrl } = await cannedFeeds.ask<{ url: string }>('url');
  const runs = new Map<SideName, Record<string, number>[]>();
  for (let n = 1; n <= rounds; n++) {
    for (const name of names) {
      using side = startChild(new URL('side.ts', import.meta.url), [name]);
      const database = `bench_${randomUUID().slice(0, 8)}`;
      const input: RunInput = { feedsUrl, mongodbUri: mongo.uri, database };
      const run = figuresOf(await side.ask<RunResult>(input));
      say(`round ${n}/${rounds} ${name}: ${round(run.eventsPerSecond)} events/s`);
      runs.set(name, [...(runs.get(name) ?? []), run]);
    }
  }
  const sides = Object.fromEntries([...runs].map(([name, each]) => [name, medians(each)]));
  const ratio = (figure: string) =>
    round((sides['feeds']?.[figure] ?? Number.NaN) / (sides['insert']?.[figure] ?? Number.NaN));
  return {
    bench: 'ingest',
    sides,
    ratios: {
      feedsOverInsertCpu: ratio('cpuMsPer1000Events'),
      feedsOverInsertRate: ratio('eventsPerSecond'),
    },
  };
}

function figuresOf({ seconds, cpuMicros, rssBytes }: RunResult) {
  return {
    eventsPerSecond: events / seconds,
    cpuMsPer1000Events: cpuMicros / events,
    rssMb: rssBytes / 2 ** 20,
  };
}
