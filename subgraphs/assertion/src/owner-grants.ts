/** An owner's own grants: followed at the province, kept in the owner's database, so that it decides though the province is down. */
import { setTimeout as delay } from 'node:timers/promises';
import { grantedScopes, isRestored, parseGrants, type NetGrant } from '@onenet/contract';
import type { GrantList, GuardStore } from './store.ts';

/** What an owner has granted. */
export interface OwnerGrants {
  /** Scopes of the live grants for a client and purpose; undefined: what was granted is not known. */
  scopesOf(client: string, purpose: string | null, nowMs: number): ReadonlySet<string> | undefined;
}

export interface FollowOptions {
  /** The owner's code. */
  readonly code: string;
  /** Base URL of the province. */
  readonly provinceUrl: string;
  /** The platform's; without one the province answers this machine alone, and in development only. */
  readonly token?: string | undefined;
  readonly store: Pick<GuardStore, 'saveGrants' | 'loadGrants'>;
  /** Told when the province does not answer for a while, once until it answers. */
  readonly onError: (error: unknown) => void;
}

export interface FollowedGrants extends OwnerGrants {
  /** Resolves when the province was asked once, be it in vain. */
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

/** How long the province may let a call wait for news. */
const longestWaitSeconds = 25;
/** What an answer may take beyond that: a connection that died is noticed. */
const answerMs = 5_000;
const firstPauseMs = 250;
/** Nothing is known of a revocation meanwhile, so the province is looked for often. */
const longestPauseMs = 1_000;
/** Province and platform of a net start side by side: that is no news. */
const tellAfterMs = 5_000;
const maxBytes = 16 * 1024 * 1024;

/** Follows what an owner has granted, until it is stopped. */
export function followGrants(options: FollowOptions): FollowedGrants {
  const { code, store, onError } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const ready = Promise.withResolvers<void>();
  let list: GrantList | undefined;
  let isKept = true;

  /** Known first, and kept then: a revocation must not wait for the owner's database. */
  const take = async (news: AnsweredGrants | undefined): Promise<void> => {
    const before = list;
    if (news) list = nextList(before, news);
    const refused = (list?.refused ?? []).filter((id) => !before?.refused.includes(id));
    if (refused.length > 0) onError(new Error(restoredText(refused)));
    isKept &&= news === undefined;
    if (isKept || !list) return;
    await store.saveGrants(list);
    isKept = true;
  };
  const follow = async (): Promise<void> => {
    list = await store.loadGrants().catch((error: unknown) => {
      onError(error);
      return undefined;
    });
    // What was revoked while the owner was down is known before its first answer.
    let waitSeconds = 0;
    let pauseMs = firstPauseMs;
    let failingSince: number | undefined;
    let isTold = false;
    while (!signal.aborted) {
      try {
        await take(await ask(options, list?.revision, waitSeconds, signal));
        waitSeconds = longestWaitSeconds;
        pauseMs = firstPauseMs;
        failingSince = undefined;
        isTold = false;
      } catch (error) {
        if (signal.aborted) break;
        failingSince ??= performance.now();
        if (!isTold && performance.now() - failingSince >= tellAfterMs) {
          onError(new Error('the grants cannot be followed', { cause: error }));
          isTold = true;
        }
        ready.resolve();
        await delay(pauseMs, undefined, { signal }).catch(() => undefined);
        pauseMs = Math.min(longestPauseMs, pauseMs * 2);
      }
      ready.resolve();
    }
  };
  const following = follow();

  return {
    ready: ready.promise,
    scopesOf(client, purpose, nowMs) {
      return list && grantedScopes(list.grants, { client, purpose }, code, nowMs);
    },
    async stop() {
      stopping.abort();
      await following;
    },
  };
}

/** What the province says. */
type AnsweredGrants = Omit<GrantList, 'refused'>;

/** What is known after news. Of a restored registry, only what was live before counts: the rest may have been revoked since. */
export function nextList(known: GrantList | undefined, news: AnsweredGrants): GrantList {
  const before = new Set(known && idsOf(known));
  const unknown = idsOf(news).filter((id) => !before.has(id));
  const isOlder = known !== undefined && isRestored(known.revision, news.revision);
  const refused = new Set([...(known?.refused ?? []), ...(isOlder ? unknown : [])]);
  return {
    revision: news.revision,
    grants: news.grants.filter(({ id }) => !refused.has(id)),
    dormant: news.dormant,
    refused: [...refused],
  };
}

/** Those of suspended clients too: a restored registry has suspended them, and they come back one by one. */
function idsOf({ grants, dormant }: AnsweredGrants): readonly string[] {
  return [...grants.map(({ id }) => id), ...dormant];
}

function restoredText(refused: readonly string[]): string {
  return (
    `the registry was restored from a backup, and says of ${refused.join(', ')} that they are live, ` +
    'which was not known here before: nothing rests on them. Revoke them at the province; who still ' +
    'needs one applies again'
  );
}

/** Undefined: nothing has changed since `after`. */
async function ask(
  { code, provinceUrl, token }: FollowOptions,
  after: number | undefined,
  waitSeconds: number,
  stopped: AbortSignal,
): Promise<AnsweredGrants | undefined> {
  const base = provinceUrl.endsWith('/') ? provinceUrl : `${provinceUrl}/`;
  const url = new URL(`registry/platforms/${encodeURIComponent(code)}/grants`, base);
  if (after !== undefined) {
    url.searchParams.set('after', String(after));
    url.searchParams.set('wait', String(waitSeconds));
  }
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(waitSeconds * 1000 + answerMs)]);
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers, signal, redirect: 'error' });
  if (response.status === 204) return undefined;
  const text = await textOf(response);
  if (response.status !== 200) throw new Error(`the province answers ${response.status}`);
  return readList(JSON.parse(text), code);
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > maxBytes) throw new Error(`the list has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length).toString('utf8');
}

/** Checks a list; another owner's grants in it are nothing to this one. */
export function readList(value: unknown, code: string): AnsweredGrants {
  const {
    revision,
    grants,
    dormant = [],
  }: Partial<Record<string, unknown>> = typeof value === 'object' && value !== null
    ? { ...value }
    : {};
  if (typeof revision !== 'number' || !Number.isSafeInteger(revision)) {
    throw new Error('the list of grants has no revision');
  }
  if (!Array.isArray(dormant) || !dormant.every((id) => typeof id === 'string')) {
    throw new Error('the list of grants has `dormant`, and it is no list of ids');
  }
  const own = parseGrants(grants, 'grants').filter(({ platform }: NetGrant) => platform === code);
  return { revision, grants: own, dormant };
}
