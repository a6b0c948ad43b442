/** `/access/clients`, `/access/people` and `/access/documents`: the operator's side, with the operator's token on every call. */
import type { IncomingMessage } from 'node:http';
import { NetError } from '@onenet/contract';
import { authenticate } from '../registry/access.ts';
import { readJson } from '../registry/body.ts';
import { Fields } from '../registry/fields.ts';
import type { Asker } from '../registry/registry.ts';
import { whoIs } from '../registry/tokens.ts';
import { clientActions } from './client-actions.ts';
import { documentActions } from '../documents/document-actions.ts';
import { personActions } from './person-actions.ts';
import type { AccessStore } from './store.ts';

export interface AccessHttp {
  readonly store: AccessStore;
  /** Holds the first person's password until it is changed. */
  readonly firstSignInFile: string | undefined;
  /** The composed SDL that is in force. */
  readonly supergraph: () => string;
  /** Resolves when what was just written is what this process serves. */
  readonly refresh: () => Promise<void>;
}

export interface AccessAnswer {
  readonly status: number;
  readonly body: object;
}

/** One call to an action. */
export interface AccessCall {
  readonly store: AccessStore;
  readonly firstSignInFile: string | undefined;
  /** What the path names; empty where it names nothing. */
  readonly id: string;
  readonly fields: Fields;
  readonly query: URLSearchParams;
  readonly asker: Asker;
  /** The composed SDL that is in force. */
  readonly supergraph: () => string;
}

export type AccessActions = Readonly<Record<string, (call: AccessCall) => Promise<AccessAnswer>>>;

/** By what the path begins with; each by `METHOD`, `METHOD id` or `METHOD id/action`. */
const actions: Readonly<Record<string, AccessActions>> = {
  clients: clientActions,
  people: personActions,
  documents: documentActions,
};

/** Answers a call below `/access`. */
export async function answerAccess(
  { store, firstSignInFile, supergraph, refresh }: AccessHttp,
  { pathname, searchParams: query }: URL,
  request: IncomingMessage,
): Promise<AccessAnswer> {
  const principal = await authenticate(store.registry, request.headers.authorization);
  if (principal.kind !== 'operator') {
    throw new NetError('NOT_ALLOWED', 'This needs the operator’s token.');
  }
  const [group = '', id, action, ...more] = pathname.split('/').slice(2).map(decoded);
  const ofGroup = Object.hasOwn(actions, group) ? (actions[group] ?? {}) : {};
  const method = request.method ?? '';
  const key = [method, id === undefined ? '' : ' id', action === undefined ? '' : `/${action}`];
  const name = key.join('');
  const run = more.length === 0 && Object.hasOwn(ofGroup, name) ? ofGroup[name] : undefined;
  if (!run) throw unknownPath();
  const fields = new Fields(method === 'POST' ? await readJson(request) : {});
  const asker = { by: whoIs(principal), from: request.socket.remoteAddress ?? null };
  const named = { id: id ?? '', fields, query, asker };
  const answer = await run({ store, firstSignInFile, supergraph, ...named });
  if (method !== 'GET') await refresh();
  return answer;
}

function unknownPath(): NetError {
  const known = Object.entries(actions).flatMap(([group, ofGroup]) =>
    Object.keys(ofGroup).map((key) =>
      key.replace(/^(\w+)( id)?(.*)$/, (_, method, id, rest) =>
        [method, ' ', `/access/${group}`, id === undefined ? '' : '/<id>', rest].join(''),
      ),
    ),
  );
  return new NetError('NOT_FOUND', `Here are ${known.join(', ')}.`);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
