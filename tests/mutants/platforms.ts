/**
 * Several right platforms in a process of their own, so that the audits have a core for themselves: some with
 * what most rules need, so that they are quick, and some with every module.
 */
import { startAuditedPlatform } from '../fixtures/audited-platform.ts';

const [mongodbUri = '', few = '1', all = '1'] = process.argv.slice(2);
const start = (count: string, modules?: typeof fewModules) =>
  Promise.all(
    Array.from({ length: Number(count) }, () =>
      startAuditedPlatform(mongodbUri, modules ? { modules } : {}),
    ),
  );
const fewModules = ['core', 'organizations', 'requests', 'members', 'content'] as const;
const [quick, whole] = await Promise.all([start(few, fewModules), start(all)]);
const addresses = (platforms: typeof quick) => platforms.map(({ url, code }) => ({ url, code }));
process.send?.({ quick: addresses(quick), whole: addresses(whole) });
process.once('disconnect', () => {
  const ended = [...quick, ...whole].map((platform) => platform[Symbol.asyncDispose]());
  void Promise.all(ended).then(() => process.exit());
});
