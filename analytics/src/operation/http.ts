/** `POST /operation/…`: what an operator has analytics do. Answers are lines of JSON: progress, then a result or an error. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Guard } from '@onenet/assertion';
import { NetError } from '@onenet/contract';
import { briefOperations } from '../briefs/operations.ts';
import type { BriefParts } from '../briefs/graphql.ts';
import { admitOperator } from './admit.ts';
import { check } from './check.ts';
import type { CheckSources } from './check.ts';
import { exportable, exportedMonth } from './export.ts';
import { rebuild } from './rebuild.ts';

/** Says how far it is. */
type Told = (progress: unknown) => void;

/** What is operated. */
export interface Operated extends CheckSources, BriefParts {}

/** By path: what each does, and the parameters that it takes. */
const operations: Readonly<
  Record<string, (operated: Operated, url: URL, told: Told) => Promise<unknown>>
> = {
  '/operation/check': (sources, _, told) => check(sources, told),
  '/operation/rebuild': (sources, url, told) =>
    rebuild(sources, parameter(url, 'platform'), (done, of) => told({ done, of })),
  '/operation/export': (sources, url) =>
    exportable(sources, url.searchParams.get('platform') ?? undefined),
  ...briefOperations,
};

export async function answerOperation(
  operated: Operated,
  guard: Guard,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const run = operations[url.pathname];
  if (!run && url.pathname !== '/operation/export/month') {
    const known = Object.keys(operations).join(', ');
    throw new NetError('NOT_FOUND', `No operation ${url.pathname}: there are ${known}.`);
  }
  const admission = await admitOperator(guard, url.pathname, request, response);
  if (!admission) return;
  await admission.record({ status: 200 });
  if (run) await answerLines(response, (told) => run(operated, url, told));
  else await answerMonth(operated, response, url);
}

/** A client that left is told nothing more; what it began goes on to its end. */
async function answerLines(
  response: ServerResponse,
  run: (told: Told) => Promise<unknown>,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  response.flushHeaders();
  const write = (line: object): void => {
    if (!response.destroyed) response.write(`${JSON.stringify(line)}\n`);
  };
  try {
    write({ result: await run((progress) => write({ progress })) });
  } catch (error) {
    const told = error instanceof NetError ? error : new NetError('UNAVAILABLE');
    if (told !== error) console.error('analytics:', error);
    write({ error: { code: told.code, message: told.message } });
  }
  response.end();
}

async function answerMonth(
  { clickhouse }: CheckSources,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const bytes = await exportedMonth(clickhouse, {
    platform: parameter(url, 'platform'),
    month: parameter(url, 'month'),
    epoch: whole(url, 'epoch'),
    last: whole(url, 'last'),
  });
  response.writeHead(200, {
    'content-type': 'application/vnd.apache.parquet',
    'cache-control': 'no-store',
  });
  await pipeline(bytes, response);
}

function parameter(url: URL, name: string): string {
  const value = url.searchParams.get(name);
  if (value !== null && value !== '') return value;
  throw new NetError('BAD_INPUT', `${url.pathname}: the parameter \`${name}\` is missing.`);
}

function whole(url: URL, name: string): number {
  const value = Number(parameter(url, name));
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new NetError('BAD_INPUT', `${url.pathname}: \`${name}\` is no whole number.`);
}
