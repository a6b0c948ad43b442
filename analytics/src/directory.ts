/** Follows the province's owner directory (`GET /net`); the last good snapshot is kept on disk. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { provinceCode, signCall, type Signer } from '@onenet/assertion';
import { localCaller, parseNetSnapshot } from '@onenet/contract';
import type { NetSnapshot } from '@onenet/contract';
import { request } from 'undici';

const waitSeconds = 25;
const retryMs = 1_000;

export interface DirectoryOptions {
  /** The province's base URL. */
  readonly provinceUrl: string;
  /** Where the last good snapshot is kept. */
  readonly cacheFile: string;
  readonly signal: AbortSignal;
  /** Without it the province must believe this machine. */
  readonly signer: Signer | undefined;
  readonly log: (message: string, detail?: unknown) => void;
}

/**
 * Calls `changed` with the snapshot on disk, if there is one, and then with every newer one, until
 * the signal aborts. A province that does not answer changes nothing.
 */
export async function followDirectory(
  options: DirectoryOptions,
  changed: (snapshot: NetSnapshot) => void,
): Promise<void> {
  const { signal, log } = options;
  let revision = 0;
  let failing = false;
  const kept = await readKept(options.cacheFile);
  if (kept) changed(kept);
  while (!signal.aborted) {
    try {
      const snapshot = await poll(options, revision);
      failing = false;
      if (!snapshot) continue;
      revision = snapshot.revision;
      changed(snapshot);
      await keep(options.cacheFile, snapshot);
    } catch (error) {
      if (signal.aborted) return;
      if (!failing) log('the owner directory does not answer', error);
      failing = true;
      await delay(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Analytics itself asks. */
const asAnalytics = { ...localCaller, client: 'analytics' };

async function poll(options: DirectoryOptions, revision: number): Promise<NetSnapshot | undefined> {
  const url = new URL('/net', options.provinceUrl);
  url.searchParams.set('after', String(revision));
  url.searchParams.set('wait', String(waitSeconds));
  const call = { owner: provinceCode, method: 'GET', path: url.pathname + url.search, body: '' };
  const { signer, signal } = options;
  const { statusCode, body } = await request(url, {
    signal,
    headers: { ...(signer && signCall(signer, asAnalytics, undefined, call)) },
    headersTimeout: (waitSeconds + 10) * 1000,
  });
  if (statusCode === 204) {
    await body.dump();
    return undefined;
  }
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`GET /net answered ${statusCode}: ${text.slice(0, 200)}`);
  return parseNetSnapshot(JSON.parse(text));
}

async function readKept(file: string): Promise<NetSnapshot | undefined> {
  try {
    return parseNetSnapshot(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // Not there yet, or of another version: the province's answer replaces it.
    return undefined;
  }
}

async function keep(file: string, snapshot: NetSnapshot): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(snapshot));
  await rename(`${file}.new`, file);
}
