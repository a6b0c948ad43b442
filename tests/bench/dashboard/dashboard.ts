/** `dashboard`: every page of the whole net with two years behind it: what Lighthouse says of it, and when its first figure is there on a slow machine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type BrowserContextOptions } from 'playwright-core';
import { paths as everyPath } from '../../dashboard/paths.ts';
import { addPerson, firstSignIn, signIn } from '../../dashboard/people.ts';
import { loaded } from '../../dashboard/reading.ts';
import { launchOptions, startBrowser } from '../../fixtures/browser.ts';
import { testNet, type DisposableNet } from '../../fixtures/net.ts';
import { freePort } from '../../fixtures/ports.ts';
import { round, type BenchResult } from '../table.ts';
import { firstFiguresOf, slow, tries, type FirstFigures } from './first-figures.ts';
import { forms, scoreNames, scoresOf, type Scored } from './scores.ts';
import { addTwoYears } from './two-years.ts';

/** What each page is to reach. */
const bars = { score: 95, firstFigureMs: 1_000 } as const;
/** Of the reference records; what is behind them is made up. */
const netScale = 0.001;
const mostEvents = 100_000;

const paths = [...everyPath, '/developer/catalogue', '/developer/usage'];
/** Whoever is signed in is led on. */
const signedOut = '/sign-in';

/** `scale`: of the made-up events. `only`: the paths that it finds. `runs`: of Lighthouse, each page and form. */
export async function benchDashboard(
  say: (line: string) => void,
  scale: number,
  only: RegExp,
  runs: number,
): Promise<BenchResult> {
  const chosen = paths.filter((path) => only.test(path));
  if (chosen.length === 0) throw new Error(`--only ${only.source}: none of ${paths.join(' ')}`);
  const [cpu] = cpus();
  say(`${cpus().length} cores (${cpu?.model ?? '?'}), ${round(totalmem() / 2 ** 30)} GB`);
  await using net = await testNet({ dashboard: true, scale: netScale, say });
  await addTwoYears(net, Math.ceil(mostEvents * scale), say);
  return await benchPages(net, chosen, runs, say);
}

async function benchPages(
  net: DisposableNet,
  chosen: readonly string[],
  runs: number,
  say: (line: string) => void,
): Promise<BenchResult> {
  const sides: Record<string, Record<string, number>> = {};
  const failures: string[] = [];
  const add = (name: string, figures: object, missed: readonly string[]): void => {
    sides[name] = { ...figures };
    failures.push(...missed.map((what) => `${name}: ${what}`));
  };
  // One page that fails must not take an hour's others with it.
  const measured = async (name: string, measure: () => Promise<void>): Promise<void> => {
    await measure().catch((error: unknown) => {
      say(`${name}: ${String(error)}`);
      failures.push(`${name}: ${String(error)}`);
    });
  };
  const cookies = await withLighthouse(net, async (context, port) => {
    const signedIn = await context.cookies();
    for (const [index, path] of chosen.entries()) {
      await context.clearCookies();
      if (path !== signedOut) await context.addCookies(signedIn);
      const url = net.urls.gateway + path;
      await measured(`${path} warming up`, () => warm(context, url));
      for (const form of forms) {
        const name = `${path} ${form}`;
        await measured(name, async () => {
          const scored = await scoresOf(url, form, port, runs);
          say(`${index + 1}/${chosen.length} ${name}: ${told(scored)}`);
          for (const finding of scored.findings) say(`    ${finding}`);
          add(name, scored.figures, belowBar(scored));
        });
      }
    }
    return signedIn;
  });

  say(
    `first figures: a CPU ${slow.cpu} times as slow, ${slow.megabitsPerSecond} Mbit/s, ${slow.latencyMs} ms, ${tries} tries each`,
  );
  await using browser = await startBrowser();
  for (const [index, path] of chosen.entries()) {
    const state: BrowserContextOptions = {
      locale: 'zh-CN',
      viewport: { width: 1440, height: 900 },
      ...(path !== signedOut && { storageState: { cookies, origins: [] } }),
    };
    const name = `${path} first figure`;
    await measured(name, async () => {
      const figures = await firstFiguresOf(net.urls.gateway + path, browser, state);
      say(`${index + 1}/${chosen.length} ${name}: ${figures ? toldFirst(figures) : 'has none'}`);
      if (figures) add(name, figures, tooLate(figures));
    });
  }
  return { bench: 'dashboard', sides, ratios: {}, failures };
}

/** A browser in which Lighthouse opens its tabs beside ours, and an administrator is signed in. */
async function withLighthouse<T>(
  net: DisposableNet,
  use: (context: BrowserContext, port: number) => Promise<T>,
): Promise<T> {
  const profile = await mkdtemp(join(tmpdir(), 'onenet-bench-browser-'));
  const port = await freePort();
  const context = await chromium.launchPersistentContext(profile, {
    ...launchOptions(`--remote-debugging-port=${port}`),
    locale: 'zh-CN',
  });
  try {
    const administrator = await addPerson(net, { name: 'bench', role: 'administrator' });
    const page = await context.newPage();
    await page.goto(net.urls.gateway + firstSignIn('/'));
    await signIn(page, administrator);
    await page.close();
    return await use(context, port);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}

/** Opens it once, so that no server that has just started is measured. */
async function warm(context: BrowserContext, url: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(url);
  await loaded(page);
  await page.close();
}

const labels = {
  performance: 'performance',
  accessibility: 'accessibility',
  bestPractices: 'best practices',
} as const;

function told({ figures }: Scored): string {
  const scores = scoreNames.map(
    (name) => `${labels[name]} ${figures[name]} ${mark(figures[name] >= bars.score)}`,
  );
  const { firstPaintMs, largestPaintMs, blockedMs, layoutShift } = figures;
  return `${scores.join(', ')}; first paint ${firstPaintMs} ms, largest ${largestPaintMs}, blocked ${blockedMs}, layout shift ${layoutShift} (load average ${round(loadavg()[0] ?? 0)})`;
}

function belowBar({ figures }: Scored): readonly string[] {
  return scoreNames
    .filter((name) => !(figures[name] >= bars.score))
    .map((name) => `${labels[name]} ${figures[name]}, at least ${bars.score}`);
}

function toldFirst(figures: FirstFigures): string {
  const { firstP50Ms, firstP95Ms, returnP50Ms, returnP95Ms, returnShift } = figures;
  const inTime = (ms: number) => `${ms} ms ${mark(ms <= bars.firstFigureMs)}`;
  return `first visit ${inTime(firstP50Ms)}, p95 ${inTime(firstP95Ms)}; return ${inTime(returnP50Ms)}, p95 ${inTime(returnP95Ms)}, layout shift ${returnShift}`;
}

function tooLate({ firstP95Ms, returnP95Ms }: FirstFigures): readonly string[] {
  return [['a first visit', firstP95Ms] as const, ['a return', returnP95Ms] as const]
    .filter(([, ms]) => !(ms <= bars.firstFigureMs))
    .map(([visit, ms]) => `p95 of ${visit} ${ms} ms, at most ${bars.firstFigureMs}`);
}

function mark(isMet: boolean): string {
  return isMet ? '✓' : '✗';
}
