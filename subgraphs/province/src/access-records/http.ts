/** Access records over HTTP, for the operator, and for a platform's team what is its own: both sides to lay side by side, and exports. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Keys } from '@onenet/assertion';
import { NetError } from '@onenet/contract';
import { answerError } from '../answer.ts';
import { authenticate } from '../registry/access.ts';
import type { Store } from '../registry/store.ts';
import type { Principal } from '../registry/tokens.ts';
import { exportLines, type ExportWish } from './export.ts';
import { netLines, type NetCalls } from './net-lines.ts';
import { ownerLines, type OwnerCalls } from './owner-lines.ts';

export interface AccessRecordsHttp {
  readonly store: Store;
  readonly owners: OwnerCalls;
  readonly net: NetCalls;
  /** Seal exports; absent: there are none. */
  readonly keys: Keys | undefined;
}

type Answer = (parts: AccessRecordsHttp, asked: Asked) => Promise<void>;

interface Asked {
  readonly given: URLSearchParams;
  /** What follows in the path. */
  readonly code: string | undefined;
  readonly principal: Principal;
  readonly response: ServerResponse;
}

/** By what follows `/access/`. */
const answers: Readonly<Record<string, Answer>> = {
  records: answerRecords,
  calls: answerCalls,
  lines: answerLines,
  export: answerExport,
};

/** Answers what is under its paths; false for any other path. */
export function answerAccessRecords(
  parts: AccessRecordsHttp,
  { pathname, searchParams: given }: URL,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const [, first, what = '', code, ...more] = pathname.split('/');
  const answer = Object.hasOwn(answers, what) ? answers[what] : undefined;
  if (first !== 'access' || !answer || more.length > 0) return false;
  const answered = async (): Promise<void> => {
    const principal = await authenticate(parts.store, request.headers.authorization);
    if (request.method !== 'GET') {
      throw new NetError('BAD_REQUEST', 'Access records are read with GET.');
    }
    await answer(parts, { given, code, principal, response });
  };
  answered().catch((error: unknown) => {
    if (response.headersSent) response.destroy();
    else answerError(response, error);
  });
  return true;
}

/** `/access/records/<code>`: what the platform itself recorded. */
async function answerRecords({ owners }: AccessRecordsHttp, asked: Asked): Promise<void> {
  const { given, response } = asked;
  const code = ownPlatform(asked, asked.code);
  const after = Number(given.get('after') ?? 0);
  const limit = Number(given.get('limit') ?? mostLines);
  if (!Number.isSafeInteger(after) || after < 0 || !(limit >= 1 && limit <= mostLines)) {
    const range = `\`after\` is a sequence, \`limit\` from 1 to ${mostLines}.`;
    throw new NetError('BAD_INPUT', range);
  }
  const { lines, last } = await ownerLines(owners, code, after, limit);
  response.writeHead(200, { ...ndjson, 'onenet-last-sequence': last });
  response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/** `/access/calls/<code>`: what the net recorded of its calls to the platform. */
async function answerCalls({ net }: AccessRecordsHttp, asked: Asked): Promise<void> {
  const query = { ...passed(asked.given), platform: ownPlatform(asked, asked.code) };
  sendPage(asked.response, await netLines(net, 'calls', query));
}

/** `/access/lines`: the gateways' log, in which everybody's requests are. */
async function answerLines({ net }: AccessRecordsHttp, asked: Asked): Promise<void> {
  operatorsOnly(asked.principal);
  sendPage(asked.response, await netLines(net, 'lines', passed(asked.given)));
}

/** `/access/export?platform=` or `?client=`, `from` and `to`. */
async function answerExport(parts: AccessRecordsHttp, asked: Asked): Promise<void> {
  const { given, response, principal } = asked;
  const { keys } = parts;
  if (!keys) throw new NetError('UNAVAILABLE', 'The province has no keys: start it with --keys.');
  const platform = given.get('platform');
  const client = given.get('client');
  if ((platform === null) === (client === null)) {
    throw new NetError('BAD_INPUT', 'Either `platform` or `client` says whose record.');
  }
  if (client !== null) operatorsOnly(principal);
  const wish: ExportWish = {
    of: client === null ? { platform: ownPlatform(asked, platform ?? undefined) } : { client },
    from: timeIn(given, 'from') ?? new Date(0),
    to: timeIn(given, 'to') ?? new Date(),
  };
  const lines = exportLines({ ...parts, keys }, wish);
  // What is wrong with the question, or with whom it leads to, is still said with a status.
  const first = await lines.next();
  const second = await lines.next();
  response.writeHead(200, ndjson);
  for (const { value } of [first, second]) if (typeof value === 'string') response.write(value);
  for await (const line of lines) {
    if (response.destroyed) return;
    if (!response.write(line)) await drained(response);
  }
  response.end();
}

const mostLines = 5_000;
const ndjson = { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' } as const;

function ownPlatform({ principal }: Asked, code: string | undefined): string {
  if (code === undefined) throw new NetError('NOT_FOUND', 'The path ends with a platform’s code.');
  if (principal.platform !== code) operatorsOnly(principal);
  return code;
}

function operatorsOnly({ kind, platform }: Principal): void {
  if (kind === 'operator') return;
  throw new NetError('NOT_ALLOWED', `The token is ${platform}’s: this needs the operator’s.`);
}

function passed(given: URLSearchParams): Readonly<Record<string, string>> {
  const names = ['after', 'limit', 'from', 'to'];
  return Object.fromEntries([...given].filter(([name]) => names.includes(name)));
}

function sendPage(
  response: ServerResponse,
  { body, deliveredTo, dropped, since }: Awaited<ReturnType<typeof netLines>>,
): void {
  response.writeHead(200, {
    ...ndjson,
    'onenet-delivered-to': deliveredTo,
    'onenet-dropped': dropped,
    'onenet-since': since,
  });
  response.end(body);
}

function timeIn(given: URLSearchParams, name: string): Date | undefined {
  const text = given.get(name);
  if (text === null) return undefined;
  const time = new Date(text);
  if (!Number.isNaN(time.getTime())) return time;
  throw new NetError('BAD_INPUT', `\`${name}\` is no time, such as 2026-01-31T08:00:00Z.`);
}

async function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once('drain', resolve);
  response.once('close', resolve);
  await promise;
  response.off('drain', resolve);
  response.off('close', resolve);
}
