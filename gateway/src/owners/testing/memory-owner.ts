/** An owner over records in memory: real HTTP and the contract's own SDL, and faults on demand. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  contractVersion,
  divisionContains,
  gatherOf,
  orderOf,
  platformSdl,
  routeOf,
  type ContractVersion,
  type ModuleName,
} from '@onenet/contract';
import {
  GraphQLError,
  execute,
  getNamedType,
  parse,
  validate,
  type GraphQLFieldResolver,
  type GraphQLSchema,
} from 'graphql';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { pageOf, type ListArguments, type MemoryRecord } from './memory-data.ts';

/** How an owner misbehaves: takes its own true answer, and sends what it likes. */
export type Fault = (answer: string, response: ServerResponse) => void;

/** A request as the owner got it. */
export interface SeenRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage['headers'];
}

/** A running owner. */
export interface MemoryOwner extends AsyncDisposable {
  readonly code: string;
  readonly url: string;
  readonly modules: readonly ModuleName[];
  readonly version: ContractVersion;
  readonly records: MemoryRecord[];
  readonly seen: SeenRequest[];
  fault: Fault | undefined;
  /** How many connections are open to it. */
  connections(): Promise<number>;
}

/** What an owner offers beyond the contract. */
export interface MemoryAdditions {
  readonly sdl: string;
  /** Its types with a key, whose records stand among the others. */
  readonly entities: readonly string[];
  /** Root fields: values, or functions of the arguments. */
  readonly root: Readonly<Record<string, unknown>>;
  /** Its fields on platforms and divisions. */
  readonly places?: Readonly<Record<string, unknown>>;
}

/** Serves an owner on a port of the system's choice. */
export async function startMemoryOwner(
  code: string,
  records: readonly MemoryRecord[],
  modules: readonly ModuleName[] = ['core', 'organizations', 'requests', 'members', 'content'],
  additions: MemoryAdditions = { sdl: '', entities: [], root: {} },
  version: ContractVersion = contractVersion,
): Promise<MemoryOwner> {
  const own = [...records];
  const schema = buildSubgraphSchema({
    typeDefs: parse(`${platformSdl(modules, version)}\n${referenceDirective}\n${additions.sdl}`),
    resolvers: referenceResolvers(own, additions),
  });
  const resolver = resolverOf(own);
  return serveOwner({ code, modules, version, records: own }, schema, resolver, additions.root);
}

/** Serves what an owner says of itself, by a schema and the one resolver of all its fields. */
export async function serveOwner(
  itself: Pick<MemoryOwner, 'code' | 'modules' | 'version' | 'records'>,
  schema: GraphQLSchema,
  fieldResolver: GraphQLFieldResolver<unknown, unknown>,
  rootValue: unknown = {},
): Promise<MemoryOwner> {
  const { code } = itself;
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(Buffer.from(chunk as Uint8Array));
      const { query, variables = {} } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
        query: string;
        variables?: Record<string, unknown>;
      };
      seen.push({ query, variables, headers: request.headers });
      const document = parse(query);
      const mistakes = validate(schema, document);
      const result =
        mistakes.length > 0
          ? { errors: mistakes }
          : await execute({
              schema,
              document,
              variableValues: variables,
              rootValue,
              contextValue: { headers: request.headers },
              fieldResolver,
            });
      const answer = JSON.stringify(result);
      if (owner.fault) owner.fault(answer, response);
      else sendJson(response, answer);
    })().catch((error: unknown) => {
      process.stderr.write(`memory owner ${code}: ${String(error)}\n`);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const owner: MemoryOwner = {
    ...itself,
    url: `http://127.0.0.1:${port}/graphql`,
    seen,
    fault: undefined,
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
      }),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return owner;
}

const referenceDirective = 'directive @reference(type: String!, as: String!) on FIELD_DEFINITION';

/** An answer as it should be sent. */
export function sendJson(response: ServerResponse, body: string): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(body);
}

const listTypes: Readonly<Record<string, string>> = {
  serviceRequests: 'ServiceRequest',
  organizations: 'Organization',
  members: 'Member',
};

interface Filter {
  readonly place?: string;
  readonly parentId?: string;
  readonly titleContains?: string;
}

function resolverOf(records: readonly MemoryRecord[]): GraphQLFieldResolver<unknown, unknown> {
  return (source, args: Readonly<Record<string, unknown>>, _context, info) => {
    const parent = info.parentType.name;
    const own: Readonly<Record<string, unknown>> = { ...Object(source) };
    const listType = listTypes[info.fieldName];
    if (listType) {
      const filter: Filter = { ...Object(args['filter']) };
      const rows = records.filter(
        (row) =>
          row['__typename'] === listType &&
          row['status'] !== 'TRANSFERRED' &&
          (filter.place === undefined || within(filter.place, row)) &&
          (filter.titleContains === undefined ||
            String(row['title']).includes(filter.titleContains)) &&
          (filter.parentId === undefined || row['parentId'] === filter.parentId) &&
          (parent !== 'Division' || within(String(own['code']), row)) &&
          (parent !== 'Organization' || row['organizationId'] === own['id']),
      );
      const rule = gatherOf('Query', info.fieldName);
      const list: ListArguments = args;
      const field = list.orderBy?.field ?? rule?.order ?? '';
      const direction = list.orderBy?.direction ?? rule?.direction ?? 'ASC';
      const path = orderOf(rule?.orderEnum ?? '', field)?.path[0] ?? '';
      return pageOf(rows, list, { field, direction, path });
    }
    if (parent === 'Query' && routeOf('Query', info.fieldName)) {
      return records.find((row) => row.id === args['id']) ?? null;
    }
    const added = own[info.fieldName];
    if (typeof added === 'function') return added(args) as unknown;
    if (parent === 'Mutation') return mutation(records, info.fieldName, args);
    if (info.fieldName === 'eventTotals') {
      return [{ type: 'onenet.request.submitted', events: 3, count: 3, throughSequence: '3' }];
    }
    if (info.fieldName === 'handler' && own['handler'] instanceof Error) throw own['handler'];
    return own[info.fieldName] ?? (getNamedType(info.returnType).name === 'Int' ? 0 : null);
  };
}

function mutation(
  records: readonly MemoryRecord[],
  name: string,
  args: Readonly<Record<string, unknown>>,
): unknown {
  const input: Readonly<Record<string, unknown>> = { ...Object(args['input']) };
  if (name === 'rateServiceRequest' && input['rating'] === 9) {
    throw new GraphQLError('张三演示 has no right to it', { extensions: { code: 'WRONG_STATE' } });
  }
  const found = records.find((row) => row.id === input['id']) ?? records[0];
  return { serviceRequest: found };
}

function within(place: string, row: MemoryRecord): boolean {
  return divisionContains(place, String(row['placeCode']));
}

function referenceResolvers(
  records: readonly MemoryRecord[],
  { entities, places }: MemoryAdditions,
): Record<string, { __resolveReference(reference: { id?: string; code?: string }): unknown }> {
  const byId = {
    __resolveReference: ({ id }: { id?: string }): unknown =>
      records.find((row) => row.id === id) ?? null,
  };
  const itself = {
    __resolveReference: (reference: { code?: string }): unknown => ({ ...places, ...reference }),
  };
  return {
    ServiceRequest: byId,
    Organization: byId,
    Member: byId,
    Platform: itself,
    Division: itself,
    ...Object.fromEntries(entities.map((name) => [name, byId])),
  };
}
