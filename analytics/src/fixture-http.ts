/** For the tests: the smallest front that speaks ClickHouse's HTTP before the embedded engine. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Session } from 'chdb';

/** The query is the body, or begins in the URL; of the settings that the client adds, the parser's are taken over. */
export async function clickHouseFront(
  dataDir: string,
): Promise<AsyncDisposable & { readonly url: string }> {
  const session = new Session(dataDir);
  let limits = '';
  const server = createServer((request, response) => {
    statementOf(request)
      .then(async (sql) => {
        const asked = limitsOf(request);
        if (asked !== limits) await session.queryAsync(asked);
        limits = asked;
        return (await session.queryAsync(sql)).bytes();
      })
      .then(
        (body) => response.end(body),
        (error: unknown) => {
          response.writeHead(400, { 'x-clickhouse-exception-code': '1' });
          response.end(`Code: 1. DB::Exception: ${String(error)} (UNKNOWN)`);
        },
      );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      session.close();
    },
  };
}

/** Without them, as without a client's word, the defaults. */
function limitsOf(request: IncomingMessage): string {
  const { searchParams } = new URL(request.url ?? '/', 'http://clickhouse');
  const of = Object.entries({ max_query_size: '262144', max_ast_elements: '50000' });
  return `SET ${of.map(([name, otherwise]) => `${name} = ${searchParams.get(name) ?? otherwise}`).join(', ')}`;
}

async function statementOf(request: IncomingMessage): Promise<string> {
  const url = new URL(request.url ?? '/', 'http://clickhouse');
  return [url.searchParams.get('query') ?? '', await text(request)].join('\n').trim();
}
