/** Asks a server the same again and again, and says how long that took and what CPU it used. */
import { Client } from 'undici';
import type { Child, Usage } from '../child.ts';
import type { Question } from './side.ts';

/** Measured of one operation at one side. */
export interface Measured {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly cpuMs: number;
}

/** Each operation is asked so often, or for so long, whichever comes first; at least once. */
const [most, longestMs] = [20, 500];
/** Before it is measured: plans and code are warm. */
const warmUps = 5;

export interface Server extends AsyncDisposable {
  ask(body?: string): Promise<string>;
  measure(body?: string): Promise<Measured>;
}

/** One connection to a side's server, asked one request after another. */
export async function connect(side: Child): Promise<Server> {
  const { url } = await side.ask<{ url: string }>({ ask: 'serve' } satisfies Question);
  const { origin, pathname } = new URL(url);
  const client = new Client(origin, { headersTimeout: 60_000, bodyTimeout: 60_000 });
  const ask = async (body = ''): Promise<string> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await client.request({ path: pathname, method: 'POST', headers, body });
    return await answer.body.text();
  };
  return {
    ask,
    async measure(body) {
      const warm = performance.now();
      for (let n = 0; n < warmUps && performance.now() - warm < longestMs / 2; n++) await ask(body);
      const before = await side.ask<Usage>({ ask: 'usage' } satisfies Question);
      const times: number[] = [];
      const began = performance.now();
      do {
        const at = performance.now();
        await ask(body);
        times.push(performance.now() - at);
      } while (times.length < most && performance.now() - began < longestMs);
      const after = await side.ask<Usage>({ ask: 'usage' } satisfies Question);
      const sorted = times.toSorted((a, b) => a - b);
      const at = (share: number) =>
        sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
      return {
        p50Ms: at(0.5),
        p95Ms: at(0.95),
        cpuMs: (after.cpuMicros - before.cpuMicros) / 1_000 / times.length,
      };
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
