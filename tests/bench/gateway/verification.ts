/** What an owner pays for a call of a client's: its signature, its place under it, that it comes once, its grant, and its record. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  assertionHeader,
  createGuard,
  leafHeader,
  mongoGuardStore,
  openKeys,
  signCalls,
  trustOwnKeys,
  type Guard,
  type InwardCall,
  type Keys,
} from '@onenet/assertion';
import { localCaller, scopeNames } from '@onenet/contract';
import { MongoClient } from 'mongodb';
import { databaseForBench } from '../mongo.ts';
import { cities, contractQuery } from './codes.ts';

const [code = ''] = cities;
const calls = 1000;
/** How many are under way at once, as many as the gateway's load has connections. */
const connections = 8;
const caller = {
  ...localCaller,
  client: 'social-security',
  roles: ['consumer'] as const,
  scopes: scopeNames(),
  purpose: 'pension-review',
};

/** Milliseconds of this process's CPU a call, once a round; the database's are its own. */
export async function verification(
  mongodbUri: string,
  rounds: number,
): Promise<readonly { readonly cpuMsPerRequest: number }[]> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'onenet-bench-keys-'));
  stack.defer(() => rm(folder, { recursive: true }));
  const database = stack.use(await databaseForBench(mongodbUri));
  const client = stack.use(await MongoClient.connect(mongodbUri));
  const keys = await openKeys(folder, { issuer: 'gateway' });
  const granted = new Set(scopeNames());
  const guard = await createGuard({
    code,
    trust: trustOwnKeys(keys),
    store: mongoGuardStore(client.db(database.database)),
    unsigned: 'refuse',
    grants: { scopesOf: () => granted },
  });
  await run(guard, keys);
  const runs = [];
  for (let round = 0; round < rounds; round++) {
    runs.push({ cpuMsPerRequest: await run(guard, keys) });
  }
  return runs;
}

async function run(guard: Guard, keys: Keys): Promise<number> {
  const signed = Array.from({ length: calls }, (_, n) => signedCall(keys, n));
  const before = process.cpuUsage();
  const connection = async (): Promise<void> => {
    for (let call = signed.pop(); call; call = signed.pop()) {
      const admission = await guard.admit(call);
      if (admission.kind === 'REFUSED') throw admission.error;
      await admission.record({ status: 200 });
    }
  };
  await Promise.all(Array.from({ length: connections }, connection));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / calls;
}

/** As one of a fan-out's calls comes to its owner. */
function signedCall(keys: Keys, n: number): InwardCall {
  const body = JSON.stringify({ query: contractQuery, variables: { text: `演示 ${n}` } });
  const call = { owner: code, method: 'POST', path: '/graphql', body, grant: 'g-1' };
  const others = cities.slice(1).map((owner) => ({ ...call, owner }));
  const { assertion, leaves } = signCalls(keys, caller, undefined, [call, ...others]);
  return {
    method: call.method,
    url: call.path,
    headers: { [assertionHeader]: assertion, [leafHeader]: leaves[0] ?? '' },
    remoteAddress: '10.0.0.1',
    body: Buffer.from(body),
  };
}
