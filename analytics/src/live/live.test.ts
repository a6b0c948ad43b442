/** The live stream over real feeds, the real engine and real connections. */
import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import type { ClickHouse } from '../clickhouse.ts';
import { testNet } from '../fixture-net.ts';
import { testSnapshot, until } from '../fixture.ts';
import type { TestPlatform } from '../fixture.ts';
import type { Ingest } from '../ingest/ingest.ts';
import { Live } from './live.ts';
import type { Change, Picture } from './picture.ts';

// The engine shares the machine with the other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const cleanUp = new AsyncDisposableStack();
let wuhan: TestPlatform;
let clickhouse: ClickHouse;
let ingest: Ingest;
let url: string;

beforeAll(async () => {
  const net = cleanUp.use(
    await testNet(inject('mongodbUri'), ['420100'], {
      ingested: (platform, news) => live.ingested(platform, news),
      feedChanged: () => live.feedChanged(),
    }),
  );
  ({
    clickhouse,
    ingest,
    platforms: [wuhan],
  } = net);
  const live = new Live(net, () => undefined);
  cleanUp.defer(() => live.stop());
  const server = createServer((request, response) =>
    live.subscribe(response, request.headers['last-event-id']?.toString()),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/live`;
  ingest.use(testSnapshot([wuhan.owner]));
});
afterAll(() => cleanUp.disposeAsync());

interface Message {
  readonly id: string;
  readonly event: string;
  readonly data: Picture & Change;
  readonly atMs: number;
}

/** A listener on a connection of its own. */
class Listener implements Disposable {
  readonly messages: Message[] = [];
  readonly #stopping = new AbortController();

  constructor(lastEventId?: string) {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const { signal } = this.#stopping;
    const request = get(url, { agent: new Agent(), headers, signal });
    request.on('response', (response) => this.#read(response));
    request.on('error', () => undefined);
  }

  #read(response: IncomingMessage): void {
    response.on('error', () => undefined).setEncoding('utf8');
    let text = '';
    response.on('data', (chunk: string) => {
      text += chunk;
      const parts = text.split('\n\n');
      text = parts.pop() ?? '';
      for (const part of parts) {
        const [, id, event, data] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(part) ?? [];
        if (id === undefined || event === undefined || data === undefined) continue;
        this.messages.push({
          id,
          event,
          data: JSON.parse(data) as Message['data'],
          atMs: Date.now(),
        });
      }
    });
  }

  /** Of everything told so far. */
  eventsTold(): number {
    return this.messages.reduce((sum, { data }) => sum + (data.events?.length ?? 0), 0);
  }

  [Symbol.dispose](): void {
    this.#stopping.abort();
  }
}

async function signedUp(): Promise<void> {
  const data = { place: '420102', channel: 'QR_CODE' };
  await wuhan.happened([{ type: 'onenet.member.accepted', time: new Date(), data }]);
}

test('a snapshot, then only what changed, with its figure', async () => {
  using listener = new Listener();
  await until(() => listener.messages.length > 0);
  const [first] = listener.messages;
  expect(first).toMatchObject({ event: 'snapshot', data: { events: [] } });
  expect(first?.data.totals.map(({ metric }) => metric)).toContain('requestsBacklog');
  expect(first?.data.feeds.map(({ platform }) => platform)).toEqual(['420100']);
  // Of a feed that never came in nothing is known: with its first event every figure changes.
  await signedUp();
  await until(() => listener.eventsTold() === 1);
  const known = listener.messages.length;
  await signedUp();
  // The figure may come a message before the event that it counts, never after.
  await until(() => listener.eventsTold() === 2);
  const later = listener.messages.slice(known).map(({ data }) => data);
  expect(later.flatMap((data) => data.events ?? [])).toMatchObject([
    { platform: '420100', type: 'onenet.member.accepted' },
  ]);
  expect(later.flatMap((data) => data.totals ?? [])).toEqual([{ metric: 'signUps', value: 2 }]);
});

test('who comes back gets what it missed and no snapshot, though nobody listened meanwhile', async () => {
  let last: Message | undefined;
  {
    using before = new Listener();
    await until(() => before.messages.length > 0);
    last = before.messages.at(-1);
  }
  await signedUp();
  await signedUp();
  using back = new Listener(last?.id);
  await until(() => back.eventsTold() >= 2);
  expect(back.messages.map(({ event }) => event)).not.toContain('snapshot');
  expect(back.eventsTold()).toBe(2);
  const totals = back.messages.flatMap(({ data }) => data.totals ?? []);
  expect(totals.map(({ metric }) => metric)).toContain('signUps');
  expect(new Set(totals.map(({ metric }) => metric)).size).toBe(1);
  using stranger = new Listener('0123456789ab.3');
  await until(() => stranger.messages.length > 0);
  expect(stranger.messages[0]?.event).toBe('snapshot');
});

test('a time is not told of figures that were read before it', async () => {
  using listener = new Listener();
  await until(() => listener.messages.length > 0);
  const known = listener.messages.length;
  const rows = clickhouse.rows.bind(clickhouse);
  let readMs: number | undefined;
  let isIn: Promise<void> | undefined;
  clickhouse.rows = async <Row>(sql: string): Promise<Row[]> => {
    const found = await rows<Row>(sql);
    if (!sql.includes('onenet.member.accepted')) return found;
    readMs ??= Date.now();
    // More comes in before the look that has these figures goes on.
    isIn ??= signedUp().then(() =>
      until(() => Date.parse(ingest.statuses()[0]?.completeTo ?? '') > (readMs ?? Infinity)),
    );
    await isIn;
    return found;
  };
  await signedUp();
  const figures = () =>
    listener.messages.slice(known).find(({ data }) => data.totals !== undefined);
  await until(() => figures() !== undefined);
  clickhouse.rows = rows;
  const told = figures();
  expect(Date.parse(told?.data.asOf ?? '')).toBeLessThanOrEqual(readMs ?? 0);
});

test('a thousand listeners cost no more questions than one, four times a second at most', async () => {
  const many: Listener[] = [];
  try {
    // No more at once than the system holds for a port.
    for (let wave = 0; wave < 4; wave++) {
      many.push(...Array.from({ length: 250 }, () => new Listener()));
      await until(() => many.every(({ messages }) => messages.length > 0));
    }
    const before = many.map((listener) => listener.eventsTold());
    let questions = 0;
    const rows = clickhouse.rows.bind(clickhouse);
    clickhouse.rows = async (sql) => {
      questions += 1;
      return await rows(sql);
    };
    const startMs = Date.now();
    for (let n = 0; n < 3; n++) await signedUp();
    await until(() => many.every((listener, i) => listener.eventsTold() === (before[i] ?? 0) + 3));
    clickhouse.rows = rows;
    const looks = Math.ceil((Date.now() - startMs) / 250) + 1;
    // The additive figures and the distributions are a question each.
    expect(questions).toBeLessThanOrEqual(2 * looks);
    const [{ messages } = { messages: [] as Message[] }] = many;
    const changes = messages.filter(({ atMs }) => atMs >= startMs).length;
    expect(changes).toBeLessThanOrEqual(looks);
    // What is told on the way may have reached some of them only: all come to the same.
    await until(() => new Set(many.map((listener) => listener.messages.at(-1)?.id)).size === 1);
  } finally {
    for (const listener of many) listener[Symbol.dispose]();
  }
});
