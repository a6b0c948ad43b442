/** Several analytics processes on one ClickHouse server, as they are started in a cluster: each lives, and who is left has it all. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { expect, inject, test } from 'vitest';
import { openClickHouse } from './clickhouse.ts';
import { clickHouseFront } from './fixture-http.ts';
import { testDatabase, testDirectory, testPlatform, testSnapshot } from './fixture.ts';

/** A lease that nobody renews ends after 15 seconds. */
const patient = { timeout: 120_000 };

test(
  'two processes share the platforms; one is killed, and the other reads and answers for all',
  { timeout: 400_000 },
  async () => {
    await using stack = new AsyncDisposableStack();
    const mongodbUri = inject('mongodbUri');
    const client = await MongoClient.connect(mongodbUri);
    stack.defer(() => client.close());
    const { db } = stack.use(await testDatabase(mongodbUri));
    const { path } = stack.use(await testDirectory());
    const { url: clickhouseUrl } = stack.use(await clickHouseFront(path));
    const codes = ['420100', '420200'];
    const platforms = await Promise.all(
      codes.map(async (code) =>
        stack.use(await testPlatform(client, code, `analytics_w_${randomUUID().slice(0, 8)}`)),
      ),
    );
    const snapshot = testSnapshot(platforms.map(({ owner }) => owner));
    const province = createServer((request, response) => {
      const isKnown =
        Number(new URL(request.url ?? '/', 'http://net').searchParams.get('after')) >= 1;
      if (isKnown) setTimeout(() => response.writeHead(204).end(), 1_000);
      else response.end(JSON.stringify(snapshot));
    });
    province.listen(0, '127.0.0.1');
    await once(province, 'listening');
    stack.defer(() => {
      province.close();
      province.closeAllConnections();
    });
    const provinceUrl = `http://127.0.0.1:${(province.address() as AddressInfo).port}`;

    const start = async (worker: string) => {
      const child = spawn(
        process.execPath,
        [
          fileURLToPath(new URL('main.ts', import.meta.url)),
          '--port=0',
          `--data=${path}-${worker}`,
          `--mongodb-uri=${mongodbUri}`,
          `--database=${db.databaseName}`,
          `--province-url=${provinceUrl}`,
          `--clickhouse-url=${clickhouseUrl}`,
          `--worker=${worker}`,
        ],
        { stdio: ['ignore', 'pipe', 'ignore'] },
      );
      const ended = once(child, 'exit');
      stack.defer(async () => {
        child.kill('SIGKILL');
        await ended;
      });
      for await (const line of createInterface(child.stdout)) {
        const [, url] = /^analytics is ready: (.*)$/.exec(line) ?? [];
        if (url !== undefined) return { url, kill: () => child.kill('SIGKILL') };
      }
      throw new Error(`${worker} ended.`);
    };
    const ask = async (url: string): Promise<unknown> => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          query:
            '{ metrics(input: { metrics: ["likes"], period: ALL }) { value } feeds { platform sequence } selfCheck { ok platformsChecked } }',
        }),
        signal: AbortSignal.timeout(5_000),
      });
      return ((await response.json()) as { data?: unknown }).data;
    };
    // All at once on a server without tables: one makes them, and the other is told to come again.
    const untilStarted = async (worker: string): ReturnType<typeof start> =>
      await start(worker).catch(() => delay(3_000).then(() => untilStarted(worker)));
    const [first, second] = await Promise.all([untilStarted('first'), untilStarted('second')]);
    const clickhouse = openClickHouse({ url: clickhouseUrl });
    stack.defer(() => clickhouse.close());
    expect(
      await clickhouse.rows('SELECT name FROM onenet.migrations GROUP BY name HAVING count() > 1'),
    ).toEqual([]);
    const happened = async (n: number): Promise<void> => {
      const like = { type: 'onenet.article.liked', time: new Date() } as const;
      const likes = Array.from({ length: n }, () => like);
      await Promise.all(platforms.map((platform) => platform.happened(likes)));
    };
    const all = (each: number) => ({
      metrics: [{ value: each * codes.length }],
      feeds: codes.map((platform) => ({ platform, sequence: String(each) })),
      selfCheck: { ok: true, platformsChecked: codes.length },
    });
    await happened(1);
    for (const { url } of [first, second]) {
      await expect.poll(() => ask(url), patient).toEqual(all(1));
    }
    const ofSecond = { worker: 'second' };
    await expect.poll(() => db.collection('leases').countDocuments(ofSecond), patient).toBe(1);
    // It is killed amid its inserts: one may be there without being counted, or half.
    for (let chunk = 0; chunk < 40; chunk += 1) {
      await happened(5);
      if (chunk === 20) second.kill();
    }
    await expect.poll(() => ask(first.url), patient).toEqual(all(201));
  },
);
