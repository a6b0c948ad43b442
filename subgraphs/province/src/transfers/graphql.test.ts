/** What a team is told of the transfers and records of others: nothing. */
import { localCaller, type Caller } from '@onenet/contract';
import { expect, test } from 'vitest';
import { transferResolvers } from './graphql.ts';
import type { TransferFilter, TransferStore } from './store.ts';
import type { Transfer } from './transfer.ts';
import { TwoPlatforms, directoryOf } from './two-platforms.fixture.ts';

const team = (platform: string, roles = ['team']): Caller => ({
  ...localCaller,
  client: 'dashboard',
  person: 'p-1',
  roles,
  platform,
});

function resolversWith(platforms: TwoPlatforms) {
  const asked: (readonly string[])[] = [];
  const store = {
    find: () => Promise.resolve({ _id: 't', from: '420000', to: '420100' } as Transfer),
    done: () => Promise.resolve(undefined),
    list: (filter: TransferFilter) => {
      asked.push(filter.platforms);
      return Promise.resolve([]);
    },
  } as unknown as TransferStore;
  const directory = directoryOf(['420000', '420100', '420500'], {});
  const worker = { wake: () => undefined };
  return { asked, ...transferResolvers({ directory, platforms, store, worker }) };
}

test('how a record of another platform stands is not asked for a team', async () => {
  const platforms = new TwoPlatforms();
  let isAsked = false;
  platforms.record = () => {
    isAsked = true;
    return Promise.resolve({ kind: 'DONE', value: null });
  };
  const { Mutation } = resolversWith(platforms);
  const input = { idempotencyKey: 'k', recordId: '420000:R-1', to: '420100' };
  const actor = { kind: 'OFFICER', reference: 'p-1' } as const;
  const start = (caller: Caller) => Mutation.startTransfer({}, { input }, { caller, actor });
  await expect(start(team('420100'))).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  expect(isAsked).toBe(false);
  await expect(start(team('420000'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(isAsked).toBe(true);
});

test.for([
  ['the source’s team', team('420000'), true, ['420000']],
  ['the target’s team', team('420100'), true, ['420100']],
  ['another team', team('420500'), false, ['420500']],
  ['a leader', team('420500', ['leader', 'team']), true, []],
  ['an auditor', team('420500', ['auditor']), true, []],
  ['this machine', localCaller, true, []],
] as const)('a transfer is seen by %s: %s', async ([, caller, isSeen, platforms]) => {
  const { asked, Query } = resolversWith(new TwoPlatforms());
  const found = await Query.transfer({}, { id: 't' }, { caller, actor: undefined });
  expect(found !== null).toBe(isSeen);
  await Query.transfers({}, {}, { caller, actor: undefined });
  await Query.transfers({}, { platform: '420100' }, { caller, actor: undefined });
  expect(asked).toEqual([platforms, ['420100', ...platforms]]);
});
