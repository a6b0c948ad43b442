/** The net's own record, read at analytics: the gateways' log, and of it the calls to one platform. */
import { NetError } from '@onenet/contract';
import type { Sign } from '../registry/probe.ts';

/** How analytics is reached. */
export interface NetCalls {
  readonly analyticsUrl: string;
  readonly sign: Sign;
  readonly signal: AbortSignal;
}

/** NDJSON, and how far the record goes. */
export interface NetPage {
  readonly body: string;
  /** RFC 3339: what was asked before this is in; empty while that is not known. */
  readonly deliveredTo: string;
  /** Requests that found no room on a gateway's disk, ever. */
  readonly dropped: string;
  /** RFC 3339: what was asked before stands nowhere; empty while there is nothing. */
  readonly since: string;
}

const timeoutMs = 60_000;

/** `query`: of `/access/lines` or `/access/calls`. */
export async function netLines(
  { analyticsUrl, sign, signal }: NetCalls,
  what: 'lines' | 'calls',
  query: Readonly<Record<string, string>>,
): Promise<NetPage> {
  const target = new URL(`/access/${what}`, analyticsUrl);
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
  const path = target.pathname + target.search;
  const response = await fetch(target, {
    headers: sign({ owner: 'onenet:analytics', method: 'GET', path, body: '' }),
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  }).catch(() => undefined);
  const body = await response?.text();
  if (response?.status === 400) throw new NetError('BAD_INPUT', messageIn(body));
  if (!response?.ok || body === undefined) {
    throw new NetError(
      'UNAVAILABLE',
      `Analytics does not give the net's record: ${messageIn(body)}`,
    );
  }
  return {
    body,
    deliveredTo: response.headers.get('onenet-delivered-to') ?? '',
    dropped: response.headers.get('onenet-dropped') ?? '0',
    since: response.headers.get('onenet-since') ?? '',
  };
}

function messageIn(body: string | undefined): string {
  try {
    const { error } = JSON.parse(body ?? '') as { readonly error?: { readonly message?: string } };
    return error?.message ?? 'it does not say why.';
  } catch {
    return 'it does not answer.';
  }
}
