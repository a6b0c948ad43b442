/** Several right platforms with every module, in a process of their own, so that the audits have a core for themselves. */
import { startAuditedPlatform } from '../fixtures/audited-platform.ts';

const [mongodbUri = '', count = '1'] = process.argv.slice(2);
const platforms = await Promise.all(
  Array.from({ length: Number(count) }, () => startAuditedPlatform(mongodbUri)),
);
process.send?.(platforms.map(({ url, code }) => ({ url, code })));
process.once('disconnect', () => {
  const ended = platforms.map((platform) => platform[Symbol.asyncDispose]());
  void Promise.all(ended).then(() => process.exit());
});
