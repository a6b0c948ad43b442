/** Resolvers of grants: who asks is the net's word, and decides what is seen and done. */
import { NetError, parseDateTime, type Caller } from '@onenet/contract';
import type { ClientDocument } from '../access/client.ts';
import type { Directory } from '../directory.ts';
import { applicationFrom, reasonOf } from './application.ts';
import { shownApplication, shownGrant, type ShownGrant } from './shown.ts';
import {
  findApplication,
  findGrant,
  listApplications,
  listGrants,
  type ApplicationsFilter,
  type GrantsFilter,
  type PageOf,
} from './list.ts';
import { partyOfCaller, type Party } from './party.ts';
import type { GrantStore } from './store.ts';

export interface GrantParts {
  readonly directory: Pick<Directory, 'platform' | 'refresh'>;
  readonly store: GrantStore;
}

/** Who asks, and from which network address. */
export interface GrantContext {
  readonly caller: Caller | undefined;
  readonly from: string | null;
}

interface Keyed {
  readonly idempotencyKey: string;
}

interface ApplyInput extends Keyed {
  readonly client?: string | null;
  readonly platforms: readonly string[];
  readonly scopes: readonly string[];
  readonly purpose: string;
  readonly reason: string;
  readonly until?: string | null;
}

interface DecideInput extends Keyed {
  readonly application: string;
  readonly platform: string;
  readonly approve: boolean;
  readonly scopes?: readonly string[] | null;
  readonly until?: string | null;
  readonly reason?: string | null;
}

interface RevokeInput extends Keyed {
  readonly id: string;
  readonly reason?: string | null;
}

export function grantResolvers({ directory, store }: GrantParts) {
  const application = async (id: string, party: Party) => ({
    application: shownApplication(await findApplication(store, id, party)),
  });
  const clientOf = ({ client }: { readonly client: string }) =>
    store.registry.clients.findOne({ _id: client });
  const platformOf = ({ platform }: { readonly platform: string }) =>
    directory.platform(platform) ?? null;
  return {
    Query: {
      grant: async (_: unknown, { id }: { readonly id: string }, context: unknown) =>
        shownGrant(await findGrant(store, id, partyOf(context))),
      grants: async (_: unknown, args: GrantsFilter & PageOf, context: unknown) => {
        const page = await listGrants(store, args, args, partyOf(context));
        return { ...page, nodes: page.nodes.map(shownGrant) };
      },
      grantApplication: async (_: unknown, { id }: { readonly id: string }, context: unknown) =>
        shownApplication(await findApplication(store, id, partyOf(context))),
      grantApplications: async (
        _: unknown,
        args: ApplicationsFilter & PageOf,
        context: unknown,
      ) => {
        const page = await listApplications(store, args, args, partyOf(context));
        return { ...page, nodes: page.nodes.map(shownApplication) };
      },
      clients: async (_: unknown, __: unknown, context: unknown) => {
        const { reach, client, platform } = partyOf(context);
        const isOwn = reach === 'OWN' && platform === null;
        const filter = { status: 'ACTIVE' as const, ...(isOwn && { _id: client ?? '' }) };
        return await store.registry.clients.find(filter).sort({ _id: 1 }).toArray();
      },
    },
    Mutation: {
      applyForGrant: async (
        _: unknown,
        { input: { idempotencyKey, ...input } }: { readonly input: ApplyInput },
        context: unknown,
      ) => {
        const party = partyOf(context);
        const client = input.client ?? party.client;
        if (client === null) throw new NetError('BAD_INPUT', '`client`: say for which one.');
        const until = momentOf(input.until);
        const asked = { mutation: 'applyForGrant', asker: party.id, idempotencyKey, input };
        const entered = applicationFrom({ ...input, client, until: until ?? null }, new Date());
        return await application(await store.apply(asked, entered, party), party);
      },
      withdrawGrantApplication: async (
        _: unknown,
        { input: { idempotencyKey, id } }: { readonly input: Keyed & { readonly id: string } },
        context: unknown,
      ) => {
        const party = partyOf(context);
        const mutation = 'withdrawGrantApplication';
        const asked = { mutation, asker: party.id, idempotencyKey, input: { id } };
        return await application(await store.withdraw(asked, id, party), party);
      },
      decideGrant: async (
        _: unknown,
        { input: { idempotencyKey, ...input } }: { readonly input: DecideInput },
        context: unknown,
      ) => {
        const party = partyOf(context);
        const { application: id, platform, approve, scopes, until } = input;
        const grant = approve ? { scopes: scopes ?? undefined, until: momentOf(until) } : null;
        // Why it refuses, an owner must say.
        const reason = approve ? null : reasonOf('reason', input.reason ?? '');
        const asked = { mutation: 'decideGrant', asker: party.id, idempotencyKey, input };
        const verdict = { application: id, platform, grant, reason };
        const decided = await store.decide(asked, verdict, party);
        await directory.refresh();
        return await application(decided, party);
      },
      revokeGrant: async (
        _: unknown,
        { input: { idempotencyKey, ...input } }: { readonly input: RevokeInput },
        context: unknown,
      ) => {
        const party = partyOf(context);
        const asked = { mutation: 'revokeGrant', asker: party.id, idempotencyKey, input };
        const reason = input.reason == null ? null : reasonOf('reason', input.reason);
        const id = await store.revoke(asked, input.id, reason, party);
        await directory.refresh();
        return { grant: shownGrant(await findGrant(store, id, party)) };
      },
    },
    Grant: {
      client: clientOf,
      clientId: ({ client }: ShownGrant) => client,
      platform: platformOf,
      platformCode: ({ platform }: ShownGrant) => platform,
      applicationId: ({ application: id }: ShownGrant) => id,
    },
    GrantApplication: {
      client: clientOf,
      clientId: ({ client }: { readonly client: string }) => client,
    },
    GrantDecision: {
      platform: platformOf,
      platformCode: ({ platform }: { readonly platform: string }) => platform,
      grantId: ({ grant }: { readonly grant: string | null }) => grant,
    },
    Client: { id: ({ _id: id }: ClientDocument) => id },
  };
}

function partyOf(context: unknown): Party {
  // The library knows resolvers of any context only.
  const { caller, from } = context as GrantContext;
  return partyOfCaller(caller, from);
}

function momentOf(text: string | null | undefined): Date | undefined {
  return text == null ? undefined : parseDateTime(text);
}
