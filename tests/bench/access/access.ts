/**
 * `access`: 1,000 clients that use up what they may ask in a day, evenly; then one more that floods.
 * What the others wait for, before and during, and that every one of their requests is answered.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { scopeNames } from '@onenet/contract';
import { Agent, request } from 'undici';
import { someClient } from '../../../gateway/src/callers/credentials.fixture.ts';
import { startChild, type Usage } from '../child.ts';
import { startOwners, startSide, type RunningSide } from '../gateway/processes.ts';
import { databaseForBench, mongoForBench } from '../mongo.ts';
import { round, type BenchResult } from '../table.ts';
import type { Flooded, FloodMessage } from './flood.ts';

const clients = 1000;
const requestsPerSecond = 100;
const perDay = (requestsPerSecond * 86_400) / clients;
const seconds = 30;
/** One owner's page: what most systems ask, again and again. */
const query = `{ serviceRequests(first: 5, filter: { platforms: ["420100"] }) {
  edges { node { id title status } } completeness { asked answered }
} }`;

export async function benchAccess(say: (line: string) => void): Promise<BenchResult> {
  await using mongo = await mongoForBench(say);
  await using database = await databaseForBench(mongo.uri);
  using stack = new DisposableStack();
  const { urls } = stack.use(await startOwners());
  const side = stack.use(
    await startSide('onenetShared', {
      urls,
      stores: { usage: database, quota: database },
      clients: Array.from({ length: clients + 1 }, (_, n) => clientOf(n)),
    }),
  );
  const flood = stack.use(startChild(new URL('flood.ts', import.meta.url)));

  say(`warming up: ${clients} clients`);
  await askEvenly(side, 10);
  say(`${clients} clients, ${requestsPerSecond} requests a second, for ${seconds} s`);
  const before = await askEvenly(side, seconds);
  say('the same, and one that floods');
  const token = side.tokens[clients] ?? '';
  await flood.ask<Flooded>({ url: side.url, token, query } satisfies FloodMessage);
  await delay(1000);
  const during = await askEvenly(side, seconds);
  const flooded = await flood.ask<Flooded>('stop' satisfies FloodMessage);
  const { 200: answered = 0, 429: refused = 0, ...other } = flooded;
  const unexpected = Object.entries(other).map(([status, n]) => `the flood: ${status} ${n} times`);
  return {
    bench: 'access',
    sides: {
      before: before.figures,
      during: during.figures,
      flood: { answered, refused, refusedPerSecond: round(refused / (seconds + 1)) },
    },
    ratios: {
      p99DuringOverBefore: round((during.figures['p99Ms'] ?? 0) / (before.figures['p99Ms'] ?? 0)),
    },
    failures: [...before.failures, ...during.failures, ...unexpected],
  };
}

/** The last one is the one that floods. */
function clientOf(n: number) {
  const limits = { perSecond: 1, burst: 5, perDay, concurrent: 5 };
  return someClient({ id: `client-${n}`, scopes: scopeNames(), limits });
}

interface Asked {
  readonly figures: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
}

/** Sends one request after the other at an even rate, whether or not those before were answered. */
async function askEvenly(side: RunningSide, during: number): Promise<Asked> {
  const dispatcher = new Agent({ connections: 64 });
  const durations: number[] = [];
  const failures: string[] = [];
  const usage = await side.ask<Usage>('usage');
  const begin = performance.now();
  const total = during * requestsPerSecond;
  const asked = Array.from({ length: total }, async (_, n) => {
    // From when it should have left: waiting to be sent is waiting, too.
    const due = begin + (n * 1000) / requestsPerSecond;
    await delay(Math.max(0, due - performance.now()));
    const answer = await request(side.url, {
      method: 'POST',
      dispatcher,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${side.tokens[n % clients]}`,
      },
      body: JSON.stringify({ query }),
    });
    const body = await answer.body.text();
    durations.push(performance.now() - due);
    if (answer.statusCode !== 200 || body.includes('"errors"')) {
      failures.push(`client-${n % clients}: ${answer.statusCode} ${body.slice(0, 200)}`);
    }
  });
  await Promise.all(asked);
  const after = await side.ask<Usage>('usage');
  await dispatcher.close();
  durations.sort((a, b) => a - b);
  const quantile = (q: number) => round(durations[Math.floor(total * q)] ?? Number.NaN);
  return {
    figures: {
      requests: total,
      unanswered: failures.length,
      p50Ms: quantile(0.5),
      p99Ms: quantile(0.99),
      // Of a gateway that answers the flood as well.
      cpuShare: round((after.cpuMicros - usage.cpuMicros) / 1e6 / during),
    },
    failures,
  };
}
