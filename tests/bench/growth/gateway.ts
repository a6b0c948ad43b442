/** The gateway of a net of a given size, in a process of its own: how long it took to start, and how long its longest stall was. */
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startGateway } from '@onenet/gateway';
import { answerParent, usage } from '../child.ts';

const tickMs = 2;
let [longest, ticked] = [0, performance.now()];
setInterval(() => {
  const now = performance.now();
  longest = Math.max(longest, now - ticked - tickMs);
  ticked = now;
}, tickMs);
/** Since it was asked last. */
function longestStallMs(): number {
  const ms = longest;
  longest = 0;
  return ms;
}

answerParent(async (message: { readonly provinceUrl: string } | 'usage' | 'stall') => {
  if (message === 'usage') return usage();
  if (message === 'stall') return longestStallMs();
  const keysDir = await mkdtemp(join(tmpdir(), 'onenet-bench-'));
  process.once('exit', () => rmSync(keysDir, { recursive: true }));
  const begin = performance.now();
  const { url } = await startGateway({ host: '127.0.0.1', port: 0, keysDir, ...message });
  return { url, startMs: performance.now() - begin };
});
