/** The steps of a request, from `scopes` to the envelope, for whoever the test says, before one owner that answers everything. */
import type { GraphQLDataSource } from '@apollo/gateway';
import type { Caller, NetClient, NetGrant, NetSnapshot } from '@onenet/contract';
import { composedReferences, createLinksDataSource } from '@onenet/links';
import { pino } from 'pino';
import { accessOf } from '../../callers/access.ts';
import { checkMutations } from '../../callers/mutations.ts';
import { OperationReport, type RequestContext } from '../../context.ts';
import { wrap, type Answer } from '../../envelope.ts';
import { Generation } from '../../generation.ts';
import { Metrics } from '../../metrics.ts';
import { createMunicipalDataSource } from '../data-source.ts';
import { createTransport } from '../transport.ts';
import { startAnyOwner } from './any-owner.ts';
import { compose, netOwner, provinceSource } from './memory-net.ts';
import type { MemoryOwner } from './memory-owner.ts';

/** Who asks, and what it was granted. */
export interface Asking {
  readonly caller: Caller;
  readonly client?: NetClient;
  readonly grants: readonly NetGrant[];
}

export interface AnyNet extends AsyncDisposable {
  readonly owner: MemoryOwner;
  ask(query: string, asking: Asking): Promise<Answer>;
}

export async function startAnyNet(code: string): Promise<AnyNet> {
  const log = pino({ level: 'silent' });
  const owner = await startAnyOwner(code);
  const transport = createTransport();
  const sources: Readonly<Record<string, GraphQLDataSource>> = {
    municipal: createMunicipalDataSource({ transport }),
    province: provinceSource(new Map([[code, owner]])),
  };
  const generation = await Generation.start({
    supergraph: compose([]),
    dataSource: (name, document) =>
      sources[name] ?? createLinksDataSource(composedReferences(document)),
    log,
    metrics: new Metrics(),
  });
  const owners = [netOwner(owner, [code])];
  return {
    owner,
    async ask(query, { caller, client, grants }) {
      const net = { owners, clients: client ? [client] : [], grants } as unknown as NetSnapshot;
      const context: RequestContext = {
        requestId: 'test',
        caller,
        net,
        netNow: () => net,
        deadlineAt: performance.now() + 20_000,
        completeness: 'BEST_EFFORT',
        signal: new AbortController().signal,
        report: new OperationReport(),
      };
      const params = { query, operationName: null, variables: {}, extensions: {} };
      const operation = generation.prepare(accessOf(caller, client), params);
      checkMutations(caller, net, operation.mutations, {});
      const result = await generation.execute(operation, {}, context);
      return wrap(context, result, operation.refused, log);
    },
    async [Symbol.asyncDispose]() {
      await generation.retire();
      await transport.close();
      await owner[Symbol.asyncDispose]();
    },
  };
}
