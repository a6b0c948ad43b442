import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { TestDatabase } from '../test/databases.ts';
import { code, databases, personKey, readAll, serveFeed, write } from '../test/harness.ts';

const program = fileURLToPath(new URL('../test/sequence.ts', import.meta.url));
const kills = 10;
const events = 12_000;
const people = 700;

test.each(databases)(
  '$name: SIGKILL at random points loses nothing, doubles nothing, and counts each person once',
  { timeout: 120_000 },
  async ({ fresh }) => {
    await using database = await fresh();
    await database.store.prepare();
    const written = writeAll(database);
    for (let killed = 0; killed < kills; killed += 1) {
      const pair = [start(database), start(database)];
      await Promise.all(pair.map(({ stdout }) => once(stdout, 'data')));
      const exits = pair.map((child) => once(child, 'exit'));
      await delay(Math.random() * 150);
      for (const child of pair) child.kill('SIGKILL');
      await Promise.all(exits);
    }
    const ids = await written;

    await using served = await serveFeed(database);
    await served.feed.drained();
    const read = await readAll(served.url);
    expect(read).toHaveLength(events);
    expect(new Set(read.map(({ id }) => id))).toEqual(new Set(ids));
    expect(read.reduce((sum, { data }) => sum + (data.firsts?.year ?? 0), 0)).toBe(people);
    expect(await database.store.outboxSize(1)).toBe(0);
    expect(await served.feed.totals()).toEqual([
      { type: 'onenet.article.liked', events, count: events, through: read.at(-1)?.sequence },
    ]);
  },
);

/** While the sequencers live and die. */
async function writeAll(database: TestDatabase): Promise<readonly string[]> {
  const ids: string[] = [];
  const time = new Date();
  for (let at = 0; at < events; at += 200) {
    const inputs = Array.from({ length: 200 }, (_, n) => ({
      id: `event-${at + n}`,
      type: 'onenet.article.liked' as const,
      time,
      person: `person-${(at + n) % people}`,
    }));
    await write(database, ...inputs);
    ids.push(...inputs.map(({ id }) => id));
    await delay(50);
  }
  return ids;
}

function start({ uri }: TestDatabase) {
  return spawn(process.execPath, [program, uri, code, personKey], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}
