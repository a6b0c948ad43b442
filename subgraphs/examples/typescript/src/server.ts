/** The server: /graphql, and whether it is alive and ready. The sidecar stands before it. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { createYoga } from 'graphql-yoga';
import type { GraphQLError } from 'graphql';
import { Pool, types } from 'pg';
import { makeContext, type Context, type Platform } from './context.ts';
import { startSweeping } from './deadlines.ts';
import { shown } from './errors.ts';
import { makeSchema } from './schema.ts';

const maxBytes = 1_000_000;
/** Longer than the sidecar keeps an idle connection: it must never send into one that closes. */
const keepAliveMs = 75_000;

// Counts and milliseconds: none of ours is beyond what a JavaScript number holds.
types.setTypeParser(types.builtins.INT8, Number);

export interface ServerOptions {
  /** URI of a PostgreSQL database with our tables in it. */
  readonly database: string;
  readonly code: string;
  /** Codes of the divisions that it serves. */
  readonly serves: readonly string[];
  readonly port: number;
  readonly frontEnd: string;
  /** How often deadlines are looked at; 0: never. */
  readonly sweepMs: number;
}

/** Starts it on this machine only: whoever reaches it is the sidecar, and believed about who asks. */
export async function startServer(options: ServerOptions) {
  const { database, code, serves, port, frontEnd, sweepMs } = options;
  const pool = new Pool({ connectionString: database, max: 16 });
  pool.on('error', (error) => console.error('PostgreSQL:', error.message));
  const areas = await pool.query<{ code: string }>('SELECT code FROM area');
  const divisions = new Set(areas.rows.map((row) => row.code));
  const platform: Platform = { code, serves, divisions, pool, frontEnd };
  const contract = await readFile(new URL('../contract.graphql', import.meta.url), 'utf8');
  const yoga = createYoga<object, Context>({
    schema: makeSchema(contract),
    context: ({ request }) => makeContext(platform, request.headers),
    graphqlEndpoint: '/graphql',
    landingPage: false,
    graphiql: false,
    multipart: false,
    cors: false,
    logging: false,
    maxRequestBodySize: maxBytes,
    maskedErrors: { maskError: shown },
    plugins: [{ onResultProcess: ({ result }) => oneTableOfCodes(result) }],
  });
  const server = createServer((request, response) => {
    const isJson = /^application\/json\b/i.test(request.headers['content-type'] ?? '');
    if (request.url === '/health/live') answer(response, 200, { status: 'live' });
    else if (request.url === '/health/ready') void ready(pool, response);
    else if (request.method === 'POST' && !isJson) {
      const extensions = { code: 'BAD_REQUEST' };
      answer(response, 415, { errors: [{ message: 'Send application/json.', extensions }] });
    } else void yoga(request, response);
  });
  server.keepAliveTimeout = keepAliveMs;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const sweeping = sweepMs > 0 ? startSweeping(platform, sweepMs) : undefined;
  return {
    stop: async () => {
      await sweeping?.stop();
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
      await pool.end();
    },
  };
}

async function ready(pool: Pool, response: ServerResponse): Promise<void> {
  try {
    await pool.query('SELECT 1');
    answer(response, 200, { status: 'ready' });
  } catch {
    answer(response, 503, { status: 'the database does not answer' });
  }
}

function answer(response: ServerResponse, status: number, content: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(content));
}

/** Requests that are no GraphQL, or not of this schema, have codes of other tables until here. */
function oneTableOfCodes(result: unknown): void {
  for (const { errors = [] } of [result].flat() as { errors?: GraphQLError[] }[]) {
    for (const [index, error] of errors.entries()) {
      const code = error.extensions['code'];
      if (typeof code !== 'string' || /^(GRAPHQL|BAD_USER)_/.test(code)) {
        errors[index] = shown(error);
      }
    }
  }
}
