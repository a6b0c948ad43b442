/** The load: eight connections, each with one request under way, for a fixed number of requests. */
import { Agent, request } from 'undici';

export interface Load {
  readonly url: string;
  readonly query: string;
  readonly requests: number;
  /** Whether each request differs from the one before in its variable. */
  readonly differing: boolean;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly answerBytes: number;
}

const connections = 8;
let salt = 0;

/** Runs the load to its end. An answer that is not whole ends the benchmark. */
export async function runLoad({ url, query, requests, differing }: Load): Promise<LoadResult> {
  const dispatcher = new Agent({ connections });
  const durations: number[] = [];
  let started = 0;
  let answerBytes = 0;
  const begin = performance.now();
  const worker = async () => {
    while (started++ < requests) {
      // Canned owners answer by the text of the operation, so the rows stay the same.
      const text = differing ? `演示 ${salt++}` : '演示';
      const sent = performance.now();
      const answer = await request(url, {
        method: 'POST',
        dispatcher,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables: { text } }),
      });
      const body = await answer.body.text();
      durations.push(performance.now() - sent);
      answerBytes = body.length;
      if (answer.statusCode !== 200 || body.includes('"errors"') || body.includes('"missing":[{')) {
        throw new Error(`${url} answered ${answer.statusCode}: ${body.slice(0, 500)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const seconds = (performance.now() - begin) / 1000;
  await dispatcher.close();
  durations.sort((a, b) => a - b);
  const quantile = (q: number) => durations[Math.floor(durations.length * q)] ?? Number.NaN;
  return {
    requestsPerSecond: requests / seconds,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    answerBytes,
  };
}
