/** GET /access/lines and /access/calls: what the province lays beside the owners' own records, and exports. For it, and for this machine. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody, sendRefusal } from '@onenet/assertion';
import type { Admitted, Guard } from '@onenet/assertion';
import { NetError } from '@onenet/contract';
import type { UsageSources } from '../usage/queries.ts';
import { callsTo, linesAfter, linesOfClient, since, type Window } from './lines.ts';

const mostLines = 5_000;

export type AccessListener = (
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
) => Promise<void>;

/** Whoever reads who read what is in a record too: analytics' own. */
export function accessListener(usage: UsageSources, guard: Guard): AccessListener {
  return async (request, response, url) => {
    const admitted = await admit(guard, request, response);
    if (!admitted) return;
    if (admitted.issuer !== null && admitted.issuer !== 'province') {
      await admitted.record({ status: 403 });
      throw new NetError('NOT_ALLOWED', 'The log is for the province to read.');
    }
    const lines = await linesFor(usage, url);
    await admitted.record({ status: 200 });
    const { deliveredTo, dropped } = usage.reader.progress;
    response.writeHead(200, {
      'content-type': 'application/x-ndjson',
      'cache-control': 'no-store',
      'onenet-delivered-to': deliveredTo ?? '',
      'onenet-dropped': dropped,
      'onenet-since': (await since(usage)) ?? '',
    });
    response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  };
}

async function admit(
  guard: Guard,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Admitted | undefined> {
  const body = await readBody(request, 0);
  if (body === undefined) return undefined;
  const { method = '', url = '', headers, socket } = request;
  if (method !== 'GET' || body === 'tooLarge') {
    throw new NetError('BAD_REQUEST', 'The log is read with GET.');
  }
  const { remoteAddress } = socket;
  const admission = await guard.admit({ method, url, headers, remoteAddress, body });
  if (admission.kind === 'ADMITTED') return admission;
  sendRefusal(request, response, admission);
  return undefined;
}

async function linesFor(
  usage: UsageSources,
  { pathname, searchParams: given }: URL,
): Promise<readonly object[]> {
  const after = wholeNumber(given, 'after', 0);
  const limit = wholeNumber(given, 'limit', mostLines);
  if (limit === 0 || limit > mostLines) {
    throw new NetError('BAD_INPUT', `\`limit\` is from 1 to ${mostLines}.`);
  }
  const window: Window = { fromMs: timeIn(given, 'from', 0), toMs: timeIn(given, 'to', latestMs) };
  if (window.toMs <= window.fromMs) {
    throw new NetError('BAD_INPUT', '`to` is not after `from`: are they the wrong way round?');
  }
  const platform = given.get('platform');
  const client = given.get('client');
  if (pathname === '/access/calls' && platform !== null) {
    return await callsTo(usage, platform, window, after, limit);
  }
  if (pathname === '/access/lines' && client !== null) {
    return await linesOfClient(usage, client, window, after, limit);
  }
  if (pathname === '/access/lines') return await linesAfter(usage, after, limit);
  throw new NetError(
    'NOT_FOUND',
    'Here are /access/lines, also with ?client=, and /access/calls?platform=.',
  );
}

const latestMs = Date.UTC(2100, 0, 1);

function wholeNumber(given: URLSearchParams, name: string, otherwise: number): number {
  const text = given.get(name);
  if (text === null) return otherwise;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new NetError('BAD_INPUT', `\`${name}\` is no whole number.`);
}

function timeIn(given: URLSearchParams, name: string, otherwise: number): number {
  const text = given.get(name);
  if (text === null) return otherwise;
  const ms = Date.parse(text);
  if (ms >= 0 && ms <= latestMs) return ms;
  throw new NetError('BAD_INPUT', `\`${name}\` is no time, such as 2026-01-31T08:00:00Z.`);
}
