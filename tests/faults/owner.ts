/** A platform in a process of its own behind a front that can be told to fail: `process.send` of a fault's name switches it. */
import { createServer } from 'node:http';
import { startPlatforms } from '@onenet/platform';
import { answerWith } from './answers.ts';
import type { Fault } from './answers.ts';
import { makeRecords } from '../merged/dataset.ts';
import { Random } from '../merged/random.ts';

const [
  code = '',
  mongodbUri = '',
  databasePrefix = '',
  port = '0',
  seed = '',
  size = '',
  ...trust
] = process.argv.slice(2);
let fault: Fault = 'none';

const platforms = await startPlatforms({
  mongodbUri,
  codes: [code],
  host: '127.0.0.1',
  basePort: 0,
  databasePrefix,
  scale: null,
  // What is long overdue stays as the records have it.
  sweepMs: 0,
  trust,
  records: () =>
    makeRecords(new Random(Number(seed)), Number(size)).filter(
      (each) => each.platformCode === code,
    ),
});
const owner = platforms.urls[code] ?? '';
const front = createServer((request, response) => {
  void (async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = await fetch(`${owner}${request.url ?? ''}`, {
      method: request.method ?? 'GET',
      headers: { ...(request.headers as Record<string, string>), connection: 'close' },
      ...(request.method === 'POST' && { body: Buffer.concat(chunks) }),
    });
    answerWith(fault, await answer.text(), response);
  })().catch(() => response.destroy());
});
front.listen(Number(port), '127.0.0.1', () => {
  const address = front.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
});
process.on('message', (message: Fault) => {
  fault = message;
  process.send?.({ fault });
});
process.on('disconnect', () => process.exit());
