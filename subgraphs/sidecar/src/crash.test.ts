/** The sidecar as a process, killed while it numbers and answers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { verifyAccessRecord } from '@onenet/assertion';
import { expect, test } from 'vitest';
import { code, netKeys, outboxes, readAll, serverBehind } from '../test/harness.ts';
import { openOutbox } from './outbox.ts';
import { startSidecar } from './sidecar.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const kills = 4;

test.each(outboxes)(
  '$name: kill -9 while numbering loses nothing, doubles nothing, and breaks no chain',
  { timeout: 120_000 },
  async ({ fresh }) => {
    await using outbox = await fresh();
    await using behind = await serverBehind();
    await using keys = await netKeys();
    const options = { code, upstream: behind.url, outbox: outbox.uri, port: 0, trust: [keys.file] };
    const first = await startSidecar(options);
    await first.stop();

    const opened = await openOutbox(outbox.uri);
    const { store, guardStore } = opened;
    const ids: string[] = [];
    let answered = 0;
    for (let killed = 0; killed < kills; killed += 1) {
      const processes = await Promise.all([startProcess(options), startProcess(options)]);
      const exits = processes.map(({ child }) => once(child, 'exit'));
      const before = (await store.lastPosition())?.sequence ?? 0;
      const dying = new AbortController();
      const asking = processes.map(async ({ url }) => {
        while (!dying.signal.aborted) {
          const asked = keys.fetch(`${url}/graphql`, {
            method: 'POST',
            body: '{"query":"{ asked: __typename }"}',
          });
          if ((await asked.catch(() => undefined))?.status === 200) answered += 1;
          await delay(5);
        }
      });
      const write = async (count: number): Promise<void> => {
        const more = Array.from({ length: count }, (_, n) => `event-${ids.length + n}`);
        await outbox.write(...more);
        ids.push(...more);
        await delay(20);
      };
      // The killed ones may still hold the lease: only a log that grows is being numbered.
      while (((await store.lastPosition())?.sequence ?? 0) === before) await write(1);
      while (((await store.lastPosition())?.sequence ?? 0) <= before + 500) await write(100);
      const until = performance.now() + Math.random() * 200;
      while (performance.now() < until) await write(100);
      for (const { child } of processes) child.kill('SIGKILL');
      dying.abort();
      await Promise.all([...exits, ...asking]);
    }

    const last = await startSidecar(options);
    await last.feed.drained();
    const events = await readAll(last.url, keys.fetch);
    expect(events).toHaveLength(ids.length);
    expect(new Set(events.map(({ id }) => id))).toEqual(new Set(ids));
    expect(await last.feed.totals()).toMatchObject([{ events: ids.length, count: ids.length }]);
    await last.stop();

    const verdict = await verifyAccessRecord(code, guardStore);
    expect(verdict).toMatchObject({ ok: true });
    // Whoever was answered is in the record; one that was recorded may have lost its answer.
    expect(answered).toBeGreaterThan(0);
    if (verdict.ok) expect(verdict.lines).toBeGreaterThanOrEqual(answered);
    await opened.close();
  },
);

interface Options {
  readonly upstream: string;
  readonly outbox: string;
  readonly trust: readonly string[];
}

async function startProcess({ upstream, outbox, trust }: Options) {
  const flags = { code, upstream, outbox, port: '0', trust: trust.join(',') };
  const child = spawn(
    process.execPath,
    [main, ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, url: /http:\S+/.exec(line)?.[0] ?? '' };
}
