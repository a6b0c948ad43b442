/** The floor: the same calls to owners over a pool, their bytes put into one JSON answer, and no GraphQL. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';
import { ownerQuery } from './codes.ts';

/** Serves on loopback; resolves with the URL. */
export async function startFloor(urls: Readonly<Record<string, string>>): Promise<string> {
  const dispatcher = new Agent({ connections: 16 });
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const { variables } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
        variables: unknown;
      };
      const body = JSON.stringify({ query: ownerQuery, variables });
      const parts = await Promise.all(
        Object.entries(urls).map(async ([code, url]) => {
          const answer = await request(url, {
            method: 'POST',
            body,
            dispatcher,
            headers: { 'content-type': 'application/json' },
          });
          return `"${code}":${await answer.body.text()}`;
        }),
      );
      outgoing
        .writeHead(200, { 'content-type': 'application/json' })
        .end(`{"data":{${parts.join(',')}}}`);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
}
