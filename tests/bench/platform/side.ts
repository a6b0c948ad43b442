/** One side in a process of its own: the reference platform, or the bare driver that does the same reads. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { databaseName, startPlatforms } from '@onenet/platform';
import { BSON, MongoClient } from 'mongodb';
import { answerParent, usage } from '../child.ts';
import { readAgain, type Read } from './reads.ts';

/** What the parent asks. */
export type Question =
  | { readonly ask: 'usage' }
  | { readonly ask: 'serve' }
  /** `reads`: extended JSON. The reads that are answered from now on, and done `times` times without HTTP. */
  | { readonly ask: 'read'; readonly reads: string; readonly times: number };

const [kind, mongodbUri = '', code = '', prefix = ''] = process.argv.slice(2);

if (kind === 'platform') {
  const started = await startPlatforms({
    mongodbUri,
    codes: [code],
    basePort: 0,
    databasePrefix: prefix,
    scale: null,
    // What the clock brings about is not asked for.
    sweepMs: 0,
  });
  answerParent(async ({ ask }: Question) =>
    ask === 'usage' ? usage() : { url: `${started.urls[code]}/graphql` },
  );
} else {
  const client = await MongoClient.connect(mongodbUri, { ignoreUndefined: true, maxPoolSize: 50 });
  const db = client.db(databaseName(code, prefix));
  let reads: readonly Read[] = [];
  const readAll = () => Promise.all(reads.map((read) => readAgain(db, read)));
  const server = createServer((_request, response) => {
    void readAll().then((rows) => {
      const body = JSON.stringify(rows);
      response
        .writeHead(200, {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        })
        .end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  answerParent(async (question: Question) => {
    if (question.ask === 'usage') return usage();
    if (question.ask === 'serve') return { url };
    reads = BSON.EJSON.parse(question.reads) as readonly Read[];
    for (let time = 0; time < question.times; time++) JSON.stringify(await readAll());
    return usage();
  });
}
