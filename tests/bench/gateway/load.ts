/** The load: eight connections, each with one request under way, for a fixed number of requests. */
import { Agent, request } from 'undici';

export interface Load {
  readonly url: string;
  readonly query: string;
  readonly requests: number;
  /** Whether each request differs from the one before in its variable. */
  readonly differing: boolean;
  /** Access token of who asks; absent: nobody. */
  readonly token?: string | undefined;
  /** Throws at an answer that is not whole, which ends the benchmark. */
  readonly check: (body: string) => void;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the last answer. */
  readonly answerBytes: number;
}

const connections = 8;
let salt = 0;

/** Runs the load to its end. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const { url, query, requests, differing, token, check } = load;
  const headers = {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
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
        headers,
        body: JSON.stringify({ query, variables: { text } }),
      });
      const body = Buffer.from(await answer.body.arrayBuffer());
      durations.push(performance.now() - sent);
      answerBytes = body.length;
      if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}.`);
      check(body.toString('utf8'));
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
