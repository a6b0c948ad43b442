/**
 * Deliberately wrong platforms: each fails exactly the rule that it breaks, and every rule has one that breaks it.
 * A wrong platform is checked by the rules of whose calls it spoils something: to the others it is a right one.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { audit, rules, sendDirectly } from '@onenet/audit';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { AuditedPlatform } from './fixtures/audited-platform.ts';
import { mutants, type Mutant } from './mutants/mutants.ts';
import { failuresIn, record, rulesTouched, type Recording } from './mutants/touched.ts';

/** Audits write: each of those that run side by side has platforms of its own. */
const side = 3;
/** Each takes its platforms in turn: one that has been audited often has longer and longer lists. */
const platformsEach = 2;
type Platform = Pick<AuditedPlatform, 'url' | 'code'>;
let child: ChildProcess;
let free: readonly Platform[];
beforeAll(async () => {
  const program = fileURLToPath(new URL('mutants/platforms.ts', import.meta.url));
  child = fork(program, [inject('mongodbUri'), String(side * platformsEach)]);
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`The platforms did not start: exit code ${String(code)}.`);
  });
  [free] = (await Promise.race([once(child, 'message'), failed])) as [typeof free];
  // From here on its end is waited for where it is ended.
  failed.catch(() => undefined);
});
afterAll(async () => {
  const ended = once(child, 'exit');
  child.disconnect();
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`The platforms ended with ${String(code)}.`);
});

test('every rule has a platform that breaks it', () => {
  const broken = new Set(mutants.map(({ rule }) => rule));
  expect(rules.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual([]);
});

/** These read the same pages, and so are recorded together; each of the others by itself. */
const aboutPages = ['M8', 'M9', 'M10', 'S4'];
const alone = rules.map(({ id }) => id).filter((id) => !aboutPages.includes(id));
const checkedTogether = [aboutPages, ...alone.map((id) => [id])];
/** The first test waits for all of them, beside whatever else keeps the machine busy. */
const timeout = 600_000;
let recordings: ReadonlyMap<readonly string[], Promise<Recording>> | undefined;

test.each(checkedTogether.map((ids) => ({ ids })))(
  'a right one passes $ids',
  { timeout },
  async ({ ids }) => {
    // The first test begins them all: a wait of one is used by the others.
    recordings ??= inTurn(checkedTogether, record);
    expect((await recordings.get(ids))?.failed).toEqual([]);
  },
);

let verdicts: ReadonlyMap<Mutant, Promise<readonly object[]>> | undefined;

test.each(mutants)(
  'a platform that $wrong fails $rule, and nothing else',
  { timeout },
  async (mutant) => {
    recordings ??= inTurn(checkedTogether, record);
    const recorded = await Promise.all(recordings.values());
    verdicts ??= inTurn(mutants, async (platform, { spoil }) => {
      const only = await rulesTouched(recorded, spoil);
      const report = await audit({ ...platform, write: true, only, send: spoil(sendDirectly) });
      return failuresIn(report);
    });
    expect(await verdicts.get(mutant)).toEqual([
      {
        id: mutant.rule,
        sent: expect.any(String),
        came: expect.any(String),
        wanted: expect.any(String),
      },
    ]);
  },
);

/** Does each task at one of the platforms, as many side by side as may be. */
function inTurn<Task, Result>(
  tasks: readonly Task[],
  run: (platform: Platform, task: Task) => Promise<Result>,
): ReadonlyMap<Task, Promise<Result>> {
  const waiting = tasks.map((task) => ({ task, result: Promise.withResolvers<Result>() }));
  const queue = waiting.values();
  const work = async (platforms: readonly Platform[]): Promise<void> => {
    let count = 0;
    for (const { task, result } of queue) {
      const platform = platforms[count++ % platforms.length] as Platform;
      await run({ url: platform.url, code: platform.code }, task).then(
        result.resolve,
        result.reject,
      );
    }
  };
  for (let n = 0; n < free.length; n += platformsEach) void work(free.slice(n, n + platformsEach));
  return new Map(waiting.map(({ task, result }) => [task, result.promise]));
}
