/** Resolvers of transfers: who may, and what is shown. Nothing of what moves is. */
import { NetError, parseId, type Actor, type Caller } from '@onenet/contract';
import { newTransfer, type StartTools, type StartTransferInput } from './start.ts';
import type { Asked, TransferStore } from './store.ts';
import { isOverdue, type Transfer, type TransferKind, type TransferStatus } from './transfer.ts';
import type { TransferWorker } from './worker.ts';

export interface TransferParts extends StartTools {
  readonly store: TransferStore;
  readonly worker: Pick<TransferWorker, 'wake'>;
}

/** Who asks, and who performs a mutation. */
export interface TransferContext {
  readonly caller: Caller;
  readonly actor: Actor | undefined;
}

interface ListArguments {
  readonly platform?: string | null;
  readonly kind?: TransferKind | null;
  readonly statuses?: readonly TransferStatus[] | null;
  readonly overdue?: boolean | null;
  readonly first?: number | null;
  readonly after?: string | null;
}

const maxTransfers = 200;

export function transferResolvers({ directory, platforms, store, worker }: TransferParts) {
  return {
    Query: {
      transfer: async (_: unknown, { id }: { readonly id: string }, context: unknown) => {
        const transfer = await store.find(id);
        const team = teamOf(context);
        const isSeen = team === undefined || transfer?.from === team || transfer?.to === team;
        return isSeen ? transfer : null;
      },
      transfers: async (_: unknown, args: ListArguments, context: unknown) => {
        const first = inRange(args.first ?? 50);
        const filter = {
          platforms: [args.platform, teamOf(context)].filter((each) => each != null),
          kind: args.kind ?? undefined,
          statuses: args.statuses ?? undefined,
          overdue: args.overdue ?? undefined,
          before: args.after == null ? undefined : cursor(args.after),
        };
        const found = await store.list(filter, new Date(), first + 1);
        const nodes = found.slice(0, first);
        return {
          nodes,
          hasNextPage: found.length > first,
          endCursor: nodes.at(-1)?._id ?? null,
        };
      },
    },
    Mutation: {
      startTransfer: async (
        _: unknown,
        { input }: { readonly input: StartTransferInput },
        context: unknown,
      ) => {
        const asked = askedBy('startTransfer', context, input);
        const done = await store.done(asked);
        if (done) return { transfer: done };
        // Before its platform is asked: how it stands there is for its own team.
        checkTeam(context, parseId(input.recordId).platform);
        const transfer = await newTransfer({ directory, platforms }, input, new Date());
        const started = await store.start(asked, transfer);
        worker.wake();
        return { transfer: started };
      },
      cancelTransfer: async (
        _: unknown,
        { input }: { readonly input: { readonly id: string; readonly idempotencyKey: string } },
        context: unknown,
      ) => {
        const asked = askedBy('cancelTransfer', context, input);
        const transfer = await store.find(input.id);
        if (transfer) checkTeam(context, transfer.from);
        const cancelled = await store.cancel(asked, input.id, new Date());
        worker.wake();
        return { transfer: cancelled };
      },
    },
    Transfer: {
      id: ({ _id: id }: Transfer) => id,
      fromCode: ({ from }: Transfer) => from,
      toCode: ({ to }: Transfer) => to,
      from: ({ from }: Transfer) => directory.platform(from) ?? null,
      to: ({ to }: Transfer) => directory.platform(to) ?? null,
      startedAt: ({ startedAt }: Transfer) => startedAt.toISOString(),
      dueAt: ({ dueAt }: Transfer) => dueAt.toISOString(),
      endedAt: ({ endedAt }: Transfer) => endedAt?.toISOString() ?? null,
      problem: ({ problem, refusal }: Transfer) => problem ?? refusal,
      isOverdue: (transfer: Transfer) => isOverdue(transfer, new Date()),
    },
    TransferProblem: {
      platformCode: ({ platform }: { readonly platform: string }) => platform,
      platform: ({ platform }: { readonly platform: string }) =>
        directory.platform(platform) ?? null,
    },
  };
}

/** By officers and systems; a worker asks the platform. */
function askedBy(
  mutation: string,
  context: unknown,
  { idempotencyKey, ...input }: { readonly idempotencyKey: string },
): Asked {
  // The library knows resolvers of any context only.
  const { actor } = context as TransferContext;
  if (!actor) {
    throw new NetError('ACTOR_REQUIRED', `${mutation} needs an actor, and none is asserted.`);
  }
  if (actor.kind === 'WORKER') {
    throw new NetError(
      'ACTOR_NOT_ALLOWED',
      `${mutation} is not for WORKER: it is for OFFICER, SYSTEM.`,
    );
  }
  return { mutation, actor, idempotencyKey, input };
}

/** The platform of somebody who is of a team and nothing else, and sees what comes to it or leaves it. */
function teamOf(context: unknown): string | undefined {
  const { client, roles, platform } = (context as TransferContext).caller;
  const seesAll = roles.some((role) => role !== 'team');
  return client === 'dashboard' && !seesAll ? (platform ?? '') : undefined;
}

/** A team moves its own platform's records. */
function checkTeam(context: unknown, from: string): void {
  const { caller } = context as TransferContext;
  if (caller.client !== 'dashboard' || caller.platform === from) return;
  throw new NetError('NOT_ALLOWED', `A transfer from ${from} is for the team of ${from}.`);
}

function inRange(first: number): number {
  if (first >= 1 && first <= maxTransfers) return first;
  throw new NetError(
    'BAD_INPUT',
    `\`first: ${first}\` is out of range: from 1 to ${maxTransfers}.`,
  );
}

function cursor(text: string): string {
  if (/^[0-9a-f]{24}$/.test(text)) return text;
  throw new NetError('BAD_CURSOR', `"${text.slice(0, 40)}" is no \`endCursor\` of transfers.`);
}
