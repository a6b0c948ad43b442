/** Deliberately wrong platforms: each fails exactly the rule that it breaks, and every rule has one that breaks it. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { audit, rules, sendDirectly } from '@onenet/audit';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { AuditedPlatform } from './fixtures/audited-platform.ts';
import { mutants, type Mutant } from './mutants/mutants.ts';

/** Audits write: each of those that run side by side has platforms of its own, two of them with every module. */
const side = { quick: 3, whole: 2 };
/** Each takes its platforms in turn: one that has been audited often has longer and longer lists. */
const platformsEach = 3;
type Platform = Pick<AuditedPlatform, 'url' | 'code'>;
let child: ChildProcess;
let free: { readonly quick: readonly Platform[]; readonly whole: readonly Platform[] };
beforeAll(async () => {
  const program = fileURLToPath(new URL('mutants/platforms.ts', import.meta.url));
  child = fork(program, [
    inject('mongodbUri'),
    ...Object.values(side).map((count) => String(count * platformsEach)),
  ]);
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

const verdicts = new Map<Mutant, Promise<readonly object[]>>();

test.each(mutants)('a platform that $wrong fails $rule, and nothing else', async (mutant) => {
  // The first test begins them all: a wait of one is used by the others.
  if (verdicts.size === 0) begin();
  expect(await verdicts.get(mutant)).toEqual([
    {
      id: mutant.rule,
      sent: expect.any(String),
      came: expect.any(String),
      wanted: expect.any(String),
    },
  ]);
});

function begin(): void {
  const waiting = mutants.map((mutant) => ({
    mutant,
    verdict: Promise.withResolvers<readonly object[]>(),
  }));
  for (const { mutant, verdict } of waiting) verdicts.set(mutant, verdict.promise);
  const { quick = [], whole = [] } = Object.groupBy(waiting, ({ mutant }) =>
    rules.some(({ id, module }) => id === mutant.rule && !fewModules.includes(module))
      ? 'whole'
      : 'quick',
  );
  for (const [platforms, queue] of [
    [free.quick, quick.values()],
    [free.whole, whole.values()],
  ] as const) {
    for (let n = 0; n < platforms.length; n += platformsEach) {
      void work(platforms.slice(n, n + platformsEach), queue);
    }
  }
}

/** What the quick platforms offer. */
const fewModules: readonly string[] = ['core', 'organizations', 'requests', 'members', 'content'];

async function work(
  platforms: readonly Platform[],
  queue: Iterable<{ mutant: Mutant; verdict: PromiseWithResolvers<readonly object[]> }>,
): Promise<void> {
  let audits = 0;
  for (const { mutant, verdict } of queue) {
    const { url, code } = platforms[audits++ % platforms.length] as Platform;
    await audit({ url, code, write: true, send: mutant.spoil(sendDirectly) }).then(
      ({ rules: results }) => {
        const failed = results.filter(({ status }) => status === 'FAIL');
        verdict.resolve(failed.map(({ id, sent, came, wanted }) => ({ id, sent, came, wanted })));
      },
      verdict.reject,
    );
  }
}
