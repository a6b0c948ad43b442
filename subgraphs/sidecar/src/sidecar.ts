/** Beside any GraphQL server: its outbox becomes the event feed, and its GraphQL is answered through a guard. */
import { createGuard, followGrants, trustedKeys } from '@onenet/assertion';
import type { Admitted, UnsignedCalls } from '@onenet/assertion';
import { actorHeader, callerHeader, encodeCaller } from '@onenet/contract';
import { startFeed } from '@onenet/feed';
import type { Feed } from '@onenet/feed';
import { startFront } from './front.ts';
import { openOutbox } from './outbox.ts';
import { openUpstream } from './upstream.ts';

export interface SidecarOptions {
  /** The platform's code. */
  readonly code: string;
  /** The GraphQL endpoint of the server behind, which nobody else can reach. */
  readonly upstream: string;
  /** `postgres://…`, or `mongodb://…/<database>`. */
  readonly outbox: string;
  readonly host?: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** JWK sets, as URLs or files, whose assertions are taken: the gateway's. */
  readonly trust?: readonly string[];
  /** What becomes of calls without an assertion. Default: refused where keys are trusted, else `loopback`. */
  readonly unsigned?: UnsignedCalls;
  /** Base URL of the province, at which the platform follows what it has granted. Absent: it is not known, so third parties are refused. */
  readonly province?: string;
  /** The platform's token at the province; without one the province answers this machine alone, in development. */
  readonly token?: string;
  /** How long the server behind may take for an answer. Default 30,000. */
  readonly timeoutMs?: number;
  /** How often the outbox is looked at without a notice of the database. Default 2,000. */
  readonly pollMs?: number;
  /** Told of what goes wrong, never with data of a request. Default: to stderr. */
  readonly onError?: (error: unknown) => void;
}

export interface Sidecar {
  /** `<url>/graphql` and `<url>/events` are what the platform gives the province. */
  readonly url: string;
  readonly feed: Feed;
  /** Answers what is under way, gives the lease back, closes the database. */
  stop(): Promise<void>;
}

export async function startSidecar(options: SidecarOptions): Promise<Sidecar> {
  const { code, pollMs, host = '127.0.0.1', port, trust = [] } = options;
  const name = `sidecar of ${code}`;
  const onError = options.onError ?? ((error) => console.error(`${name}:`, error));
  const stack = new AsyncDisposableStack();
  try {
    const outbox = await openOutbox(options.outbox);
    stack.defer(() => outbox.close());
    const upstream = openUpstream({
      code,
      url: options.upstream,
      timeoutMs: options.timeoutMs ?? 30_000,
      onFailure: (reason) => onError(`the server behind: ${reason}`),
    });
    stack.defer(() => upstream.close());
    const { province: provinceUrl, token } = options;
    const store = outbox.guardStore;
    // Before the first look at it: the store may be new.
    await store.prepare();
    const grants =
      provinceUrl === undefined
        ? undefined
        : followGrants({ code, provinceUrl, token, store, onError });
    stack.defer(() => grants?.stop());
    await grants?.ready;
    const guard = await createGuard({
      code,
      trust: trust.length > 0 ? trustedKeys(trust, { onError }) : undefined,
      store,
      grants,
      unsigned: options.unsigned ?? (trust.length > 0 ? 'refuse' : 'loopback'),
    });
    const feed = await startFeed({
      code,
      store: outbox.store,
      watch: true,
      onError,
      ...(pollMs === undefined ? {} : { pollMs }),
    });
    const front = await startFront({
      name,
      host,
      port,
      guard,
      graphql: (call, admitted) =>
        upstream.pass({
          ...call,
          headers: callerHeaders(admitted),
          beforeAnswer: admitted.record,
        }),
      feed,
      async ready() {
        await named('the outbox database does not answer', outbox.ping());
        await named('the server behind does not answer', upstream.ping());
      },
    }).catch(async (error: unknown) => {
      await feed.stop();
      throw error;
    });
    stack.defer(() => front.stop());
    // First of all: it answers those who wait for events, so that the front can close.
    stack.defer(() => feed.stop());
    return { url: front.url, feed, stop: () => stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** What the guard found out, for the server behind: the only `onenet-` headers that it is sent. */
function callerHeaders({ caller, actor }: Admitted): Readonly<Record<string, string>> {
  return {
    [callerHeader]: encodeCaller(caller),
    ...(actor && { [actorHeader]: `${actor.kind.toLowerCase()}:${actor.reference}` }),
  };
}

/** Health says which part it is, and nothing of the cause. */
async function named(what: string, answer: Promise<void>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    throw new Error(what, { cause: error });
  }
}
