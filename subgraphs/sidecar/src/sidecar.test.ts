/** Two sidecars over one outbox: one log, one memory of what was signed, one access record. */
import { verifyAccessRecord } from '@onenet/assertion';
import type { AccessEntry, AccessLine } from '@onenet/assertion';
import { encodeCaller } from '@onenet/contract';
import { describe, expect, test } from 'vitest';
import { caller, code, netKeys, outboxes, readAll, serverBehind } from '../test/harness.ts';
import { openOutbox } from './outbox.ts';
import { startSidecar } from './sidecar.ts';
import type { SidecarOptions } from './sidecar.ts';

const body = '{"query":"{ asked: __typename }"}';

describe.each(outboxes)('$name', ({ fresh }) => {
  async function pair(more: Partial<SidecarOptions> = {}) {
    await using stack = new AsyncDisposableStack();
    const outbox = stack.use(await fresh());
    const behind = stack.use(await serverBehind());
    const keys = stack.use(await netKeys());
    const options = {
      code,
      upstream: behind.url,
      outbox: outbox.uri,
      port: 0,
      trust: [keys.file],
      ...more,
    };
    // At once, on a database that has nothing yet.
    const sidecars = await Promise.all([startSidecar(options), startSidecar(options)]);
    for (const sidecar of sidecars) stack.defer(() => sidecar.stop());
    const kept = stack.move();
    const [one, other] = sidecars;
    return {
      outbox,
      behind,
      keys,
      one,
      other,
      async record() {
        const opened = await openOutbox(outbox.uri);
        try {
          return {
            verdict: await verifyAccessRecord(code, opened.guardStore),
            lines: await opened.guardStore.read(0, 1_000),
          };
        } finally {
          await opened.close();
        }
      },
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    };
  }

  test('the server behind is told whom the net vouches for, and nothing else of the net', async () => {
    await using net = await pair();
    const answer = await net.keys.fetch(`${net.one.url}/graphql`, {
      method: 'POST',
      headers: { 'onenet-caller': 'forged', 'onenet-actor': 'system:forged' },
      body,
    });
    expect(answer.status).toBe(200);
    const headers = Object.entries(net.behind.requests[0]?.headers ?? {});
    expect(headers.filter(([name]) => name.startsWith('onenet'))).toEqual([
      ['onenet-caller', encodeCaller(caller)],
      ['onenet-actor', 'officer:desk-3'],
    ]);
  });

  test('a call that one has taken is refused by the other; unsigned ones by both', async () => {
    await using net = await pair();
    const headers = net.keys.sign({ method: 'POST', path: '/graphql', body });
    const send = (url: string, with_: Record<string, string>) =>
      fetch(`${url}/graphql`, { method: 'POST', headers: with_, body });
    expect((await send(net.one.url, headers)).status).toBe(200);
    for (const { url } of [net.other, net.one]) {
      const again = await send(url, headers);
      expect(again.status).toBe(401);
      expect(await again.json()).toMatchObject({
        errors: [{ extensions: { code: 'ASSERTION_REPLAYED' } }],
      });
      const unsigned = await send(url, {
        'content-type': 'application/json',
        'onenet-actor': 'officer:desk-3',
      });
      expect(unsigned.status).toBe(401);
      expect(await unsigned.json()).toMatchObject({
        errors: [{ extensions: { code: 'ASSERTION_REQUIRED' } }],
      });
      expect((await fetch(`${url}/events`)).status).toBe(401);
    }
    expect(net.behind.requests).toHaveLength(1);
  });

  test('the same call at both at once is taken once', async () => {
    await using net = await pair();
    for (let round = 0; round < 10; round += 1) {
      const headers = net.keys.sign({ method: 'POST', path: '/graphql', body });
      const answers = [net.one, net.other, net.one, net.other].map(({ url }) =>
        fetch(`${url}/graphql`, { method: 'POST', headers, body }),
      );
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 401, 401, 401]);
    }
  });

  test('every answer of both is in one record, whose chain is unbroken', async () => {
    await using net = await pair();
    const ask = (n: number) =>
      net.keys.fetch(`${(n % 2 === 0 ? net.one : net.other).url}/graphql`, {
        method: 'POST',
        body: `{"query":"query Q${n} { asked: __typename }"}`,
      });
    const answers = await Promise.all(Array.from({ length: 60 }, (_, n) => ask(n)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect((await net.keys.fetch(`${net.one.url}/events?after=9`)).status).toBe(409);
    const { verdict, lines } = await net.record();
    expect(verdict).toMatchObject({ ok: true, lines: 61 });
    const entries = lines.map(({ line }) => JSON.parse(line) as Record<string, unknown>);
    expect(entries.at(-1)).toMatchObject({
      consumer: 'social-security',
      purpose: 'benefits',
      method: 'GET',
      path: '/events',
      status: 409,
    });
    expect(new Set(entries.map(({ leaf }) => leaf)).size).toBe(61);
    // Neither what was asked nor who performs it.
    expect(JSON.stringify(entries)).not.toMatch(/__typename|desk-3/);
  });

  test('the province reads the record, page by page; no other part of the net does', async () => {
    await using net = await pair();
    const post = { method: 'POST', body: '{"query":"query Q { asked: __typename }"}' };
    for (let n = 0; n < 3; n += 1) await net.keys.fetch(`${net.one.url}/graphql`, post);
    const lasts: number[] = [];
    const read = async (path: string) => {
      const answer = await net.keys.fetchAsProvince(`${net.other.url}/access${path}`);
      lasts.push(Number(answer.headers.get('onenet-last-sequence')));
      return (await answer.text())
        .split('\n')
        .filter((text) => text !== '')
        .map((text) => JSON.parse(text) as AccessLine);
    };
    const first = await read('?limit=2');
    // By now the reading itself is in it.
    const rest = await read('?after=2');
    expect(lasts).toEqual([3, 4]);
    const { lines } = await net.record();
    expect([...first, ...rest]).toEqual(lines.slice(0, 4));
    expect(lines.map(({ line }) => (JSON.parse(line) as AccessEntry).operation)).toEqual([
      'Q',
      'Q',
      'Q',
      null,
      null,
    ]);
    const refused = await net.keys.fetch(`${net.one.url}/access`);
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: 'NOT_ALLOWED' });
    expect((await fetch(`${net.one.url}/access`)).status).toBe(401);
    for (const bad of ['after=-1', 'limit=0', 'limit=5001', 'after=x']) {
      expect((await net.keys.fetchAsProvince(`${net.one.url}/access?${bad}`)).status).toBe(400);
    }
    const posted = await net.keys.fetchAsProvince(`${net.one.url}/access`, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET']);
  });

  test('events are numbered once, and both serve the same log', async () => {
    await using net = await pair();
    const ids = Array.from({ length: 300 }, (_, n) => `event-${n}`);
    for (let at = 0; at < ids.length; at += 10) {
      await net.outbox.write(...ids.slice(at, at + 10));
    }
    await Promise.all([net.one.feed.drained(), net.other.feed.drained()]);
    const events = await readAll(net.one.url, net.keys.fetch);
    expect(events.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect(await readAll(net.other.url, net.keys.fetch)).toEqual(events);
  });

  test('an event is served without a poll, at the sidecar that did not number it too', async () => {
    await using net = await pair({ pollMs: 600_000 });
    const waiting = [net.one, net.other].map(({ url }) =>
      net.keys.fetch(`${url}/events?wait=60`).then((answer) => answer.text()),
    );
    await net.outbox.write('news');
    for (const text of await Promise.all(waiting)) expect(text).toContain('"id":"news"');
  });
});
