/** What Lighthouse says of a page, on a desk and on a phone: https://github.com/GoogleChrome/lighthouse */
import lighthouse, { desktopConfig } from 'lighthouse';
import type { Flags, Result } from 'lighthouse';
import { medians } from '../table.ts';

/** As Lighthouse has them: the desktop's with a fast line and this machine's own CPU, the phone's with slow 4G and a CPU four times as slow. */
export const forms = ['desktop', 'mobile'] as const;
type Form = (typeof forms)[number];

/** Out of 100, as Lighthouse rounds them. */
export const scoreNames = ['performance', 'accessibility', 'bestPractices'] as const;
type ScoreName = (typeof scoreNames)[number];

export interface Scored {
  /** The scores, and times in ms; medians of the runs. */
  readonly figures: Readonly<Record<ScoreName | 'firstPaintMs', number>> & Record<string, number>;
  /** What costs accessibility or best practices a point, and where. */
  readonly findings: readonly string[];
}

const categories = {
  performance: 'performance',
  accessibility: 'accessibility',
  bestPractices: 'best-practices',
} as const;

/** Loads the page so often, each time as at a first visit, in the browser that listens on `port`. */
export async function scoresOf(
  url: string,
  form: Form,
  port: number,
  runs: number,
): Promise<Scored> {
  const results: Result[] = [];
  for (let run = 0; run < runs; run++) results.push(await resultOf(url, form, port));
  return {
    figures: medians(results.map(figuresOf)) as Scored['figures'],
    findings: [...new Set(results.flatMap(findingsOf))],
  };
}

async function resultOf(url: string, form: Form, port: number): Promise<Result> {
  const flags: Flags = {
    port,
    logLevel: 'error',
    onlyCategories: Object.values(categories),
    // With what it leaves by itself: a first visit, but for who is signed in.
    clearStorageTypes: ['file_systems', 'cache_storage', 'local_storage', 'indexeddb'],
  };
  const result = await lighthouse(url, flags, form === 'desktop' ? desktopConfig : undefined);
  if (!result) throw new Error(`Lighthouse says nothing of ${url}.`);
  const { lhr } = result;
  if (lhr.runtimeError) throw new Error(`${url}: ${lhr.runtimeError.message}`);
  if (new URL(lhr.finalDisplayedUrl).pathname !== new URL(url).pathname)
    throw new Error(`${url} led to ${lhr.finalDisplayedUrl}`);
  return lhr;
}

function figuresOf({ audits, categories: scored, environment }: Result): Record<string, number> {
  const score = (name: ScoreName) => 100 * (scored[categories[name]]?.score ?? Number.NaN);
  const of = (audit: string) => audits[audit]?.numericValue ?? Number.NaN;
  return {
    performance: score('performance'),
    accessibility: score('accessibility'),
    bestPractices: score('bestPractices'),
    firstPaintMs: of('first-contentful-paint'),
    largestPaintMs: of('largest-contentful-paint'),
    speedIndexMs: of('speed-index'),
    blockedMs: of('total-blocking-time'),
    layoutShift: of('cumulative-layout-shift'),
    // Of the machine as Lighthouse found it: a desktop of 2020 that does nothing else has some 1,500 to 2,000.
    benchmarkIndex: environment.benchmarkIndex,
  };
}

function findingsOf({ audits, categories: scored }: Result): readonly string[] {
  const weighed = [categories.accessibility, categories.bestPractices].flatMap(
    (name) => scored[name]?.auditRefs.filter(({ weight }) => weight > 0) ?? [],
  );
  return weighed.flatMap(({ id }) => {
    const audit = audits[id];
    if (!audit || audit.score === null || audit.score === 1) return [];
    const where = JSON.stringify(audit.details ?? null).match(
      /"(?:selector|description|url)":"[^"]+"/g,
    );
    return [`${id}: ${audit.title} ${(where ?? []).slice(0, 3).join(' ')}`];
  });
}
