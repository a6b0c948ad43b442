/** A department, asked over HTTP: the protocol is ours, and stands in docs/matching.md. */
import { NetError } from '@onenet/contract';
import type { Platform } from '../../context.ts';

/** Department code → where it is asked. What has no address is not asked. */
export type DepartmentUrls = ReadonlyMap<string, URL>;

/** People of one request. */
export const batchOf = 5_000;

const timeoutMs = 10_000;
/** Of an answer: 5,000 hashes take 230 KB. */
const maxAnswerBytes = 1_048_576;

/** Why a department's answer is missing, without a word of what it sent. */
export class DepartmentFailure extends Error {
  override readonly name = 'DepartmentFailure';
}

export interface DepartmentQuestion {
  readonly run: string;
  readonly department: string;
  readonly question: string;
  /** Of this run only. */
  readonly key: Uint8Array;
}

/** Those of the hashes that the department's data has. */
export async function askHashes(
  { definition, departmentUrls }: Platform,
  { run, department, question, key }: DepartmentQuestion,
  hashes: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const url = departmentUrls?.get(department);
  if (!url) throw new DepartmentFailure('it has no address here');
  const body = {
    run,
    platform: definition.code,
    question,
    key: Buffer.from(key).toString('base64url'),
    hashes: [...hashes],
  };
  const text = await post(url, JSON.stringify(body));
  return matchedIn(text, hashes);
}

/** A department's address: https, unless it is on this machine. */
export function parseDepartmentUrl(text: string): URL {
  const url = URL.parse(text);
  const isLocal = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal)) return url;
  throw new NetError(
    'BAD_INPUT',
    `"${text}" is no address of a department: https, or http on this machine, since who reads a run's key can try all numbers.`,
  );
}

async function post(url: URL, body: string): Promise<string> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body,
      // A redirect would take the key elsewhere.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new DepartmentFailure(`it answered ${response.status}`);
    }
    return await bounded(response);
  } catch (error) {
    if (error instanceof DepartmentFailure) throw error;
    const isSlow = error instanceof Error && error.name === 'TimeoutError';
    throw new DepartmentFailure(
      isSlow ? `no whole answer within ${timeoutMs / 1_000} s` : 'no connection to it',
    );
  }
}

async function bounded(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > maxAnswerBytes) {
      throw new DepartmentFailure(`its answer is over ${maxAnswerBytes} bytes`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** The answer's hashes, each of which was asked. */
function matchedIn(text: string, asked: ReadonlySet<string>): ReadonlySet<string> {
  const matched = listOf(text);
  const found = new Set<string>();
  for (const hash of matched) {
    if (typeof hash !== 'string' || !asked.has(hash)) {
      throw new DepartmentFailure('its answer has what was not asked');
    }
    found.add(hash);
  }
  return found;
}

function listOf(text: string): readonly unknown[] {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null && 'matched' in answer) {
      if (Array.isArray(answer.matched)) return answer.matched;
    }
  } catch {
    // Not JSON: refused below.
  }
  throw new DepartmentFailure('its answer is not {"matched": [hash, …]}');
}
