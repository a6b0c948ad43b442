/** Grants over HTTP, at `/access/grants`: for the operator, and for a platform's team by its token. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { NetError } from '@onenet/contract';
import type { AskedOnce } from '../idempotency.ts';
import { authenticate } from '../registry/access.ts';
import { readJson } from '../registry/body.ts';
import { Fields } from '../registry/fields.ts';
import { applicationFrom } from './application.ts';
import { decisionStatuses, grantStatuses, maxReason } from './grant.ts';
import { shownApplication, shownGrant } from './shown.ts';
import { findApplication, findGrant, listApplications, listGrants } from './list.ts';
import { partyOfPrincipal, type Party } from './party.ts';
import type { GrantStore } from './store.ts';

export interface GrantHttp {
  readonly store: GrantStore;
  /** Resolves when what was just written is what this process serves. */
  refresh(): Promise<void>;
}

export interface GrantAnswer {
  readonly status: number;
  readonly body: object;
}

interface Call {
  readonly store: GrantStore;
  /** What the path names; empty where it names nothing. */
  readonly id: string;
  readonly fields: Fields;
  readonly query: URLSearchParams;
  readonly party: Party;
}

/** By method and what follows `/access/grants`. */
const actions: Readonly<Record<string, (call: Call) => Promise<GrantAnswer>>> = {
  GET: runList,
  'GET /<id>': runShow,
  'POST /<id>/revoke': runRevoke,
  'GET /applications': runListApplications,
  'POST /applications': runApply,
  'GET /applications/<id>': runShowApplication,
  'POST /applications/<id>/decision': runDecide,
  'POST /applications/<id>/withdraw': runWithdraw,
};

/** Answers a call below `/access/grants`. */
export async function answerGrants(
  http: GrantHttp,
  { pathname, searchParams: query }: URL,
  request: IncomingMessage,
): Promise<GrantAnswer> {
  const { store } = http;
  const principal = await authenticate(store.registry, request.headers.authorization);
  const party = partyOfPrincipal(principal, request.socket.remoteAddress ?? null);
  const [, id = ''] = /\/([0-9a-f]{24})(?:\/|$)/.exec(pathname) ?? [];
  const path = pathname.slice('/access/grants'.length);
  const below = id === '' ? path : path.replace(id, '<id>');
  const run = actions[`${request.method ?? ''} ${below}`.trim()];
  if (!run) throw unknownPath();
  const fields = new Fields(request.method === 'POST' ? await readJson(request) : {});
  const answer = await run({ store, id, fields, query, party });
  if (request.method !== 'GET') await http.refresh();
  return answer;
}

async function runList({ store, query, party }: Call): Promise<GrantAnswer> {
  const filter = {
    client: query.get('client'),
    platform: query.get('platform'),
    statuses: statusesOf(query, grantStatuses),
  };
  const { nodes, ...page } = await listGrants(store, filter, pageOf(query), party);
  return { status: 200, body: { grants: nodes.map(shownGrant), ...page } };
}

async function runShow({ store, id, party }: Call): Promise<GrantAnswer> {
  return { status: 200, body: shownGrant(await findGrant(store, id, party)) };
}

async function runRevoke({ store, id, fields, party }: Call): Promise<GrantAnswer> {
  const reason = fields.optional('reason', (at) => fields.text(at, maxReason)) ?? null;
  await store.revoke(askedBy(party, 'revokeGrant', fields, { id, reason }), id, reason, party);
  return { status: 200, body: shownGrant(await findGrant(store, id, party)) };
}

async function runListApplications({ store, query, party }: Call): Promise<GrantAnswer> {
  const filter = {
    client: query.get('client'),
    platform: query.get('platform'),
    statuses: statusesOf(query, decisionStatuses),
    overdue: query.has('overdue') ? query.get('overdue') !== 'false' : undefined,
  };
  const { nodes, ...page } = await listApplications(store, filter, pageOf(query), party);
  return { status: 200, body: { applications: nodes.map(shownApplication), ...page } };
}

async function runShowApplication({ store, id, party }: Call): Promise<GrantAnswer> {
  return { status: 200, body: shownApplication(await findApplication(store, id, party)) };
}

async function runApply({ store, fields, party }: Call): Promise<GrantAnswer> {
  const input = {
    client: fields.text('client'),
    platforms: fields.texts('platforms', 1000),
    scopes: fields.texts('scopes', 1000),
    purpose: fields.text('purpose'),
    reason: fields.longText('reason'),
    until: fields.optional('until', (at) => fields.moment(at)) ?? null,
  };
  const asked = askedBy(party, 'applyForGrant', fields, input);
  const id = await store.apply(asked, applicationFrom(input, new Date()), party);
  return { status: 201, body: shownApplication(await findApplication(store, id, party)) };
}

async function runDecide({ store, id, fields, party }: Call): Promise<GrantAnswer> {
  const platform = fields.text('platform');
  const isGranted = fields.flag('approve');
  const grant = isGranted
    ? {
        scopes: fields.optional('scopes', (at) => fields.texts(at, 1000)),
        until: fields.optional('until', (at) => fields.moment(at)),
      }
    : null;
  // Why it refuses, an owner must say.
  const reason = isGranted ? null : fields.text('reason', maxReason);
  const verdict = { application: id, platform, grant, reason };
  await store.decide(askedBy(party, 'decideGrant', fields, verdict), verdict, party);
  return { status: 200, body: shownApplication(await findApplication(store, id, party)) };
}

async function runWithdraw({ store, id, fields, party }: Call): Promise<GrantAnswer> {
  await store.withdraw(askedBy(party, 'withdrawGrantApplication', fields, { id }), id, party);
  return { status: 200, body: shownApplication(await findApplication(store, id, party)) };
}

/** Without a key of the caller's, each call is one of its own. */
function askedBy(party: Party, mutation: string, fields: Fields, input: object): AskedOnce {
  const key = fields.optional('idempotencyKey', (at) => fields.text(at));
  fields.done();
  return { mutation, asker: party.id, idempotencyKey: key ?? randomUUID(), input };
}

function pageOf(query: URLSearchParams) {
  const first = query.get('first');
  return { first: first === null ? undefined : Number(first), after: query.get('after') };
}

function statusesOf<const T extends string>(
  query: URLSearchParams,
  known: readonly T[],
): readonly T[] | undefined {
  const given = query.getAll('status');
  if (given.length === 0) return undefined;
  return given.map((status) => {
    const found = known.find((each) => each === status);
    if (found !== undefined) return found;
    throw new NetError(
      'BAD_INPUT',
      `\`status=${status.slice(0, 40)}\` is none of ${known.join(', ')}.`,
    );
  });
}

function unknownPath(): NetError {
  const known = Object.keys(actions).map((each) => each.replace(/^(\w+) ?/, '$1 /access/grants'));
  return new NetError('NOT_FOUND', `Here are ${known.join(', ')}.`);
}
