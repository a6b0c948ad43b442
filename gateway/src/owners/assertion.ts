/** What owners are told of the caller: signed, with one signature for all calls of a wave. */
import {
  assertionHeader,
  leafHeader,
  signCalls,
  type SignedCalls,
  type Signer,
} from '@onenet/assertion';
import {
  actorHeader,
  callerHeader,
  encodeCaller,
  type Caller,
  type NetOwner,
} from '@onenet/contract';
import type { RequestContext } from '../context.ts';

/** A POST to an owner. */
export interface OwnerPost {
  readonly owner: NetOwner;
  readonly body: string;
  /** Ids of the grants on which it rests, joined by commas. */
  readonly grant?: string | undefined;
}

/** What owners are told of a request. */
export type Told = Pick<RequestContext, 'caller' | 'actor'>;

/** The headers for one sending: whoever sends again asks again, for an owner takes a leaf once. */
export type NextHeaders = () => readonly string[];

/** What one sending carries. */
export interface Signed {
  readonly headers: readonly string[];
  /** The leaf's hash, hexadecimal; undefined where nothing is signed. */
  readonly leaf?: string | undefined;
}

const common = [
  'content-type',
  'application/json',
  'accept',
  'application/graphql-response+json, application/json',
] as const;

/** What each call of a wave carries. Without keys, for owners that believe this machine, unsigned headers. */
export function signedFor(
  context: Told,
  posts: readonly OwnerPost[],
  signer: Signer | undefined,
): readonly (() => Signed)[] {
  if (!signer) {
    const headers = unsigned(context);
    return posts.map(() => () => ({ headers }));
  }
  const { caller, actor } = context;
  const calls = posts.map(({ owner, body, grant }) => ({
    owner: owner.code,
    method: 'POST',
    path: pathOf(owner),
    body,
    ...(grant !== undefined && { grant }),
  }));
  const first = signCalls(signer, caller, actor, calls);
  return calls.map((call, i) => {
    let isSent = false;
    return () => {
      const isFirst = !isSent;
      isSent = true;
      return isFirst ? signed(first, i) : signed(signCalls(signer, caller, actor, [call]), 0);
    };
  });
}

function signed({ assertion, leaves, leafHashes }: SignedCalls, i: number): Signed {
  const headers = [...common, assertionHeader, assertion, leafHeader, leaves[i] ?? ''];
  return { headers, leaf: leafHashes[i] };
}

const callerTexts = new WeakMap<Caller, string>();

function unsigned({ caller, actor }: Told): readonly string[] {
  let text = callerTexts.get(caller);
  if (text === undefined) callerTexts.set(caller, (text = encodeCaller(caller)));
  const headers = [...common, callerHeader, text];
  return actor ? [...headers, actorHeader, `${actor.kind}:${actor.reference}`] : headers;
}

const paths = new WeakMap<NetOwner, string>();

/** As it will stand in the request line. */
function pathOf(owner: NetOwner): string {
  let path = paths.get(owner);
  if (path === undefined) {
    const { pathname, search } = new URL(owner.graphqlUrl);
    paths.set(owner, (path = pathname + search));
  }
  return path;
}
